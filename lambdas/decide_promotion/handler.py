"""Asks the gate whether a run may serve, and writes the record that the front will read."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.decide import decide_promotion
from bakeoff.workflow.other_splits import close_comparison


@cache
def cloud() -> Cloud:
    return Cloud(
        settings=WorkflowSettings.from_environment(
            os.environ, "prefix", "bucket", "runs_table", "promoted_run_parameter"
        )
    )


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    decide = close_comparison if event.get("onlyCompare") else decide_promotion
    return decide(cloud(), event)
