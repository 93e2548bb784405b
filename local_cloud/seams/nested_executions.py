"""The seam for executions that start executions: a child is a Standard execution, and its failure reads as on AWS.

MiniStack runs the child inside the parent's thread and raises the child's own error. AWS starts an execution of its
own, waits for it, and fails the parent's state with ``States.TaskFailed``, the cause being the child's description.
Source: "Manage AWS Step Functions executions as an integrated service", AWS Step Functions Developer Guide.
"""

import json
import time
from typing import Any

from ministack.services import stepfunctions

from local_cloud.seams import task_attempts
from local_cloud.seams.step_functions import POLL_SECONDS


def mount() -> None:
    """Replace the functions of MiniStack that start a nested execution."""
    stepfunctions._invoke_nested_start_execution = _start
    stepfunctions._invoke_nested_start_execution_sync = _start_and_wait


def _start(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    status, _, body = stepfunctions._start_execution(stepfunctions._nested_start_execution_request(parameters))
    answer: dict[str, Any] = json.loads(body)
    if status >= 400:
        code = answer.get("__type", "InvalidExecutionInput").removesuffix("Exception")
        raise stepfunctions._ExecutionError(f"StepFunctions.{code}Exception", answer.get("message", ""))
    return {"ExecutionArn": answer["executionArn"], "StartDate": answer["startDate"]}


def _start_and_wait(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    arn = _start(resource, parameters)["ExecutionArn"]
    child = stepfunctions._executions[arn]
    attempt = task_attempts.current()
    # MiniStack sets the status first and the date of the end last: only then is the record whole.
    while child["status"] == "RUNNING" or child["stopDate"] is None:
        if attempt.is_over():
            stepfunctions._stop_execution({"executionArn": arn, "cause": "The execution that waited for it ended"})
        else:
            time.sleep(POLL_SECONDS)
    described = _described(arn)
    if child["status"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(described))
    if resource.endswith(".sync:2"):
        described["Output"] = json.loads(described["Output"])
    return described


def _described(arn: str) -> dict[str, Any]:
    """What DescribeExecution tells of `arn`, in the spelling of a state's result."""
    _, _, body = stepfunctions._describe_execution({"executionArn": arn})
    answer = {key: value for key, value in json.loads(body).items() if value is not None}
    if answer["status"] != "SUCCEEDED":
        answer.pop("output", None)
        answer.pop("outputDetails", None)
    described: dict[str, Any] = {f"{key[0].upper()}{key[1:]}": value for key, value in answer.items()}
    for details in ("InputDetails", "OutputDetails"):
        if details in described:
            described[details] = {"Included": described[details]["included"]}
    return described
