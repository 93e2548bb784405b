"""Deciding: who is still healthy after evaluation, staging and measuring, and the record that the front reads."""

import json
from typing import Any

import pytest

from bakeoff.workflow.costs import costs_of
from bakeoff.workflow.decide import decide_promotion
from bakeoff.workflow.records import MAIN_METRICS
from tests.support.aws_calls import refusal
from tests.unit.workflow.conftest import COUNTS

HEALTHY = {"healthy": True, "problems": []}


def contestant(name: str, value: float | None, **changes: Any) -> dict[str, Any]:
    figure = None if value is None else {"ndcg@10": {"value": value, "low": value - 0.01, "high": value + 0.01, "n": 9}}
    backend = {"type": "sagemaker-endpoint", "name": f"{name}-1"}
    usual = {
        "name": name,
        "title": name,
        "kind": "sagemaker",
        "artefactBytes": 10**6,
        "status": "ok",
        "reason": None,
        "split": "s1",
        "twin": False,
    }
    return {**usual, "validation": figure, "backend": backend, **changes}


@pytest.fixture
def given(aws: Any, money: dict[str, Any]) -> dict[str, Any]:
    """Three contestants, of which all went well; no run is promoted."""
    metrics = {"ndcg@10": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}}
    evaluated = {name: {"metrics": metrics, "health": HEALTHY} for name in ("a", "b", "c")}
    aws.put_file("evaluations/e1/metrics.json", {"contestants": evaluated, "incumbent": None})
    aws.answer("cloudwatch", lambda operation, parameters: {})
    return {
        "runId": "run-2",
        "order": {"dataset": "small", "split": "s1", "incumbent": None, "counts": COUNTS},
        **money,
        "lists": {
            "evaluationKey": "evaluations/e1/",
            "contestants": [contestant("a", 0.1), contestant("b", 0.3), contestant("c", None)],
        },
        "staging": [{"name": name, "status": "ok"} for name in ("a", "b", "c")],
        "latencies": [
            {"name": name, "p50": 1.0, "p95": 2.0, "mean": 1.2, "n": 40, "errors": {}} for name in ("a", "b", "c")
        ],
        "defaultContestant": "auto",
        "default": "auto",
        "byPerson": False,
        "restore": None,
        "place": "serverless, 3072 MB",
        "rules": {
            "metric": "ndcg@10",
            "maxCoverageLoss": 0.1,
            "maxLatencyIncrease": 0.5,
            "maxCostIncrease": 0.5,
            "requestsPerMonth": 1_000_000,
        },
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
        "gate": {
            "promote": True,
            "reason": "The first healthy run; its default is b.",
            "byPerson": False,
            "incumbent": None,
            "checks": [],
        },
        "contestants": record["contestants"],
    }
    assert (record["gate"], record["formerRunId"]) == (decision["gate"], None)
    assert aws.rows("runs")["newest"] == {
        "runId": "newest",
        "of": "run-2",
        "promoted": True,
        "reason": decision["reason"],
        "released": True,
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
    "not to be measured": (
        {"latency": {"n": 0, "errors": {}, "reason": "The function took too long."}},
        "Its latency could not be measured: The function took too long.",
    ),
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


@pytest.fixture
def serves(aws: Any) -> None:
    """A run is promoted whose default is `old`."""
    champion = contestant("old", 0.2, latency={"p95": 2.0, "mean": 1.2, "n": 40}, place="serverless, 3072 MB")
    aws.put_row("runs", runId="run-1", dataset="small", split="s0", default="old", contestants=[champion])
    aws.promote("run-1")


def compare(aws: Any, given: dict[str, Any], *, low: float, planned: str = "run-1") -> None:
    """Let the evaluation have compared `b` with the default of the run `planned`."""
    given["order"]["incumbent"] = {"runId": planned, "name": "old"}
    difference = {"value": low + 0.1, "low": low, "high": low + 0.2, "n": 9}
    pair = {"contestant": "b", "metric": "ndcg@10", "value": 0.5, "incumbentValue": 0.4, "difference": difference}
    metrics = aws.file("evaluations/e1/metrics.json")
    metrics["incumbent"] = {"users": 9, "reason": None, "comparisons": [{**pair, "p": 0.001, "coverageRatio": 1.0}]}
    aws.put_file("evaluations/e1/metrics.json", metrics)


@pytest.mark.usefixtures("serves")
@pytest.mark.parametrize(("low", "promote"), [(0.01, True), (-0.01, False)])
def test_a_later_run_is_held_to_the_promoted_one(aws: Any, given: dict[str, Any], low: float, promote: bool) -> None:
    compare(aws, given, low=low)
    decision = decide_promotion(aws.cloud, given)
    assert (decision["promote"], decision["formerRunId"]) == (promote, "run-1")
    assert decision["gate"]["incumbent"] == {"runId": "run-1", "default": "old"}
    assert {one["name"]: one["verdict"] for one in decision["gate"]["checks"]} == {
        "accuracy": "passed" if promote else "failed",
        "coverage": "passed",
        "latency": "passed",
        "cost": "not evaluated",
    }
    record = aws.rows("runs")["run-2"]
    assert (record["decision"], record["gate"]) == (decision["reason"], decision["gate"])
    assert record["formerRunId"] == "run-1"
    assert aws.rows("runs")["newest"]["promoted"] is promote
    assert aws.called("PutParameter") == [], "switching is the state machine's one write"


@pytest.mark.usefixtures("serves")
def test_a_comparison_with_what_served_when_the_run_began_does_not_count(aws: Any, given: dict[str, Any]) -> None:
    compare(aws, given, low=0.01, planned="run-0")
    decision = decide_promotion(aws.cloud, given)
    assert decision["promote"] is False
    assert "the run run-1 was promoted while this one was under way" in decision["reason"]


@pytest.mark.usefixtures("serves")
def test_a_person_may_decide_and_name_the_default(aws: Any, given: dict[str, Any]) -> None:
    compare(aws, given, low=-0.01)
    decision = decide_promotion(aws.cloud, {**given, "byPerson": True, "default": "c"})
    assert (decision["promote"], decision["default"], decision["gate"]["byPerson"]) == (True, "c", True)


def test_whoever_starts_a_run_is_heard_before_the_configuration(aws: Any, given: dict[str, Any]) -> None:
    assert decide_promotion(aws.cloud, {**given, "defaultContestant": "a"})["default"] == "a"
    assert decide_promotion(aws.cloud, {**given, "defaultContestant": "a", "default": "c"})["default"] == "c"


def test_costs_are_taken_at_the_configured_traffic_and_an_unknown_one_is_none(aws: Any, given: dict[str, Any]) -> None:
    given["latencies"][1] = {**given["latencies"][1], "mean": None}
    decide_promotion(aws.cloud, given)
    kept = {one["name"]: one["costPerMonth"] for one in aws.rows("runs")["run-2"]["contestants"]}
    asked = {**given["lists"]["contestants"][0], "latency": given["latencies"][0], "metrics": {}}
    levels = costs_of(asked, given)["traffic"]
    [usd] = [one["asDeployed"]["usd"] for one in levels if one["requestsPerMonth"] == 1_000_000]
    assert usd > 0
    assert kept == {"a": {"usd": usd, "requestsPerMonth": 1_000_000}, "b": None, "c": kept["a"]}


def test_what_cloudwatch_refuses_is_said_and_the_run_goes_on(aws: Any, given: dict[str, Any]) -> None:
    def denies(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        raise refusal("AccessDenied", "not you")

    aws.answer("cloudwatch", denies)
    decision = decide_promotion(aws.cloud, given)
    assert decision["promote"] is True
    assert decision["reason"].startswith("The first healthy run; its default is b. CloudWatch did not take")
    assert decision["gate"]["reason"] == aws.rows("runs")["run-2"]["decision"] == decision["reason"]


def test_the_record_of_the_largest_run_fits_into_an_item(aws: Any, given: dict[str, Any]) -> None:
    """Forty contestants, the most that are trained at once, half of which failed with much to say."""
    figure = {"value": 0.123456, "low": 0.123456, "high": 0.123456, "n": 100_000}
    everyone = [
        contestant(f"contestant-of-many-words-{number:02d}", 0.1, reason="\u00e9" * 30_000, status="failed")
        if number % 2
        else contestant(f"contestant-of-many-words-{number:02d}", 0.1)
        for number in range(40)
    ]
    metrics = {f"metric-{number}@100": figure for number in range(60)} | dict.fromkeys(MAIN_METRICS, figure)
    evaluated = {one["name"]: {"metrics": metrics, "health": HEALTHY} for one in everyone}
    aws.put_file("evaluations/e1/metrics.json", {"contestants": evaluated, "incumbent": None})
    given["lists"]["contestants"] = everyone
    names = [one["name"] for one in everyone]
    given["staging"] = [{"name": name, "status": "ok"} for name in names]
    given["latencies"] = [{"name": name, "p50": 1.0, "p95": 2.0, "mean": 1.2, "n": 40, "errors": {}} for name in names]
    decision = decide_promotion(aws.cloud, given)
    [(_, put)] = [call for call in aws.called("PutItem") if call[1]["Item"]["runId"] == {"S": "run-2"}]
    assert len(json.dumps(put["Item"]).encode()) < 400_000, "with the names of the types, which count too"
    assert list(aws.rows("runs")["run-2"]["contestants"][0]["metrics"]) == list(MAIN_METRICS)
    assert len(json.dumps(decision).encode()) < 256 * 1024, "what a state hands on"


def test_a_promoted_run_whose_record_is_gone_binds_nobody(aws: Any, given: dict[str, Any]) -> None:
    aws.promote("run-0")
    assert decide_promotion(aws.cloud, given)["promote"] is True


@pytest.fixture
def with_blend(aws: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The same run with a blend of a and b."""
    metrics = aws.file("evaluations/e1/metrics.json")
    metrics["contestants"]["blend"] = {
        **metrics["contestants"]["a"],
        "blend": {"weights": {"a": 0.25, "b": 0.75}, "rankConstant": 15},
    }
    aws.put_file("evaluations/e1/metrics.json", metrics)
    blend = contestant("blend", None, kind="blend", artefactBytes=None, backend={"type": "blend"})
    given["lists"]["contestants"].append(blend)
    return given


def test_a_blend_is_on_record_with_what_it_is_made_of_though_nobody_staged_it(
    aws: Any, with_blend: dict[str, Any]
) -> None:
    decision = decide_promotion(aws.cloud, with_blend)
    assert (decision["promote"], decision["default"]) == (True, "b")
    *members, blend = aws.rows("runs")["run-2"]["contestants"]
    assert [one["weight"] for one in members] == [0.25, 0.75, 0.0]
    assert (blend["status"], blend["latency"], blend["costPerMonth"]) == ("ok", None, None)
    assert blend["backend"] == {"type": "blend", "weights": {"a": 0.25, "b": 0.75}, "rankConstant": 15}


def test_a_blend_whose_lists_are_not_sound_leaves_the_weights_to_validation(
    aws: Any, with_blend: dict[str, Any]
) -> None:
    metrics = aws.file("evaluations/e1/metrics.json")
    nobody = {"healthy": False, "problems": ["There is nothing to blend."]}
    metrics["contestants"]["blend"] = {"health": nobody, "metrics": {}, "blend": None}
    aws.put_file("evaluations/e1/metrics.json", metrics)
    decide_promotion(aws.cloud, with_blend)
    *members, blend = aws.rows("runs")["run-2"]["contestants"]
    assert [one["weight"] for one in members] == [0.1, 0.3, 0.0]
    assert (blend["status"], blend["reason"]) == ("failed", "Its lists are not sound: There is nothing to blend.")


def test_a_blend_cannot_be_the_default(aws: Any, with_blend: dict[str, Any]) -> None:
    decision = decide_promotion(aws.cloud, {**with_blend, "default": "blend"})
    assert not decision["promote"]
    assert "blend, is made of the others' lists" in decision["reason"]
