"""Comparisons of all pairs: who is ahead, by how much, how sure, and who cannot be told apart."""

import numpy as np
import pytest

from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.statistics.comparing import Comparison, Comparisons, compare


def field(seed: int = 1) -> Comparisons:
    rng = np.random.default_rng(seed)
    base = rng.random((400, 1, 1)) * 0.5
    noise = rng.normal(0, 0.05, size=(400, 3, 1))
    values = base + noise + np.array([0.0, 0.1, 0.1])[None, :, None]
    values[:, 2] = values[:, 1] + rng.normal(0, 0.02, size=(400, 1))
    return compare(
        values,
        names=["weak", "strong", "twin"],
        metrics=["ndcg@10"],
        bootstrap=Bootstrap(resamples=300),
        permutations=999,
        seed=2,
        alpha=0.05,
    )


def pair(found: Comparisons, one: str, other: str) -> Comparison:
    return next(entry for entry in found.pairs if {entry.a, entry.b} == {one, other})


def test_the_better_one_stands_first_with_its_lead_and_interval() -> None:
    ahead = pair(field(), "weak", "strong")
    assert (ahead.a, ahead.b, ahead.different) == ("strong", "weak", True)
    assert ahead.difference.value == pytest.approx(0.1, abs=0.02)
    assert ahead.difference.low > 0
    assert ahead.ratio is not None
    assert ahead.ratio.low < ahead.ratio.value < ahead.ratio.high
    assert ahead.ratio.value > 1
    assert ahead.p == pytest.approx(0.001)
    assert ahead.p_holm == pytest.approx(0.003)
    assert ahead.smallest < ahead.difference.value


def test_a_tie_is_no_difference_and_stands_in_one_group() -> None:
    found = field()
    tie = pair(found, "strong", "twin")
    assert not tie.different
    assert tie.difference.low < 0 < tie.difference.high
    (first, second) = found.groups["ndcg@10"]
    assert (sorted(first), second) == (["strong", "twin"], ["weak"])


def test_ratio_is_missing_where_the_lesser_one_touches_nought() -> None:
    values = np.zeros((30, 2, 1))
    values[:, 0, 0] = 1.0
    values[0, 1, 0] = 0.5
    found = compare(
        values, names=["a", "b"], metrics=["m"], bootstrap=Bootstrap(resamples=50), permutations=50, seed=1, alpha=0.05
    )
    assert found.pairs[0].ratio is None


def test_json_has_the_names_of_the_published_schema() -> None:
    (first, *_) = field().to_json()["comparisons"]
    assert list(first) == ["metric", "a", "b", "difference", "ratio", "p", "pHolm", "different", "smallest"]


def test_one_contestant_is_a_group_of_its_own_without_comparisons() -> None:
    found = compare(
        np.ones((5, 1, 1)),
        names=["only"],
        metrics=["m"],
        bootstrap=Bootstrap(resamples=5),
        permutations=5,
        seed=1,
        alpha=0.05,
    )
    assert found.to_json() == {"comparisons": [], "groups": {"m": [["only"]]}}


def test_a_single_user_shows_no_difference_and_cannot_say_which_could_be_found() -> None:
    found = compare(
        np.array([[[0.9], [0.1]]]),
        names=["a", "b"],
        metrics=["m"],
        bootstrap=Bootstrap(resamples=5),
        permutations=20,
        seed=1,
        alpha=0.05,
    )
    assert (found.pairs[0].p, found.pairs[0].different, found.pairs[0].smallest) == (1.0, False, None)
    assert found.groups == {"m": [["a", "b"]]}
    assert found.to_json()["comparisons"][0]["smallest"] is None
