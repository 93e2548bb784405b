"""Writes the rows of one prepared file into the table of items or of histories, or deletes them."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.load import load_part


@cache
def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "bucket", "items_table", "histories_table"))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return load_part(cloud(), event["part"], action=event["action"])
