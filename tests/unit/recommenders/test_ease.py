"""EASE: the closed form, its limits, and the contract."""

import tracemalloc

import numpy as np
import pytest

from bakeoff.errors import ModelError
from bakeoff.recommenders import ease
from bakeoff.recommenders.base import Signal, Task
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

SIGNAL = Signal(liked_threshold=4.0)
HISTORIES = rows(
    [(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5), (3, 2)], [(1, 4), (2, 5)], [(0, 5), (2, 4), (3, 5)], n_items=5
)


def fit(settings: ease.Settings, *, reg: float = 3.0, exponent: float = 0.0) -> ease.Model:
    chosen = {"reg": reg, "popularity_exponent": exponent}
    return ease.fit(HISTORIES, chosen=chosen, task=Task(settings=settings, signal=SIGNAL, seed=0))


class TestEase(RecommenderContract):
    contestant = "ease"


def test_weights_are_the_papers_formula() -> None:
    liked = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], float)
    inverse = np.linalg.inv(liked.T @ liked + 3.0 * np.eye(4))
    expected = np.eye(4) - inverse / np.diag(inverse)
    model = fit(ease.Settings(min_interactions=1))
    np.testing.assert_allclose(model.weights, expected, atol=1e-6)
    np.testing.assert_allclose(model.scores(HISTORIES)[:, :4], liked @ expected, atol=1e-6)


def test_items_that_nobody_liked_are_not_recommended() -> None:
    scores = fit(ease.Settings(min_interactions=1)).scores(HISTORIES)
    assert np.isneginf(scores[:, 4]).all()
    assert np.isfinite(scores[:, :4]).all()


def test_only_the_most_liked_items_are_learned_where_the_matrix_is_limited() -> None:
    # Items 0, 1 and 2 are liked three times each; of equals the first stay.
    assert fit(ease.Settings(max_items=2)).known.columns.tolist() == [0, 1]


def test_items_below_the_minimum_are_not_learned() -> None:
    assert fit(ease.Settings(min_interactions=2)).known.columns.tolist() == [0, 1, 2]


def test_scores_are_divided_by_the_power_of_the_popularity() -> None:
    plain, corrected = fit(ease.Settings(min_interactions=1)), fit(ease.Settings(min_interactions=1), exponent=0.5)
    likes = np.array([3, 3, 3, 1])
    ratio = corrected.scores(HISTORIES)[:, :4] / plain.scores(HISTORIES)[:, :4]
    np.testing.assert_allclose(ratio, np.broadcast_to(likes**-0.5, ratio.shape), rtol=1e-5)


def test_nothing_liked_often_enough_is_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="No item has 9 interactions"):
        fit(ease.Settings(min_interactions=9))


def test_fitting_holds_one_large_matrix_and_no_copies_of_it() -> None:
    n_items = 400
    chain = [[(item, 5.0), ((item + 1) % n_items, 5.0)] for item in range(n_items)]
    histories = rows(*chain, n_items=n_items)
    chosen = {"reg": 3.0, "popularity_exponent": 0.0}

    def fit_chain() -> ease.Model:
        return ease.fit(histories, chosen=chosen, task=Task(settings=ease.Settings(), signal=SIGNAL, seed=0))

    fit_chain()  # imports SciPy
    tracemalloc.start()
    try:
        model = fit_chain()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert model.weights.shape == (n_items, n_items)
    # 8 bytes an entry for the inverse, 4 for the weights; another copy would make it 20.
    assert most < 16 * n_items**2
