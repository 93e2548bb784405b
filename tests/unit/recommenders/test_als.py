"""Implicit ALS: what is minimised, how a history is folded in, and the contract."""

import numpy as np

from bakeoff.recommenders import als
from bakeoff.recommenders.base import Signal, Task
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

HISTORIES = rows(
    [(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5), (3, 2)], [(1, 4), (2, 5)], [(0, 5), (2, 4), (3, 5)], n_items=5
)
LIKED = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], float)
ALPHA, REG = 4.0, 0.5


def fit(*, seed: int = 0, iterations: int = 100) -> als.Model:
    chosen = {"alpha": ALPHA, "reg": REG, "factors": 3}
    settings = als.Settings(iterations=iterations)
    return als.fit(
        HISTORIES, chosen=chosen, task=Task(settings=settings, signal=Signal(liked_threshold=4.0), seed=seed)
    )


class TestAls(RecommenderContract):
    contestant = "als"


def test_a_history_is_folded_in_by_the_closed_form() -> None:
    model = fit(iterations=3)
    vectors = model.vectors.astype(float)
    weights = 1 + (ALPHA - 1) * LIKED[0]
    user = np.linalg.solve((vectors.T * weights) @ vectors + REG * np.eye(3), vectors.T @ (weights * LIKED[0]))
    np.testing.assert_allclose(model.scores(HISTORIES)[0, :4], vectors @ user, rtol=1e-4)


def test_the_items_vectors_solve_the_same_problem_with_users_and_items_exchanged() -> None:
    # At the minimum each item's vector is the closed form over the users' vectors, whatever package found it.
    model = fit()
    users = np.array([model._fold_in(model.vectors[HISTORIES.liked(4.0).items_of(user)]) for user in range(4)], float)
    weights = 1 + (ALPHA - 1) * LIKED[:, 0]
    item = np.linalg.solve((users.T * weights) @ users + REG * np.eye(3), users.T @ (weights * LIKED[:, 0]))
    np.testing.assert_allclose(model.vectors[0], item, rtol=0.02, atol=1e-3)


def test_items_that_nobody_liked_are_not_recommended() -> None:
    assert np.isneginf(fit().scores(HISTORIES)[:, 4]).all()


def test_another_seed_starts_elsewhere() -> None:
    assert not np.array_equal(fit(iterations=1).vectors, fit(seed=1, iterations=1).vectors)
