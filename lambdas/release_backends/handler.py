"""Deletes the backends that serve no run any more, and names the rows to remove."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.release import release_backends


@cache
def cloud() -> Cloud:
    return Cloud(
        settings=WorkflowSettings.from_environment(
            os.environ, "bucket", "runs_table", "items_table", "lists_table", "promoted_run_parameter"
        )
    )


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return release_backends(cloud(), event)
