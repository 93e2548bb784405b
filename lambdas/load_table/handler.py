"""Writes the rows of one file into the table of items, of histories or of lists, or deletes them."""

import os
from functools import cache
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.load import load_part


@cache
def cloud() -> Cloud:
    needed = ("bucket", "items_table", "histories_table", "lists_table")
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, *needed))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return load_part(cloud(), event["part"], action=event["action"])
