"""Deciding: who is still healthy after evaluation, staging and measuring, and the record that the front reads."""

from typing import Any

import pytest

from bakeoff.workflow.decide import decide_promotion

HEALTHY = {"healthy": True, "problems": []}


def contestant(name: str, value: float | None, **changes: Any) -> dict[str, Any]:
    figure = None if value is None else {"ndcg@10": {"value": value, "low": value - 0.01, "high": value + 0.01, "n": 9}}
    backend = {"type": "sagemaker-endpoint", "name": f"{name}-1"}
    usual = {"name": name, "title": name, "status": "ok", "reason": None, "split": "s1", "twin": False}
    return {**usual, "validation": figure, "backend": backend, **changes}


@pytest.fixture
def given(aws: Any) -> dict[str, Any]:
    """Three contestants, of which all went well; no run is promoted."""
    metrics = {"ndcg@10": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}}
    evaluated = {name: {"metrics": metrics, "health": HEALTHY} for name in ("a", "b", "c")}
    aws.put_file("evaluations/e1/metrics.json", {"contestants": evaluated})
    return {
        "runId": "run-2",
        "order": {"dataset": "small", "split": "s1"},
        "lists": {
            "evaluationKey": "evaluations/e1/",
            "contestants": [contestant("a", 0.1), contestant("b", 0.3), contestant("c", None)],
        },
        "staging": [{"name": name, "status": "ok"} for name in ("a", "b", "c")],
        "latencies": [{"name": name, "p50": 1.0, "p95": 2.0, "n": 40, "errors": {}} for name in ("a", "b", "c")],
        "defaultContestant": "auto",
    }


def test_a_first_run_is_promoted_and_on_record_with_all_it_measured(aws: Any, given: dict[str, Any]) -> None:
    aws.put_row("runs", runId="run-2", executionArn="arn", dataVersion="v1", backends=[])
    decision = decide_promotion(aws.cloud, given)
    record = aws.rows("runs")["run-2"]
    assert decision == {
        "promote": True,
        "reason": "The first healthy run; its default is b.",
        "default": "b",
        "formerRunId": None,
        "contestants": record["contestants"],
    }
    assert (record["executionArn"], record["dataVersion"]) == ("arn", "v1"), "what was planned stays on record"
    assert (record["split"], record["default"], record["decision"]) == ("s1", "b", decision["reason"])
    b = record["contestants"][1]
    assert b["metrics"]["ndcg@10"]["value"] == 0.5
    assert b["latency"]["p95"] == 2.0
    assert [one["weight"] for one in record["contestants"]] == [0.1, 0.3, 0.0]


PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "unsound lists": (
        {"health": {"healthy": False, "problems": ["too few items", "seen ones"]}},
        "Its lists are not sound: too few items; seen ones",
    ),
    "not evaluated": ({"metrics": None}, "Its lists are not sound: it was not evaluated"),
    "not staged": ({"staged": {"status": "failed", "reason": "no quota"}}, "It could not be staged: no quota"),
    "never staged": ({"staged": None}, "It could not be staged: nothing was tried"),
    "no answer": (
        {"latency": {"n": 0, "errors": {"timeout": 40}}},
        "Its backend answered no question: {'timeout': 40}",
    ),
    "not measured": ({"latency": None}, "Its backend answered no question: {}"),
}


@pytest.mark.parametrize(("problem", "said"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_contestant_with_a_problem_is_no_longer_ok_and_never_the_default(
    aws: Any, given: dict[str, Any], problem: dict[str, Any], said: str
) -> None:
    if "health" in problem:
        metrics = aws.file("evaluations/e1/metrics.json")
        metrics["contestants"]["b"]["health"] = problem["health"]
        aws.put_file("evaluations/e1/metrics.json", metrics)
    if "metrics" in problem:
        metrics = aws.file("evaluations/e1/metrics.json")
        del metrics["contestants"]["b"]
        aws.put_file("evaluations/e1/metrics.json", metrics)
    for step, key in (("staging", "staged"), ("latencies", "latency")):
        if key in problem:
            others = [one for one in given[step] if one["name"] != "b"]
            given[step] = others if problem[key] is None else [*others, {"name": "b", **problem[key]}]
    decision = decide_promotion(aws.cloud, given)
    b = decision["contestants"][1]
    assert (b["status"], b["reason"]) == ("failed", said)
    assert decision["default"] == "a"


def test_what_failed_before_keeps_its_own_reason(aws: Any, given: dict[str, Any]) -> None:
    given["lists"]["contestants"][1] |= {"status": "failed", "reason": "out of memory"}
    given["staging"], given["latencies"] = given["staging"][:1], given["latencies"][:1]
    decision = decide_promotion(aws.cloud, given)
    assert (decision["contestants"][1]["status"], decision["contestants"][1]["reason"]) == ("failed", "out of memory")


@pytest.mark.parametrize(("incumbents", "promote"), [(0.2, True), (0.9, False)])
def test_a_later_run_is_held_to_the_promoted_one(
    aws: Any, given: dict[str, Any], incumbents: float, promote: bool
) -> None:
    champion = contestant("old", incumbents)
    aws.put_row("runs", runId="run-1", dataset="small", split="s1", default="old", contestants=[champion])
    aws.promote("run-1")
    decision = decide_promotion(aws.cloud, given)
    assert (decision["promote"], decision["formerRunId"]) == (promote, "run-1")
    assert aws.rows("runs")["run-2"]["decision"] == decision["reason"]
    assert aws.called("PutParameter") == [], "switching is the state machine's one write"


def test_a_promoted_run_whose_record_is_gone_binds_nobody(aws: Any, given: dict[str, Any]) -> None:
    aws.promote("run-0")
    assert decide_promotion(aws.cloud, given)["promote"] is True
