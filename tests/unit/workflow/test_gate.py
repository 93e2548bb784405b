"""The gate as a table: who becomes the default, and whether the run may serve."""

from typing import Any

import pytest

from bakeoff.workflow.gate import Decision, decide


def one(name: str, value: float | None = None, *, noise: float = 0.125, **changes: Any) -> dict[str, Any]:
    figure = None if value is None else {"ndcg@10": {"value": value, "low": value - noise, "high": value + noise}}
    usual = {"name": name, "status": "ok", "reason": None, "twin": False, "split": "s1", "validation": figure}
    return {**usual, **changes}


def failed(name: str, value: float | None = None) -> dict[str, Any]:
    return one(name, value, status="failed", reason="its lists are empty")


def incumbent(value: float | None, *, split: str = "s1", dataset: str = "small") -> dict[str, Any]:
    others = [one("other", 0.99)]
    return {"dataset": dataset, "split": split, "default": "champion", "contestants": [*others, one("champion", value)]}


def ask(contestants: list[dict[str, Any]], rival: dict[str, Any] | None, default: str = "auto") -> Decision:
    return decide(contestants, rival, dataset="small", default_contestant=default)


CHOICES = {
    "the best on validation": ([one("a", 0.1), one("b", 0.3), one("c", 0.2)], "auto", "b"),
    "a twin is never chosen by itself": ([one("a", 0.1), one("b", 0.3, twin=True)], "auto", "a"),
    "an unhealthy one is never chosen": ([one("a", 0.1), failed("b", 0.3)], "auto", "a"),
    "nor one without a figure": ([one("a", 0.1), one("b")], "auto", "a"),
    "a figure of nought is a figure": ([one("a", 0.0)], "auto", "a"),
    "the configured one though it is not the best": ([one("a", 0.1), one("b", 0.3)], "a", "a"),
    "the configured one though it is a twin": ([one("a", 0.1, twin=True), one("b", 0.3)], "a", "a"),
    "the configured one without a figure": ([one("a"), one("b", 0.3)], "a", "a"),
}


@pytest.mark.parametrize(("contestants", "asked", "chosen"), CHOICES.values(), ids=CHOICES)
def test_the_first_run_serves_with_this_default(contestants: list[dict[str, Any]], asked: str, chosen: str) -> None:
    decision = ask(contestants, None, asked)
    assert decision == Decision(promote=True, reason=f"The first healthy run; its default is {chosen}.", default=chosen)


REFUSALS = {
    "the configured one is not in the run": ([one("a", 0.1)], "b", "contestant b was not in the run."),
    "the configured one is unhealthy": ([one("a", 0.9), failed("b")], "b", "b is not healthy: its lists are empty."),
    "nobody is healthy": ([failed("a", 0.1)], "auto", "No contestant can be the default"),
    "only twins": ([one("a", 0.1, twin=True)], "auto", "Name one as run.default_contestant"),
    "nobody was measured": ([one("a")], "auto", "No contestant can be the default"),
}


@pytest.mark.parametrize("rival", [None, incumbent(0.1)], ids=["first run", "later run"])
@pytest.mark.parametrize(("contestants", "asked", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_run_without_a_default_never_serves(
    contestants: list[dict[str, Any]], asked: str, said: str, rival: dict[str, Any] | None
) -> None:
    decision = ask(contestants, rival, asked)
    assert (decision.promote, decision.default) == (False, None)
    assert said in decision.reason
    assert decision.reason.endswith("What served before goes on serving.")


# Sums of powers of two, so that "just the noise" is exact.
COMPARISONS = {
    "better": (0.75, 0.5, True, "not worse."),
    "equal": (0.5, 0.5, True, "not worse."),
    "lower within the noise": (0.4375, 0.5, True, "lower, but within the noise."),
    "lower by just the noise": (0.375, 0.5, True, "lower, but within the noise."),
    "lower beyond the noise": (0.3125, 0.5, False, "worse beyond the noise. The promoted run goes on serving."),
}


@pytest.mark.parametrize(("ours", "theirs", "promote", "said"), COMPARISONS.values(), ids=COMPARISONS)
def test_a_later_run_is_held_to_the_incumbents_default(ours: float, theirs: float, promote: bool, said: str) -> None:
    decision = ask([one("challenger", ours)], incumbent(theirs))
    assert decision.promote is promote
    assert decision.default == "challenger"
    assert decision.reason == (
        f"challenger reaches ndcg@10 {ours:.4f} on validation ({ours - 0.125:.4f} to {ours + 0.125:.4f}), "
        f"the promoted run's default champion {theirs:.4f}: {said}"
    )


@pytest.mark.parametrize("ours", [0.75, 0.25])
def test_another_split_is_said_whatever_the_verdict(ours: float) -> None:
    decision = ask([one("a", ours)], incumbent(0.5, split="s0"))
    assert decision.reason.endswith(" The two were measured on different splits.")
    assert decision.promote is (ours > 0.5)


@pytest.mark.parametrize(
    ("ours", "theirs", "unmeasured"), [(None, 0.2, "a"), (0.2, None, "champion"), (None, None, "a")]
)
def test_a_named_default_replaces_where_nothing_was_measured_on_validation(
    ours: float | None, theirs: float | None, unmeasured: str
) -> None:
    decision = ask([one("a", ours)], incumbent(theirs), "a")
    assert decision.promote
    assert decision.reason == (
        f"{unmeasured} has no figure on validation, so the two defaults cannot be compared; "
        "the configuration names a as the default."
    )


def test_an_automatic_default_does_not_replace_one_without_a_figure() -> None:
    decision = ask([one("a", 0.2)], incumbent(None))
    assert not decision.promote
    assert "champion has no figure on validation" in decision.reason
    assert "run.default_contestant" in decision.reason


def test_a_run_on_another_data_set_is_not_compared() -> None:
    decision = ask([one("a", 0.01)], incumbent(0.9, dataset="big", split="s0"))
    assert decision.promote
    assert decision.reason == "A healthy run on small, asked for by name; the promoted one was on big."
