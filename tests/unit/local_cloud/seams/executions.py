"""Starts executions in the MiniStack of the test process and waits for them."""

import json
import time
from typing import Any

from ministack.services import stepfunctions

LONGEST_SECONDS = 10.0


def start(machine: str, given: Any = None) -> str:
    """The ARN of a new execution of `machine`."""
    status, _, body = stepfunctions._start_execution({"stateMachineArn": machine, "input": json.dumps(given or {})})
    assert status == 200, body
    arn: str = json.loads(body)["executionArn"]
    return arn


def wait_until(condition: Any) -> None:
    """Wait until `condition()` holds."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {LONGEST_SECONDS} s"
        time.sleep(0.01)


def ended(execution: str) -> dict[str, Any]:
    """The record of `execution` once it has ended."""
    record: dict[str, Any] = stepfunctions._executions[execution]
    wait_until(lambda: record["status"] != "RUNNING" and record["stopDate"])
    return record


def run(machine: str, given: Any = None) -> dict[str, Any]:
    """The record of an execution of `machine`, ended."""
    return ended(start(machine, given))
