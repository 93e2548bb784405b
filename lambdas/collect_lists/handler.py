"""Gathers the contestants' outcomes and tells the evaluation which lists to read."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.collect import collect_lists


@cache
def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "prefix", "bucket"))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return collect_lists(cloud(), event)
