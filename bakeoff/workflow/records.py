"""Run records in DynamoDB: what a run is made of, whether it serves, and what it still holds."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import NO_RUN
from bakeoff.serving.attributes import from_item, to_item
from bakeoff.workflow.cloud import Cloud


def promoted_run_id(cloud: Cloud) -> str | None:
    """The id of the run that serves; None before the first."""
    name = cloud.settings.promoted_run_parameter
    value: str = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return None if value == NO_RUN else value


def read_record(cloud: Cloud, run_id: str) -> dict[str, Any] | None:
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.settings.runs_table, Key={"runId": {"S": run_id}}, ConsistentRead=True
    )
    return from_item(answer["Item"]) if "Item" in answer else None


def write_record(cloud: Cloud, record: Mapping[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=cloud.settings.runs_table, Item=to_item(record))


def default_of(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The contestant of a run's record that is its default; None where there is none."""
    if record is None:
        return None
    return next((dict(one) for one in record.get("contestants", []) if one["name"] == record.get("default")), None)


def records_that_hold(cloud: Cloud) -> list[dict[str, Any]]:
    """The records of all runs that were never released; a run holds backends and data until it is."""
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.settings.runs_table)
    records = [from_item(item) for page in pages for item in page["Items"]]
    return [record for record in records if not record.get("released")]


def mark_released(cloud: Cloud, run_id: str) -> None:
    cloud.client("dynamodb").update_item(
        TableName=cloud.settings.runs_table,
        Key={"runId": {"S": run_id}},
        UpdateExpression="SET released = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )
