"""Plans what each contestant of a run will make, once the data is prepared."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.plan import plan_contestants


@cache
def cloud() -> Cloud:
    return Cloud(
        settings=WorkflowSettings.from_environment(
            os.environ, "prefix", "bucket", "runs_table", "promoted_run_parameter"
        )
    )


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return plan_contestants(cloud(), event)
