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


def test_rank_biased_overlap_equals_loops_on_random_lists() -> None:
    rng = np.random.default_rng(4)
    one, other = (np.array([rng.permutation(30)[:20] for _ in range(40)], np.int32) for _ in range(2))
    other[:, 15:] = -1
    found = rank_biased_overlap(one, other, p=0.8)
    for user in range(40):
        left, right = one[user].tolist(), [item for item in other[user].tolist() if item >= 0]
        overlaps = [len(set(left[:depth]) & set(right[:depth])) for depth in range(1, 21)]
        summed = sum(overlap / depth * 0.8**depth for depth, overlap in enumerate(overlaps, start=1))
        assert found[user] == pytest.approx(summed * 0.25 + overlaps[-1] / 20 * 0.8**20)


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
