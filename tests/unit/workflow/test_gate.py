"""The gate as a table: who becomes the default, and whether the run may serve."""

from typing import Any

import pytest

from bakeoff.workflow.checks import Rules
from bakeoff.workflow.gate import Decision, decide

RULES = Rules(
    metric="ndcg@10",
    max_coverage_loss=0.25,
    max_latency_increase=0.5,
    max_cost_increase=0.5,
    requests_per_month=1_000_000,
)


def one(name: str, value: float | None = None, **changes: Any) -> dict[str, Any]:
    figure = None if value is None else {"ndcg@10": {"value": value, "low": value, "high": value}}
    backend = {"type": "sagemaker-endpoint", "name": f"bakeoff-{name}"}
    usual = {"name": name, "status": "ok", "reason": None, "twin": False, "validation": figure, "backend": backend}
    measured = {
        "latency": {"p95": 100.0, "n": 40, "concurrency": 4},
        "place": "serverless",
        "costPerMonth": {"usd": 10.0, "requestsPerMonth": 1_000_000},
    }
    return {**usual, **measured, **changes}


def failed(name: str, value: float | None = None) -> dict[str, Any]:
    return one(name, value, status="failed", reason="its lists are empty")


def incumbent(*, dataset: str = "small", **changes: Any) -> dict[str, Any]:
    contestants = [one("other", 0.99), one("champion", 0.5, **changes)]
    return {"runId": "run-1", "dataset": dataset, "default": "champion", "contestants": contestants}


def compared(low: float, high: float, *, p: float = 0.01, coverage: float | None = 1.0, n: int = 9) -> dict[str, Any]:
    """What the evaluation found for the contestant `a`."""
    difference = {"value": (low + high) / 2, "low": low, "high": high, "n": n}
    found = {"contestant": "a", "metric": "ndcg@10", "value": 0.75, "incumbentValue": 0.5, "difference": difference}
    other = {**found, "contestant": "b", "difference": {**difference, "low": -1.0, "high": -0.5}}
    return {"users": n, "reason": None, "comparisons": [other, {**found, "p": p, "coverageRatio": coverage}]}


BETTER = compared(0.125, 0.375)


def ask(
    contestants: list[dict[str, Any]],
    rival: dict[str, Any] | None,
    default: str = "auto",
    *,
    found: dict[str, Any] | None = BETTER,
    by_person: bool = False,
) -> Decision:
    return decide(
        contestants,
        rival,
        dataset="small",
        default_contestant=default,
        rules=RULES,
        compared=found,
        by_person=by_person,
    )


def verdicts(decision: Decision) -> dict[str, str]:
    return {check.name: check.verdict for check in decision.checks}


CHOICES = {
    "the best on validation": ([one("a", 0.1), one("b", 0.3), one("c", 0.2)], "auto", "b"),
    "a twin is never chosen by itself": ([one("a", 0.1), one("b", 0.3, twin=True)], "auto", "a"),
    "an unhealthy one is never chosen": ([one("a", 0.1), failed("b", 0.3)], "auto", "a"),
    "nor one without a figure": ([one("a", 0.1), one("b")], "auto", "a"),
    "a figure of nought is a figure": ([one("a", 0.0)], "auto", "a"),
    "the one asked for though it is not the best": ([one("a", 0.1), one("b", 0.3)], "a", "a"),
    "the one asked for though it is a twin": ([one("a", 0.1, twin=True), one("b", 0.3)], "a", "a"),
    "the one asked for without a figure": ([one("a"), one("b", 0.3)], "a", "a"),
}


@pytest.mark.parametrize(("contestants", "asked", "chosen"), CHOICES.values(), ids=CHOICES)
def test_the_first_run_serves_with_this_default(contestants: list[dict[str, Any]], asked: str, chosen: str) -> None:
    decision = ask(contestants, None, asked, found=None)
    assert decision == Decision(promote=True, reason=f"The first healthy run; its default is {chosen}.", default=chosen)


REFUSALS = {
    "the one asked for is not in the run": ([one("a", 0.1)], "b", "asked for, b, was not in the run."),
    "the one asked for has lists of items only": (
        [one("a", 0.1), one("b", answers=["similar"])],
        "b",
        "b, has no lists for users.",
    ),
    "the one asked for is unhealthy": ([one("a", 0.9), failed("b")], "b", "b, is not healthy: its lists are empty."),
    "nobody is healthy": ([failed("a", 0.1)], "auto", "No contestant can be the default"),
    "only twins": ([one("a", 0.1, twin=True)], "auto", "Name one with --default, or as run.default_contestant"),
    "nobody was measured": ([one("a")], "auto", "No contestant can be the default"),
}


