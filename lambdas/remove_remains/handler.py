"""Custom resource: on deletion of the training stack, removes what the runs made outside of it."""

import os
from typing import Any

from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.custom_resource import answer
from bakeoff.workflow.remains import remove_remains

_RESERVE_MS = 20_000  # of the function's time, to say that it was not enough


def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "prefix"))


def lambda_handler(event: dict[str, Any], context: Any) -> None:
    def may_go_on() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE_MS)

    answer(event, on_delete=lambda: remove_remains(cloud(), may_go_on=may_go_on))
