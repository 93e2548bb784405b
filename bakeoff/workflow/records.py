"""Run records in DynamoDB: what a run is made of, whether it serves, and what it still holds.

An item has 400 KB at the most: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import NEWEST_RUN, NO_RUN
from bakeoff.serving.attributes import from_item, to_item
from bakeoff.workflow.cloud import Cloud

# What the front shows; all the others are in the run's metrics.json.
MAIN_METRICS = ("ndcg@10", "recall@10", "ndcg@100", "coverage@10", "novelty@10", "personalization@10")
_LONGEST_REASON = 1_000  # characters: what failed may say much


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


def compact(contestant: Mapping[str, Any]) -> dict[str, Any]:
    """A contestant as its run's record keeps it: of its metrics the main ones, of its reason the beginning."""
    metrics, reason = contestant.get("metrics"), contestant.get("reason")
    return {
        **contestant,
        "metrics": None if metrics is None else {name: metrics[name] for name in MAIN_METRICS if name in metrics},
        "reason": None if reason is None else reason[:_LONGEST_REASON],
    }


def note_newest(cloud: Cloud, run_id: str, *, promoted: bool, reason: str) -> None:
    """Say which run was decided about last, under a key of its own: a table has no order of its items."""
    newest = {"runId": NEWEST_RUN, "of": run_id, "promoted": promoted, "reason": reason, "released": True}
    write_record(cloud, newest)


def mark_holding(cloud: Cloud, run_id: str, *, execution_arn: str) -> None:
    """A released run comes to hold backends and data again, by an execution that restores it."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.settings.runs_table,
        Key={"runId": {"S": run_id}},
        UpdateExpression="SET executionArn = :execution REMOVE released",
        ExpressionAttributeValues={":execution": {"S": execution_arn}},
    )


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


def resource_of(backend: Mapping[str, str]) -> str:
    """The name that model, endpoint, solution and campaign of one artefact share."""
    return backend["name"] if "name" in backend else backend["arn"].rpartition("/")[2]
