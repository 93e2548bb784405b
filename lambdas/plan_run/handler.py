"""Plans a run: names, fingerprints, and what exists already."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.plan import plan_run


@cache
def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "prefix", "bucket"))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return plan_run(cloud(), event)
