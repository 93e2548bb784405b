"""Publishes what a run found, as JSON and as Markdown."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.report import publish_report


@cache
def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "bucket"))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return publish_report(cloud(), event)
