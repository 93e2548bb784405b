"""Claims about popularity, in each verdict."""

import pytest

from bakeoff.judging.claims.finding import Run
from bakeoff.judging.claims.popular import autoencoder_claims, popularity_claims
from tests.support.run_figures import RunFigures, figure

POPULARITY = "personalize-popularity-count"
BASIC, CURED = "autoencoder-article", "autoencoder"


def heads(basic: float, cured: float | None = None) -> Run:
    run = RunFigures()
    run.enter(BASIC, {"head_share@10": figure(basic)})
    if cured is not None:
        run.enter(CURED, {"head_share@10": figure(cured)})
        run.compare(CURED, BASIC, ratio=(1.3, 1.2, 1.4), different=True)
    return Run(run.report, run.metrics)


def of(value: float) -> str:
    """Such a figure as a finding says it: with its interval and n."""
    return f"{value:.4f} ({value - 0.01:.4f} to {value + 0.01:.4f}, n = 500)"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.95, "holds"), (0.511, "holds"), (0.505, "cannot be told"), (0.495, "cannot be told"), (0.3, "does not hold")],
)
def test_more_than_half_of_the_slots_for_a_tenth_is_a_lot(value: float, verdict: str) -> None:
    found, _ = autoencoder_claims(heads(value))
    assert (found.verdict, found.n) == (verdict, 500)
    assert found.finding == f"{BASIC} has {of(value)}."


def test_the_others_stand_beside() -> None:
    run = RunFigures()
    run.enter(POPULARITY, {"head_share@10": figure(0.99)}, twin=True)
    run.enter(BASIC, {"head_share@10": figure(0.9)})
    run.enter(CURED, {"head_share@10": figure(0.6)})
    found, _ = autoencoder_claims(Run(run.report, run.metrics))
    assert found.finding.endswith(f" Of the others: {POPULARITY} {of(0.99)}; {CURED} {of(0.6)}.")
    assert found.twins == []


@pytest.mark.parametrize(
    ("cured", "verdict"),
    [(0.6, "holds"), (0.86, "holds"), (0.879, "does not hold"), (0.97, "does not hold")],
)
def test_the_tuned_one_shows_less_of_what_is_rated_a_lot(cured: float, verdict: str) -> None:
    _, found = autoencoder_claims(heads(0.9, cured))
    assert (found.verdict, found.n) == (verdict, 500)
    assert "ndcg@10: autoencoder minus autoencoder-article is +0.0200" in found.finding


def test_a_cure_within_wide_intervals_cannot_be_told() -> None:
    run = RunFigures()
    run.enter(BASIC, {"head_share@10": figure(0.7, half=0.1)})
    run.enter(CURED, {"head_share@10": figure(0.6, half=0.1)})
    _, found = autoencoder_claims(Run(run.report, run.metrics))
    assert found.verdict == "cannot be told"
    assert "lower by -0.1000 to +0.3000." in found.finding


def test_autoencoders_that_are_missing_or_unmeasured_are_told() -> None:
    run = RunFigures()
    run.enter(CURED, {"ndcg@10": figure(0.3)})
    assert [one.finding for one in autoencoder_claims(Run(run.report, run.metrics))] == [
        f"{BASIC} is not in the run."
    ] * 2
    run.enter(BASIC, {"ndcg@10": figure(0.3)})
    found = autoencoder_claims(Run(run.report, run.metrics))
    assert [(one.verdict, one.finding) for one in found] == [("cannot be told", "head_share@10 was not measured.")] * 2


@pytest.mark.parametrize(
    ("own", "others", "verdict"),
    [
        (0.01, [0.1, 0.2], "holds"),
        (0.095, [0.1, 0.2], "cannot be told"),
        (0.15, [0.1, 0.2], "does not hold"),
    ],
)
def test_popularity_is_limited_where_it_covers_least(own: float, others: list[float], verdict: str) -> None:
    run = RunFigures()
    run.enter(POPULARITY, {"coverage@10": figure(own), "personalization@10": figure(own)}, twin=True)
    for place, value in enumerate(others):
        run.enter(f"m{place}", {"coverage@10": figure(value), "personalization@10": figure(value)})
    personal, limited, _ = popularity_claims(Run(run.report, run.metrics))
    assert (personal.verdict, limited.verdict) == (verdict, verdict)
    assert (limited.n, limited.twins) == (500, [POPULARITY])
    assert "the lowest of the others is m0 with 0.1000" in limited.finding


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        ((1.25, 1.1, 2.0), "holds"),
        ((1.9, 1.7, 2.1), "cannot be told"),
        ((3.0, 2.5, 3.5), "does not hold"),
        (None, "cannot be told"),
    ],
)
def test_popularity_is_good_with_half_of_the_bests_accuracy(
    ratio: tuple[float, float, float] | None, verdict: str
) -> None:
    run = RunFigures()
    run.enter(POPULARITY, {"ndcg@10": figure(0.2), "hit_rate@10": figure(0.4)}, twin=True)
    run.enter("ease", {"ndcg@10": figure(0.3)})
    run.enter("content", {"ndcg@10": figure(0.21)})
    run.compare("ease", POPULARITY, ratio=ratio, different=True, difference=0.1)
    run.compare("content", POPULARITY, ratio=(1.05, 1.01, 1.1), different=False, difference=0.01)
    *_, found = popularity_claims(Run(run.report, run.metrics))
    assert (found.verdict, found.n, found.twins) == (verdict, 500, [POPULARITY])
    assert f"{POPULARITY} minus ease, the best of the others, is -0.1000" in found.finding
    assert "Users with at least one hit in ten: 0.4000" in found.finding
    assert "flatters it" in found.test


def test_popularity_that_leads_is_good() -> None:
    run = RunFigures()
    run.enter(POPULARITY, {"ndcg@10": figure(0.3)})
    run.enter("ease", {"ndcg@10": figure(0.2)})
    run.compare(POPULARITY, "ease", ratio=(1.5, 1.4, 1.6), different=True)
    *_, found = popularity_claims(Run(run.report, run.metrics))
    assert found.verdict == "holds"


def test_without_popularity_or_anybody_beside_it_nothing_can_be_told() -> None:
    run = RunFigures()
    run.enter("ease", {"ndcg@10": figure(0.3)})
    assert {one.finding for one in popularity_claims(Run(run.report, run.metrics))} == {
        f"{POPULARITY} is not in the run."
    }
    alone = RunFigures()
    alone.enter(POPULARITY, {"ndcg@10": figure(0.3), "coverage@10": figure(0.3), "personalization@10": figure(0.3)})
    found = popularity_claims(Run(alone.report, alone.metrics))
    assert {one.verdict for one in found} == {"cannot be told"}
    assert found[2].finding == f"{POPULARITY} was compared with nobody."
    assert found[1].finding == f"coverage@10 was not measured of {POPULARITY} and of another contestant."
