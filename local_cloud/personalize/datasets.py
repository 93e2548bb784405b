"""Dataset groups and their datasets, one of each type."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.kinds import (
    DATASET,
    DATASET_GROUP,
    EVENT_TRACKER,
    FILTER,
    IMPORT_JOB,
    SCHEMA,
    SOLUTION,
    SOLUTION_VERSION,
    Kind,
)
from local_cloud.personalize.resources import RISING, Resources, picked
from local_cloud.personalize.schema_rules import NOT_PLAYED_TYPES, RULES, parse_schema
from local_cloud.service import Record


class DatasetOperations(Resources):
    def create_dataset_group(self, request: dict[str, Any]) -> dict[str, Any]:
        for option in ("domain", "kmsKeyArn"):
            if option in request:
                raise NotPlayedError(f"CreateDatasetGroup {option}")
        record = picked(request, "name", "roleArn")
        return self.create(DATASET_GROUP, self.arn_of(DATASET_GROUP, request["name"]), record, request.get("tags"))

    def describe_dataset_group(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(DATASET_GROUP, request)

    def list_dataset_groups(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.listed(DATASET_GROUP, request)

    def delete_dataset_group(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["datasetGroupArn"]
        unless = [
            (kind, record)
            for kind in (DATASET, SOLUTION, EVENT_TRACKER, FILTER)
            for record in self.children(kind, "datasetGroupArn", arn)
        ]
        return self.delete(DATASET_GROUP, arn, unless=unless)

    def create_dataset(self, request: dict[str, Any]) -> dict[str, Any]:
        group = self.get_active(DATASET_GROUP, request["datasetGroupArn"])
        dataset_type = request["datasetType"].upper()
        if dataset_type in NOT_PLAYED_TYPES:
            raise NotPlayedError(f"A dataset of the type {request['datasetType']}")
        if dataset_type not in RULES:
            raise ServiceError("InvalidInputException", f"{request['datasetType']} is no dataset type.")
        schema = parse_schema(self.get(SCHEMA, request["schemaArn"])["schema"])
        if schema.dataset_type != dataset_type:
            raise ServiceError(
                "InvalidInputException",
                f"The schema {request['schemaArn']} is for {schema.dataset_type}, not for {dataset_type}.",
            )
        record = picked(request, "name", "datasetGroupArn", "schemaArn")
        arn = self.arn_of(DATASET, f"{group['name']}/{dataset_type}")
        return self.create(DATASET, arn, {**record, "datasetType": dataset_type}, request.get("tags"))

    def describe_dataset(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(DATASET, request)

    def list_datasets(self, request: dict[str, Any]) -> dict[str, Any]:
        group = request.get("datasetGroupArn")
        return self.listed(DATASET, request, only=lambda record: group in (None, record["datasetGroupArn"]))

    def delete_dataset(self, request: dict[str, Any]) -> dict[str, Any]:
        """Refused while an import into it or a training of its group is under way; takes its import jobs along."""
        arn = request["datasetArn"]
        group = self.get(DATASET, arn)["datasetGroupArn"]
        under_way: list[tuple[Kind, Record]] = [
            *((IMPORT_JOB, job) for job in self.children(IMPORT_JOB, "datasetArn", arn)),
            *((SOLUTION_VERSION, version) for version in self.children(SOLUTION_VERSION, "datasetGroupArn", group)),
        ]
        return self.delete(DATASET, arn, unless=[pair for pair in under_way if pair[1]["status"] in RISING])

    def remove_dataset(self, record: Record) -> None:
        """What goes with a dataset: its rows, streamed events included, and its import jobs."""
        for job in self.children(IMPORT_JOB, "datasetArn", record["datasetArn"]):
            self.forget(IMPORT_JOB, job["datasetImportJobArn"])
        self.rows.remove(record["datasetArn"])
