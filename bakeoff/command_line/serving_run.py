"""The run that serves: its record, and a user to ask it for."""

import json
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.contracts.naming import prepared_prefix
from bakeoff.data.layout import REQUEST_USERS
from bakeoff.errors import RunError
from bakeoff.serving.attributes import from_item


def serving_run(cloud: Cloud, deployed: Deployed) -> dict[str, Any] | None:
    """The record of the promoted run; None before the first promotion.

    Raises:
        RunError: a run is promoted that has no record.
    """
    try:
        named = cloud.client("ssm").get_parameter(Name=deployed.promoted_run_parameter)["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise
    key = {"runId": {"S": named}}
    found = cloud.client("dynamodb").get_item(TableName=deployed.runs_table, Key=key, ConsistentRead=True).get("Item")
    if found is None:
        raise RunError(f"The run {named}, which should serve, has no record in the table {deployed.runs_table}.")
    return from_item(found)


def example_user(cloud: Cloud, deployed: Deployed) -> str:
    """The first test user of the run that serves: one with a history.

    Raises:
        RunError: no run serves.
    """
    record = serving_run(cloud, deployed)
    if record is None:
        raise RunError("No run serves yet; `python -m bakeoff run` starts one.")
    key = prepared_prefix(record["dataVersion"]) + REQUEST_USERS
    body = cloud.client("s3").get_object(Bucket=deployed.bucket, Key=key)["Body"]
    user: str = json.loads(next(body.iter_lines()))["userId"]
    return user