@pytest.mark.parametrize("by_person", [False, True])
@pytest.mark.parametrize("rival", [None, incumbent()], ids=["first run", "later run"])
@pytest.mark.parametrize(("contestants", "asked", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_run_without_a_default_never_serves_whoever_asks(
    contestants: list[dict[str, Any]], asked: str, said: str, rival: dict[str, Any] | None, by_person: bool
) -> None:
    decision = ask(contestants, rival, asked, by_person=by_person)
    assert (decision.promote, decision.default) == (False, None)
    assert said in decision.reason
    assert decision.reason.endswith("What served before goes on serving.")


COMPARISONS = {
    "better beyond noise": (compared(0.125, 0.375), True, "better beyond noise."),
    "better, and the interval touches nought": (compared(0.0, 0.5), False, "no better beyond noise."),
    "better, and p says that it may be chance": (compared(0.125, 0.375, p=0.05), False, "no better beyond noise."),
    "equal": (compared(-0.25, 0.25, p=0.9), False, "no better beyond noise."),
    "worse beyond noise": (compared(-0.375, -0.125), False, "worse beyond noise."),
}


@pytest.mark.parametrize(("found", "promote", "said"), COMPARISONS.values(), ids=COMPARISONS)
def test_a_later_run_must_be_better_beyond_noise(found: dict[str, Any], promote: bool, said: str) -> None:
    decision = ask([one("a", 0.1)], incumbent(), found=found)
    assert (decision.promote, decision.default, decision.by_person) == (promote, "a", False)
    assert decision.incumbent == {"runId": "run-1", "default": "champion"}
    assert verdicts(decision)["accuracy"] == ("passed" if promote else "failed")
    assert said in decision.reason
    assert decision.reason.endswith("The promoted run goes on serving.") is not promote


def test_the_reason_has_both_figures_the_interval_and_the_users() -> None:
    assert ask([one("a", 0.1)], incumbent()).reason == (
        "a reaches ndcg@10 0.7500, the promoted run's champion 0.5000 for the same 9 users: "
        "difference +0.2500 (+0.1250 to +0.3750), p = 0.0100, better beyond noise."
    )


GUARDS: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "as much coverage as may be lost": ("coverage", compared(0.1, 0.2, coverage=0.75), {}, "passed"),
    "less coverage": ("coverage", compared(0.1, 0.2, coverage=0.74), {}, "failed"),
    "an incumbent that covers nothing": ("coverage", compared(0.1, 0.2, coverage=None), {}, "not evaluated"),
    "as slow as it may be": ("latency", BETTER, {"latency": {"p95": 150.0, "n": 40, "concurrency": 4}}, "passed"),
    "slower": ("latency", BETTER, {"latency": {"p95": 150.1, "n": 40, "concurrency": 4}}, "failed"),
    "never timed": ("latency", BETTER, {"latency": None}, "not evaluated"),
    "no answer to time": ("latency", BETTER, {"latency": {"p95": None, "n": 0}}, "not evaluated"),
    "timed in another place": ("latency", BETTER, {"place": "instance"}, "not evaluated"),
    "timed in another burst": (
        "latency",
        BETTER,
        {"latency": {"p95": 1.0, "n": 40, "concurrency": 1}},
        "not evaluated",
    ),
    "as dear as it may be": ("cost", BETTER, {"costPerMonth": {"usd": 15.0, "requestsPerMonth": 1_000_000}}, "passed"),
    "dearer": ("cost", BETTER, {"costPerMonth": {"usd": 15.1, "requestsPerMonth": 1_000_000}}, "failed"),
    "a price is not known": ("cost", BETTER, {"costPerMonth": None}, "not evaluated"),
    "costs of other traffic": ("cost", BETTER, {"costPerMonth": {"usd": 1.0, "requestsPerMonth": 10}}, "not evaluated"),
}


@pytest.mark.parametrize(("guard", "found", "changes", "verdict"), GUARDS.values(), ids=GUARDS)
def test_a_guard_that_fails_keeps_the_run_back_and_an_unknown_one_is_named(
    guard: str, found: dict[str, Any], changes: dict[str, Any], verdict: str
) -> None:
    decision = ask([one("a", 0.1, **changes)], incumbent(), found=found)
    others = {"accuracy": "passed", "coverage": "passed", "latency": "passed", "cost": "passed"}
    assert verdicts(decision) == {**others, guard: verdict}
    assert decision.promote is (verdict != "failed")
    assert (f"Worse on {guard}: " in decision.reason) is (verdict == "failed")
    assert (f"Not evaluated: {guard}." in decision.reason) is (verdict == "not evaluated")


def test_what_is_unknown_of_the_incumbent_is_named_too() -> None:
    decision = ask([one("a", 0.1)], incumbent(latency=None, costPerMonth=None))
    assert decision.promote
    assert decision.reason.endswith("Not evaluated: latency, cost.")
    assert [check.says for check in decision.checks[2:]] == [
        "There is no p95 of the promoted run's champion.",
        "The cost of the promoted run's champion at 1,000,000 requests a month is not known.",
    ]


NOT_COMPARABLE: dict[str, tuple[dict[str, Any] | None, str]] = {
    "no user": ({"users": 0, "reason": "no user's part is later", "comparisons": []}, "no user's part is later."),
    "its model is gone": ({"reason": "The model is no longer there."}, "The model is no longer there."),
    "nothing was compared": (None, "the evaluation did not compare the two."),
}


@pytest.mark.parametrize(("found", "said"), NOT_COMPARABLE.values(), ids=NOT_COMPARABLE)
def test_what_cannot_be_compared_is_left_to_a_person(found: dict[str, Any] | None, said: str) -> None:
    decision = ask([one("a", 0.9)], incumbent(), found=found)
    assert not decision.promote
    assert verdicts(decision)["accuracy"] == verdicts(decision)["coverage"] == "not evaluated"
    assert decision.reason == (
        f"Not comparable (n = 0): {said} Whether this one serves all the same is for a person to decide: "
        "run again with --promote. The promoted run goes on serving."
    )


@pytest.mark.parametrize("found", [None, compared(-0.375, -0.125)], ids=["not comparable", "worse"])
def test_a_person_may_decide_otherwise_and_the_checks_stay_on_record(found: dict[str, Any] | None) -> None:
    decision = ask([one("a", 0.1)], incumbent(), found=found, by_person=True)
    kept = ask([one("a", 0.1)], incumbent(), found=found)
    assert (decision.promote, kept.promote) == (True, False)
    assert decision.by_person
    assert decision.checks == kept.checks
    assert decision.reason == f"{decision.checks[0].says} A person decided that it serves (--promote)."


def test_a_person_who_was_not_needed_is_not_named_as_the_reason() -> None:
    decision = ask([one("a", 0.1)], incumbent(), by_person=True)
    assert decision.by_person
    assert decision.reason == ask([one("a", 0.1)], incumbent()).reason


def test_a_run_on_another_data_set_is_not_compared() -> None:
    decision = ask([one("a", 0.01)], incumbent(dataset="big"), found=None)
    assert decision.promote
    assert decision.reason == "A healthy run on small, asked for by name; the promoted one was on big."


def test_the_same_artefact_passes_with_everybody_who_serves_and_whoever_is_new() -> None:
    decision = ask([one("champion", 0.5), one("other"), failed("new")], incumbent(), found=None)
    assert decision.promote
    assert decision.reason == (
        "The default champion is the very artefact that serves, "
        "and every contestant that serves is healthy in this run too."
    )


@pytest.mark.parametrize("others", [[], [failed("other")]], ids=["it is missing", "it failed"])
def test_the_same_artefact_does_not_drop_a_contestant_that_serves(others: list[dict[str, Any]]) -> None:
    contestants = [one("champion", 0.5), *others]
    decision = ask(contestants, incumbent(), found=None)
    assert not decision.promote
    assert "but other would be lost: healthy there and not in this run." in decision.reason
    assert ask(contestants, incumbent(), found=None, by_person=True).promote


def test_a_namesake_made_otherwise_is_another_artefact() -> None:
    changed = one("champion", 0.5, backend={"type": "sagemaker-endpoint", "name": "bakeoff-champion-2"})
    assert ask([changed, one("other")], incumbent(), found=None).reason.startswith("Not comparable (n = 0): ")


def test_the_report_has_the_decision_with_its_checks() -> None:
    gate = ask([one("a", 0.1)], incumbent()).to_json()
    assert {key: gate[key] for key in ("promote", "byPerson", "incumbent")} == {
        "promote": True,
        "byPerson": False,
        "incumbent": {"runId": "run-1", "default": "champion"},
    }
    assert [(one["name"], one["verdict"]) for one in gate["checks"]] == [
        ("accuracy", "passed"),
        ("coverage", "passed"),
        ("latency", "passed"),
        ("cost", "passed"),
    ]
    assert gate["checks"][3]["says"] == (
        "At 1,000,000 requests a month it costs $10.00, the incumbent $10.00; at most $15.00 is asked for."
    )
    assert ask([one("a", 0.1)], None).to_json()["incumbent"] is None
