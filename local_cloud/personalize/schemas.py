"""Schemas: checked when they are created, ACTIVE at once, kept as long as a dataset uses them."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.kinds import DATASET, SCHEMA
from local_cloud.personalize.resources import Resources
from local_cloud.personalize.schema_rules import parse_schema


class SchemaOperations(Resources):
    def create_schema(self, request: dict[str, Any]) -> dict[str, Any]:
        if "domain" in request:
            raise NotPlayedError("A schema for a domain dataset group (CreateSchema domain)")
        parse_schema(request["schema"])
        record = {"name": request["name"], "schema": request["schema"]}
        return self.create(SCHEMA, self.arn_of(SCHEMA, request["name"]), record)

    def describe_schema(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(SCHEMA, request)

    def list_schemas(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.listed(SCHEMA, request)

    def delete_schema(self, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["schemaArn"]
        self.get(SCHEMA, arn)
        users = [dataset["datasetArn"] for dataset in self.children(DATASET, "schemaArn", arn)]
        if users:
            raise ServiceError(
                "ResourceInUseException",
                f"The schema {arn} is in use by dataset {', '.join(users)}: delete these first.",
            )
        self.forget(SCHEMA, arn)
        return {}
