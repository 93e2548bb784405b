"""Filters: an expression, kept with its dataset group and parsed before it is kept."""

from typing import Any

from local_cloud.personalize.filter_expression import parse_filter
from local_cloud.personalize.kinds import DATASET_GROUP, FILTER
from local_cloud.personalize.resources import Resources, picked


class FilterOperations(Resources):
    def create_filter(self, request: dict[str, Any]) -> dict[str, Any]:
        self.get_active(DATASET_GROUP, request["datasetGroupArn"])
        parse_filter(request["filterExpression"])
        record = picked(request, "name", "datasetGroupArn", "filterExpression")
        return self.create(FILTER, self.arn_of(FILTER, request["name"]), record, request.get("tags"))

    def describe_filter(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(FILTER, request)

    def list_filters(self, request: dict[str, Any]) -> dict[str, Any]:
        group = request.get("datasetGroupArn")
        return self.listed(FILTER, request, only=lambda record: group in (None, record["datasetGroupArn"]))

    def delete_filter(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.delete(FILTER, request["filterArn"])
