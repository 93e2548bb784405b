"""The item-item solver: the closed form in NumPy, its memory, its limits, and the branch beside a network."""

import logging

import numpy as np
import pytest

from bakeoff.errors import ModelError
from bakeoff.recommenders.base import item_item
from bakeoff.recommenders.base.item_item import LinearBranch, co_occurrences, items_that_fit, solve
from tests.support.training import rows

HISTORIES = rows([(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5)], [(1, 4), (2, 5)], [(3, 5), (2, 1), (0, 2)], n_items=4)


def by_the_formula(histories: np.ndarray, reg: float) -> np.ndarray:
    inverse = np.linalg.inv(histories.T @ histories + reg * np.eye(histories.shape[1]))
    return np.eye(histories.shape[1]) - inverse / np.diag(inverse)


def test_the_weights_are_the_papers_formula() -> None:
    histories = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], float)
    np.testing.assert_allclose(solve(co_occurrences(HISTORIES), reg=3.0), by_the_formula(histories, 3.0), atol=1e-6)


@pytest.mark.parametrize("n_items", [37, 64])
def test_halves_of_halves_give_the_inverse_of_the_whole(n_items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_item, "WHOLE", 4)
    monkeypatch.setattr(item_item, "BLOCK", 3)
    ones = np.random.default_rng(0).random((80, n_items)) < 0.2
    histories = rows(*[[(item, 5.0) for item in np.flatnonzero(row).tolist()] for row in ones], n_items=n_items)
    np.testing.assert_allclose(
        solve(co_occurrences(histories), reg=0.5), by_the_formula(ones.astype(float), 0.5), atol=1e-6
    )


def test_items_far_from_each_other_in_a_history_occur_together_less() -> None:
    liked = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], float)
    counts = liked.T @ liked
    # Of the four histories, the first has 0 and 2 at a distance of two, the last has 3 and 0 so; all others are next.
    near, far = 2**-0.5, 3**-0.5
    for one, other, expected in [(0, 1, 2 * near), (0, 2, far + near), (1, 2, 2 * near), (0, 3, far), (2, 3, near)]:
        counts[one, other] = counts[other, one] = expected
    inverse = np.linalg.inv(counts + 3.0 * np.eye(4))
    weights = solve(co_occurrences(HISTORIES, fading=0.5), reg=3.0)
    np.testing.assert_allclose(weights, np.eye(4) - inverse / np.diag(inverse), atol=1e-6)


def test_counts_serve_every_reg_until_they_may_be_spoilt() -> None:
    counts = co_occurrences(HISTORIES)
    before = counts.copy()
    weights = solve(counts, reg=3.0)
    np.testing.assert_array_equal(counts, before)
    np.testing.assert_array_equal(solve(counts, reg=3.0, overwrite=True), weights)
    assert (counts != before).any()


def test_a_matrix_that_cannot_be_inverted_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"reg -3\.0 cannot be inverted; raise reg"):
        solve(co_occurrences(HISTORIES), reg=-3.0)


def test_leaving_items_out_for_memory_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        known = items_that_fit(HISTORIES, at_least=1, at_most=3, setting="max_items")
    assert known.columns.tolist() == [0, 1, 2]
    assert "learns the 3 most-interacted of 4 items" in caplog.text
    assert "raise max_items where" in caplog.text


def test_nothing_is_said_where_all_items_fit(caplog: pytest.LogCaptureFixture) -> None:
    items_that_fit(HISTORIES, at_least=2, at_most=3, setting="max_items")
    assert not caplog.records


def branch_of_histories() -> LinearBranch:
    learned = items_that_fit(HISTORIES, at_least=2, at_most=10, setting="linear_max_items")
    return LinearBranch(learned, solve(co_occurrences(learned.narrow(HISTORIES)), reg=3.0))


def test_a_branch_scores_the_items_it_learned_and_gives_the_others_nothing() -> None:
    branch = branch_of_histories()
    scores = branch.outputs(HISTORIES, np.full(HISTORIES.n_interactions, 2, np.float32))
    assert branch.learned.columns.tolist() == [0, 1, 2]
    assert scores[:, 3].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(scores[1, :3], 2 * branch.weights[[0, 1]].sum(axis=0), rtol=1e-6)


def test_a_branch_becomes_arrays_and_back() -> None:
    branch = branch_of_histories()
    again = LinearBranch.from_arrays(branch.arrays())
    weights = np.ones(HISTORIES.n_interactions, np.float32)
    np.testing.assert_array_equal(again.outputs(HISTORIES, weights), branch.outputs(HISTORIES, weights))
