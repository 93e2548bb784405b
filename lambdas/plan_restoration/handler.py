"""Plans how a former run comes to serve again."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.restore import plan_restoration


@cache
def cloud() -> Cloud:
    return Cloud(
        settings=WorkflowSettings.from_environment(os.environ, "bucket", "runs_table", "promoted_run_parameter")
    )


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return plan_restoration(cloud(), event)
