"""Custom resource: on deletion of a data stack that is to leave nothing, empties its buckets."""

import os
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.custom_resource import answer
from bakeoff.workflow.remains import empty_buckets


def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "buckets"))


def lambda_handler(event: dict[str, Any], context: Any) -> None:
    answer(event, on_delete=lambda: empty_buckets(cloud()))
