"""Agreement of lists and usefulness of neighbours: worked by hand and against loops."""

import numpy as np
import pytest

from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.agreement import rank_biased_overlap, usefulness


def row(*items: int) -> np.ndarray:
    return np.array([items], np.int32)


def test_rank_biased_overlap_of_equal_lists_is_one_and_of_different_ones_nought() -> None:
    assert rank_biased_overlap(row(1, 2, 3), row(1, 2, 3)).tolist() == [pytest.approx(1.0)]
    assert rank_biased_overlap(row(1, 2, 3), row(4, 5, 6)).tolist() == [0.0]


def test_rank_biased_overlap_worked_by_hand() -> None:
    # Overlaps at depths 1, 2, 3: 0, 2, 2. RBO = (1-p)/p (2/2 p^2 + 2/3 p^3) + 2/3 p^3 with p = 1/2.
    expected = 1 * (0.25 + 2 / 3 * 0.125) + 2 / 3 * 0.125
    assert rank_biased_overlap(row(1, 2, 3), row(2, 1, 4), p=0.5).tolist() == [pytest.approx(expected)]


def test_ends_of_lists_have_nothing_in_common() -> None:
    assert rank_biased_overlap(row(1, -1, -1), row(2, -1, -1)).tolist() == [0.0]


def test_short_lists_agree_as_far_as_they_go() -> None:
    assert rank_biased_overlap(row(1, 2, -1, -1), row(1, 2, -1, -1)).tolist() == [pytest.approx(1.0)]
    assert rank_biased_overlap(row(1, 2, -1, -1), row(1, 2, 3, 4)).tolist() == [pytest.approx(1.0)]
    assert rank_biased_overlap(row(-1, -1), row(1, 2)).tolist() == [0.0]
    assert rank_biased_overlap(row(-1, -1), row(-1, -1)).tolist() == [0.0]


def published(left: list[int], right: list[int], p: float) -> float:
    """Equation 32 of Webber et al., term by term."""
    short, long = sorted((len(left), len(right)))
    overlap = {depth: len(set(left[:depth]) & set(right[:depth])) for depth in range(1, long + 1)}
    summed = sum(overlap[depth] / depth * p**depth for depth in range(1, long + 1))
    uneven = sum(overlap[short] * (depth - short) / (short * depth) * p**depth for depth in range(short + 1, long + 1))
    rest = (overlap[long] - overlap[short]) / long + overlap[short] / short
    return (1 - p) / p * (summed + uneven) + rest * p**long


def test_rank_biased_overlap_equals_the_published_sum_on_random_lists_of_any_lengths() -> None:
    rng = np.random.default_rng(4)
    one, other = (np.array([rng.permutation(30)[:20] for _ in range(60)], np.int32) for _ in range(2))
    for user in range(60):
        one[user, rng.integers(1, 21) :] = -1
        other[user, rng.integers(1, 21) :] = -1
    found = rank_biased_overlap(one, other, p=0.8)
    for user in range(60):
        left, right = ([item for item in ranked[user].tolist() if item >= 0] for ranked in (one, other))
        assert found[user] == pytest.approx(published(left, right, 0.8))
    assert 0 < found.max() <= 1


def test_usefulness_is_the_mean_cosine_of_interaction_columns() -> None:
    # Item 0: users 0, 1. Item 1: users 0, 1. Item 2: user 1. Item 3: nobody.
    interactions = Interactions.from_columns(
        users=np.array([0, 0, 1, 1, 1]),
        items=np.array([0, 1, 0, 1, 2]),
        values=np.ones(5),
        timestamps=np.arange(5),
        n_users=2,
        n_items=4,
    )
    neighbours = np.array([[1, 2], [3, -1], [-1, -1]], np.int32)
    found = usefulness(neighbours, items=np.array([0, 0, 1]), interactions=interactions, k=2)
    assert found.tolist() == [pytest.approx((1 + 1 / np.sqrt(2)) / 2), 0.0, 0.0]
