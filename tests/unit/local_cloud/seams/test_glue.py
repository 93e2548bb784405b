"""Glue's seams: state machines wait for runs, HTTP requests are parted, and stacks keep all that is said of a job."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import ministack.app as gateway
import pytest
from ministack.services import glue, stepfunctions
from ministack.services.cloudformation import provisioners

from local_cloud.mount import Played
from local_cloud.seams import glue_jobs
from tests.unit.local_cloud.seams.executions import run, start, wait_until

Define = Callable[[str, dict[str, Any]], str]


def start_run(job: str, *, sync: str = ".sync", **further: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::glue:startJobRun{sync}",
        "Arguments": {"JobName": job, "Arguments": {"--x": "1"}},
        "End": True,
        **further,
    }


def test_sync_waits_for_the_run_and_gives_it(define: Define) -> None:
    ended = run(define("prepare", {"Prepare": start_run("good")}))
    output = json.loads(ended["output"])
    assert (ended["status"], output["JobRunState"]) == ("SUCCEEDED", "SUCCEEDED")
    assert output["Arguments"] == {"--x": "1"}


def test_without_sync_the_id_of_the_run_is_the_result(played: Played, define: Define) -> None:
    ended = run(define("prepare", {"Prepare": start_run("good", sync="")}))
    assert json.loads(ended["output"]) == {"JobRunId": "jr_0"}
    assert played.glue.records.of("run")["jr_0"]["looks"] == 0


def test_a_failed_run_fails_the_state_with_the_run_as_cause(define: Define) -> None:
    ended = run(define("prepare", {"Prepare": start_run("bad")}))
    cause = json.loads(ended["cause"])
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert (cause["JobRunState"], cause["ErrorMessage"]) == ("FAILED", "DataError: no rows")


def test_a_refused_start_has_the_name_of_the_error(define: Define) -> None:
    assert run(define("prepare", {"Prepare": start_run("busy")}))["error"] == "Glue.ConcurrentRunsExceededException"


def test_a_refused_parameter_is_told(define: Define) -> None:
    states = {"Prepare": {**start_run("good"), "Arguments": {"Name": "good"}}}
    assert run(define("prepare", states))["error"] == "Glue.ValidationException"


def test_stopping_an_execution_stops_the_run_that_it_waits_for(played: Played, define: Define) -> None:
    execution = start(define("prepare", {"Prepare": start_run("endless")}))
    wait_until(lambda: played.glue.records.of("run").get("jr_0", {}).get("looks"))
    stepfunctions._stop_execution({"executionArn": execution})
    wait_until(lambda: played.glue.stopped == ["jr_0"])  # type: ignore[attr-defined]


def request(operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"x-amz-target": f"AWSGlue.{operation}", "content-type": "application/x-amz-json-1.1"}
    handler = gateway.SERVICE_HANDLERS["glue"]
    status, _, content = asyncio.run(handler("POST", "/", headers, json.dumps(body).encode(), {}))
    return status, json.loads(content)


def test_runs_are_played_and_all_the_rest_of_glue_is_ministacks(played: Played) -> None:
    assert request("StartJobRun", {"JobName": "good"}) == (200, {"JobRunId": "jr_0"})
    status, answer = request("GetJob", {"JobName": "none"})
    assert (status, answer["__type"]) == (400, "EntityNotFoundException")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """MiniStack's own account and region are those of the local cloud."""
    monkeypatch.setattr(glue_jobs.environment, "ACCOUNT", glue.get_account_id())
    monkeypatch.setattr(glue_jobs.environment, "REGION", glue.get_region())


def test_a_stack_keeps_all_that_it_says_of_a_job(played: Played, account: None) -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Glue::Job"]
    properties = {
        "Name": "prepare",
        "Role": "arn:aws:iam::123456789012:role/prepare",
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://assets/script.py"},
        "ExecutionProperty": {"MaxConcurrentRuns": "3"},
        "ExecutionClass": "STANDARD",
    }
    name, _ = handlers["create"]("Job", properties, "stack")
    made = glue_jobs.definition(name)
    assert made is not None
    assert (made["ExecutionProperty"], made["ExecutionClass"]) == ({"MaxConcurrentRuns": 3}, "STANDARD")
    changed = {**properties, "ExecutionProperty": {"MaxConcurrentRuns": 5}}
    handlers["update"](name, properties, changed, "stack")
    updated = glue_jobs.definition(name)
    assert updated is not None
    assert updated["ExecutionProperty"] == {"MaxConcurrentRuns": 5}
    handlers["delete"](name, changed)
    assert glue_jobs.definition(name) is None
