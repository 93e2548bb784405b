"""The function of the scoreboard, from API Gateway's event to the proxy response."""

import json
import threading
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bakeoff.serving.run_records import RunRecords

CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 30_000)
FIGURE = {"value": 0.25, "low": 0.2, "high": 0.3, "n": 9}
GATE = {"promote": True, "reason": "Better.", "byPerson": False, "incumbent": None, "checks": []}


@pytest.fixture
def handler(front_environment: dict[str, str], tables: Any) -> Iterator[ModuleType]:
    """The function as a fresh process has it, on tables in moto."""
    from lambdas.get_contestants import handler as module

    module.settings.cache_clear()
    module.board.cache_clear()
    yield module
    if module.board.cache_info().currsize:
        module.board().close()
    module.settings.cache_clear()
    module.board.cache_clear()


def call(handler: ModuleType, path: str = "/contestants", method: str = "GET", **fields: Any) -> Any:
    event = {"httpMethod": method, "path": path, "requestContext": {"requestId": "r-1"}, **fields}
    response = handler.lambda_handler(event, CONTEXT)
    return response["statusCode"], json.loads(response["body"])


@pytest.fixture
def record(contestant: Any, tables: Any) -> dict[str, Any]:
    """The record of the promoted run, as the gate writes it."""
    latency = {"name": "ease", "p50": 1.0, "p95": 2.0, "p99": 3.0, "mean": 1.2, "n": 40, "errors": {}}
    measured = {"answers": ["recommend"], "learnsFrom": "liked", "trainingSeconds": 12.5}
    ease = contestant("ease", metrics={"ndcg@10": FIGURE}, latency=latency, **measured)
    als = contestant("als", status="failed", reason="out of memory", metrics=None, latency=None)
    made = {
        "runId": "run-1",
        "dataset": "small",
        "dataVersion": "d4t4",
        "split": "s1",
        "default": "ease",
        "formerRunId": "run-0",
        "gate": GATE,
        "contestants": [ease, als],
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:run:run-1",
    }
    tables.promote("run-1")
    tables.put("runs", made)
    return made


def note_newest(tables: Any, run_id: str) -> None:
    newest = {"runId": "newest", "of": run_id, "promoted": False, "reason": "Worse.", "released": True}
    tables.put("runs", newest)


@pytest.mark.usefixtures("record")
def test_the_scoreboard_has_the_run_its_decision_and_each_contestants_figures(
    handler: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    status, body = call(handler)
    assert status == 200
    ease, als = body.pop("contestants")
    assert body == {
        "runId": "run-1",
        "default": "ease",
        "dataset": "small",
        "dataVersion": "d4t4",
        "split": "s1",
        "formerRunId": "run-0",
        "gate": GATE,
        "newest": None,
    }
    assert ease == {
        "name": "ease",
        "title": "Ease",
        "status": "ok",
        "reason": None,
        "answers": ["recommend"],
        "twin": False,
        "learnsFrom": "liked",
        "reactsToEvents": True,
        "needsHistory": False,
        "modelVersion": "ease-1",
        "trainingSeconds": 12.5,
        "metrics": {"ndcg@10": FIGURE},
        "latency": {"p50": 1.0, "p95": 2.0, "p99": 3.0, "n": 40},
    }
    assert (als["status"], als["reason"], als["metrics"], als["latency"]) == ("failed", "out of memory", {}, None)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["route"], line["status"], line["runId"]) == ("GET /contestants", 200, "run-1")


@pytest.mark.usefixtures("record")
def test_a_newer_run_that_was_kept_back_is_told_with_the_reason(handler: ModuleType, tables: Any) -> None:
    note_newest(tables, "run-2")
    assert call(handler)[1]["newest"] == {"runId": "run-2", "promoted": False, "reason": "Worse."}


@pytest.mark.usefixtures("record")
def test_the_run_that_serves_is_not_its_own_newer_one(handler: ModuleType, tables: Any) -> None:
    note_newest(tables, "run-1")
    assert call(handler)[1]["newest"] is None


def test_a_record_from_before_the_gate_kept_its_decision_is_answered(
    handler: ModuleType, tables: Any, record: dict[str, Any]
) -> None:
    old = {key: value for key, value in record.items() if key not in ("gate", "formerRunId")}
    tables.put("runs", old)
    status, body = call(handler)
    assert (status, body["gate"], body["formerRunId"]) == (200, None, None)


def test_without_a_promoted_run_it_is_a_503_that_says_what_to_do(handler: ModuleType) -> None:
    status, body = call(handler)
    assert (status, body["error"]["code"]) == (503, "no_promoted_run")


def test_a_record_that_is_gone_or_malformed_is_a_503(handler: ModuleType, tables: Any) -> None:
    tables.promote("run-9")
    status, body = call(handler)
    assert (status, body["error"]["code"]) == (503, "run_missing")
    tables.put("runs", {"runId": "run-9", "contestants": "none"})
    status, body = call(handler)
    assert (status, body["error"]["code"]) == (503, "run_unreadable")


@pytest.mark.usefixtures("record")
def test_a_refusal_of_dynamodb_is_a_503_without_names(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS_TABLE", "no-such-table")
    status, body = call(handler)
    assert (status, body["error"]["code"]) == (503, "run_unavailable")
    assert "no-such-table" not in json.dumps(body)


@pytest.mark.usefixtures("record")
def test_a_read_past_the_budget_is_a_503(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def hold(records: RunRecords) -> dict[str, Any]:
        answered.wait(20)
        raise AssertionError("Whoever waits for this read does not keep the budget.")

    monkeypatch.setattr(RunRecords, "promoted", hold)
    late = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 0)
    event = {"httpMethod": "GET", "path": "/contestants", "requestContext": {"requestId": "r-1"}}
    response = handler.lambda_handler(event, late)
    answered.set()
    assert (response["statusCode"], json.loads(response["body"])["error"]["code"]) == (503, "run_unavailable")


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "code"),
    [
        ("GET", "/contestants", {"n": "3"}, 400, "invalid_request"),
        ("POST", "/contestants", None, 405, "method_not_allowed"),
        ("GET", "/contestants/ease", None, 404, "not_found"),
    ],
)
def test_a_malformed_request_is_refused_before_anything_is_read(
    handler: ModuleType, method: str, path: str, query: Any, status: int, code: str
) -> None:
    got, body = call(handler, path, method, queryStringParameters=query)
    assert (got, body["error"]["code"], body["requestId"]) == (status, code, "r-1")
    assert handler.board.cache_info().currsize == 0


def test_a_missing_setting_is_a_500_that_names_it_in_the_log_only(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RUNS_TABLE")
    status, body = call(handler)
    assert (status, body["error"]["code"]) == (500, "internal")
    assert "RUNS_TABLE" not in json.dumps(body)
    assert "RUNS_TABLE is not set" in capsys.readouterr().out
