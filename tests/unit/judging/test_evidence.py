"""metrics.json read by name, from either side of a pair."""

import pytest

from bakeoff.judging.evidence import Evidence, Figure
from tests.support.run_figures import RunFigures, figure
from tests.support.schemas import faults


@pytest.fixture
def run() -> RunFigures:
    run = RunFigures()
    run.enter("ease", {"ndcg@10": figure(0.3)})
    run.enter("content", {"ndcg@10": figure(0.2)})
    run.enter("broken", problems=("no lists",))
    run.compare("ease", "content", ratio=(1.5, 1.25, 2.0), different=True, difference=0.1)
    run.agree("ease", "content", 0.4)
    return run


def test_figures_made_by_hand_have_the_shape_of_real_ones(run: RunFigures) -> None:
    assert faults(run.metrics, "metrics") == []


def test_a_pair_is_seen_from_either_side(run: RunFigures) -> None:
    evidence = Evidence(run.metrics)
    ahead, behind = evidence.pair("ease", "content", "ndcg@10"), evidence.pair("content", "ease", "ndcg@10")
    assert ahead is not None
    assert behind is not None
    assert (ahead.better, ahead.worse, behind.better, behind.worse) == (True, False, False, True)
    assert (behind.difference.value, behind.difference.low) == pytest.approx((-0.1, -0.105))
    assert behind.ratio == Figure(value=1 / 1.5, low=0.5, high=0.8, n=500)
    assert str(behind) == "-0.1000 (-0.1050 to -0.0950, n = 500), 0.667 times (0.500 to 0.800)"
    assert evidence.pair("ease", "content", "recall@10") is None


def test_who_is_unhealthy_has_no_figures(run: RunFigures) -> None:
    evidence = Evidence(run.metrics)
    assert evidence.names == ["ease", "content"]
    assert [evidence.healthy(name) for name in ("ease", "broken", "unheard-of")] == [True, False, True]
    assert evidence.figure("broken", "ndcg@10") is None
    assert evidence.figure("ease", "rmse") is None


def test_agreement_does_not_ask_for_an_order(run: RunFigures) -> None:
    evidence = Evidence(run.metrics)
    assert evidence.agreement("content", "ease") == evidence.agreement("ease", "content")
    assert evidence.agreement("ease", "broken") is None


@pytest.mark.parametrize(
    ("ratio", "within", "beyond"),
    [
        ((1.02, 0.99, 1.05), True, False),
        ((1.02, 0.99, 1.051), False, False),
        ((0.99, 1 / 1.05, 1.0), True, False),
        ((0.98, 0.951, 1.0), False, False),
        ((1.2, 1.06, 1.3), False, True),
        ((0.8, 0.7, 0.95), False, True),
        (None, False, False),
    ],
)
def test_a_margin_is_met_by_the_whole_interval(
    ratio: tuple[float, float, float] | None, within: bool, beyond: bool
) -> None:
    run = RunFigures()
    run.compare("a", "b", ratio=ratio, different=False)
    pair = Evidence(run.metrics).pair("a", "b", "ndcg@10")
    assert pair is not None
    assert (pair.within(0.05), pair.beyond(0.05)) == (within, beyond)


def test_the_difference_of_unpaired_figures_has_the_widest_bounds() -> None:
    one, other = Figure(value=0.5, low=0.4, high=0.6, n=9), Figure(value=0.2, low=0.1, high=0.3, n=9)
    assert one.minus(other) == pytest.approx((0.1, 0.5))


def test_a_run_that_evaluated_nothing_has_no_evidence() -> None:
    assert Evidence({}).names == []
    assert Evidence({}).pair("ease", "content", "ndcg@10") is None


@pytest.mark.parametrize(
    ("smallest", "said"),
    [
        (0.0123, "a single test of these 500 users, before the correction, would show a difference of 0.0123"),
        (None, "what a test of 500 users could show cannot be told, for its scatter is not known"),
        (0.0, "what a test of 500 users could show cannot be told, for nobody's two values differ"),
    ],
)
def test_what_a_test_could_show_is_said_for_one_test_and_not_where_nothing_scatters(
    smallest: float | None, said: str
) -> None:
    run = RunFigures()
    run.compare("a", "b", different=False)
    run.metrics["comparisons"][0]["smallest"] = smallest
    pair = Evidence(run.metrics).pair("a", "b", "ndcg@10")
    assert pair is not None
    assert pair.power.startswith(said)
