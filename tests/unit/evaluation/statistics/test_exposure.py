"""Exposure: coverage, Gini and the head's share, by hand and against the plain formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.statistics.exposure import estimate_coverage, estimate_exposure, gini

QUICK = Bootstrap(resamples=200)


def plain_gini(counts: list[int]) -> float:
    ordered, n = sorted(counts), len(counts)
    weighted = sum(rank * count for rank, count in enumerate(ordered, start=1))
    return 2 * weighted / (n * sum(ordered)) - (n + 1) / n


@given(st.lists(st.integers(0, 20), min_size=1, max_size=20).filter(any), st.integers(0, 10))
def test_gini_equals_the_formula_over_sorted_counts(counts: list[int], never_shown: int) -> None:
    expected = plain_gini([*counts, *[0] * never_shown])
    assert gini(np.array(counts), n=len(counts) + never_shown) == pytest.approx(expected)


def test_gini_is_nought_for_equal_shares_and_nearly_one_for_a_single_winner() -> None:
    assert gini(np.array([4, 4, 4]), n=3) == pytest.approx(0.0)
    assert gini(np.array([9]), n=100) == pytest.approx(0.99)
    assert gini(np.array([0, 0]), n=2) == 0.0


def test_values_are_those_of_the_lists_as_they_are() -> None:
    ranked = np.array([[0, 1], [0, 2], [0, -1]], np.int32)
    head = np.array([True, False, False, False, False])
    (found,) = estimate_exposure([ranked], n_candidates=5, k=2, head=head, bootstrap=QUICK)
    assert found.coverage.value == pytest.approx(3 / 5)
    assert found.head_share.value == pytest.approx(3 / 5)
    assert found.gini.value == pytest.approx(plain_gini([3, 1, 1, 0, 0]))
    assert found.coverage == estimate_coverage(ranked, n_candidates=5, k=2, bootstrap=QUICK)


def test_intervals_hold_the_value_and_narrow_with_more_users() -> None:
    rng = np.random.default_rng(1)
    popularity = 1 / np.arange(1, 301)
    ranked = rng.choice(300, size=(800, 5), p=popularity / popularity.sum()).astype(np.int32)
    head = np.arange(300) < 30
    (many,) = estimate_exposure([ranked], n_candidates=300, k=5, head=head, bootstrap=QUICK)
    (few,) = estimate_exposure([ranked[:100]], n_candidates=300, k=5, head=head, bootstrap=QUICK)
    for name in ("coverage", "gini", "head_share"):
        one, other = getattr(many, name), getattr(few, name)
        assert one.low <= one.value <= one.high
        assert one.high - one.low < other.high - other.low
        assert (one.n, other.n) == (800, 100)


def test_a_contestants_exposure_does_not_depend_on_the_others() -> None:
    rng = np.random.default_rng(2)
    field = [rng.integers(0, 40, size=(90, 4)).astype(np.int32) for _ in range(3)]
    head = np.arange(40) < 4
    together = estimate_exposure(field, n_candidates=40, k=4, head=head, bootstrap=QUICK)
    alone = [estimate_exposure([one], n_candidates=40, k=4, head=head, bootstrap=QUICK)[0] for one in field]
    assert together == alone
    assert together[0] != together[1]
    assert estimate_exposure([], n_candidates=40, k=4, head=head, bootstrap=QUICK) == []


def test_lists_without_any_entry_show_nothing() -> None:
    empty = np.full((4, 3), -1, np.int32)
    (found,) = estimate_exposure([empty], n_candidates=5, k=3, head=np.zeros(5, np.bool_), bootstrap=QUICK)
    assert (found.coverage.value, found.gini.value, found.head_share.value) == (0.0, 0.0, 0.0)
