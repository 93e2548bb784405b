"""Asks one staged backend real questions and times the answers, before the gate decides."""

import os
from functools import cache
from typing import Any

from bakeoff.serving.backends import SERVICES
from bakeoff.serving.transport import AwsTransport
from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.latency import measure_backend


@cache
def cloud() -> Cloud:
    return Cloud(settings=WorkflowSettings.from_environment(os.environ, "bucket"))


@cache
def transport() -> AwsTransport:
    return AwsTransport(cloud().session, services=SERVICES)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return measure_backend(cloud(), event, transport())
