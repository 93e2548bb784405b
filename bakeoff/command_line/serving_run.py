"""The run that serves: its record, and a user to ask it for."""

import json
from typing import Any

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.data.layout import REQUEST_USERS
from bakeoff.errors import RunError
from bakeoff.workflow.cloud import Cloud as WorkflowCloud
from bakeoff.workflow.cloud import WorkflowSettings
from bakeoff.workflow.records import promoted_run_id, read_record

# More than the first line of any file of test users.
FIRST_BYTES = 2048


def serving_run(cloud: Cloud, deployed: Deployed) -> dict[str, Any] | None:
    """The record of the promoted run; None before the first promotion.

    Raises:
        RunError: a run is promoted that has no record.
    """
    seen = _as_the_workflow_sees_it(cloud, deployed)
    promoted = promoted_run_id(seen)
    if promoted is None:
        return None
    record = read_record(seen, promoted)
    if record is None:
        raise RunError(f"The run {promoted}, which should serve, has no record in the table {deployed.runs_table}.")
    return record


def example_user(cloud: Cloud, deployed: Deployed) -> str:
    """The first test user of the run that serves: one with a history.

    Raises:
        RunError: no run serves.
    """
    record = serving_run(cloud, deployed)
    if record is None:
        raise RunError("No run serves yet; `python -m bakeoff run` starts one.")
    seen = _as_the_workflow_sees_it(cloud, deployed)
    first, _, _ = seen.read(record["preparedKey"] + REQUEST_USERS, first_bytes=FIRST_BYTES).partition(b"\n")
    user: str = json.loads(first)["userId"]
    return user


def _as_the_workflow_sees_it(cloud: Cloud, deployed: Deployed) -> WorkflowCloud:
    return WorkflowCloud(
        settings=WorkflowSettings(
            bucket=deployed.bucket,
            runs_table=deployed.runs_table,
            promoted_run_parameter=deployed.promoted_run_parameter,
        ),
        clients={service: cloud.client(service) for service in ("ssm", "dynamodb", "s3")},
    )
