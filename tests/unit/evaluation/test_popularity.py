"""Popularity of what is recommended: worked by hand."""

import numpy as np
import pytest

from bakeoff.evaluation.popularity import average_popularity, novelty, popular_head, popularity_curve

RANKED = np.array([[0, 1, 2], [1, -1, -1], [-1, -1, -1]], np.int32)
POPULARITY = np.array([0.5, 0.25, 0.125, 0.0])


def test_average_popularity_is_the_mean_over_what_a_list_holds() -> None:
    assert average_popularity(RANKED, popularity=POPULARITY, k=2)[:2].tolist() == [0.375, 0.25]
    assert np.isnan(average_popularity(RANKED, popularity=POPULARITY, k=2)[2])


def test_novelty_is_mean_self_information_in_bits() -> None:
    assert novelty(RANKED, popularity=POPULARITY, k=3)[:2].tolist() == [2.0, 2.0]
    assert np.isnan(novelty(RANKED, popularity=POPULARITY, k=3)[2])


def test_head_is_the_most_popular_tenth_of_the_candidates_and_ties_go_to_the_first() -> None:
    counts = np.array([5, 9, 9, 1, 100] + [0] * 15)
    candidates = np.ones(20, np.bool_)
    candidates[4] = False  # the most popular item may not be recommended
    assert np.flatnonzero(popular_head(counts, candidates)).tolist() == [1, 2]
    assert np.flatnonzero(popular_head(counts, candidates, share=0.05)).tolist() == [1]


def test_curve_runs_from_nothing_to_everything_with_the_popular_items_first() -> None:
    ranked = np.array([[2, 0], [2, 1], [2, -1]], np.int32)
    counts = np.array([1, 5, 9, 7])
    curve = popularity_curve(ranked, item_counts=counts, candidates=np.array([True, True, True, False]), k=2, points=50)
    assert curve == [[0, 0], [pytest.approx(1 / 3, abs=1e-6), 0.6], [pytest.approx(2 / 3, abs=1e-6), 0.8], [1.0, 1.0]]


def test_the_curve_has_the_heads_share_of_the_slots_as_it_is() -> None:
    generator = np.random.default_rng(5)
    counts = np.sort(generator.integers(1, 500, 1615))[::-1]
    ranked = (1615 * generator.random((200, 10)) ** 3).astype(np.int32)
    candidates = np.ones(1615, np.bool_)
    curve = dict(map(tuple, popularity_curve(ranked, item_counts=counts, candidates=candidates, k=10)))
    head = popular_head(counts, candidates)
    assert curve[round(head.sum() / 1615, 6)] == pytest.approx(head[ranked].mean(), abs=1e-6)
