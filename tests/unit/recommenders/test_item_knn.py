"""Item nearest neighbours: the formula, the number of neighbours, the blocks, and the contract."""

import numpy as np
import pytest

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders import item_knn
from bakeoff.recommenders.base import Signal, Task
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

HISTORIES = rows(
    [(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5), (3, 2)], [(1, 4), (2, 5)], [(0, 5), (2, 4), (3, 5)], n_items=5
)
LIKED = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], float)


def fit(
    *, shrinkage: float = 2.0, exponent: float = 0.0, neighbours: int = 10, histories: Interactions = HISTORIES
) -> item_knn.Model:
    chosen = {"shrinkage": shrinkage, "user_exponent": exponent, "neighbours": neighbours}
    task = Task(settings=item_knn.Settings(), signal=Signal(liked_threshold=4.0), seed=0)
    return item_knn.fit(histories, chosen=chosen, task=task)


def similarities(*, shrinkage: float, exponent: float) -> np.ndarray:
    """The formula over dense matrices."""
    weights = LIKED.sum(axis=1, keepdims=True) ** -exponent
    weights /= np.sqrt((LIKED * weights**2).sum() / LIKED.sum())
    weighted = LIKED * weights
    lengths = np.linalg.norm(weighted, axis=0)
    alike = weighted.T @ weighted / (np.outer(lengths, lengths) + shrinkage)
    np.fill_diagonal(alike, 0)
    return alike


class TestItemKnn(RecommenderContract):
    contestant = "item-knn"


@pytest.mark.parametrize("exponent", [0.0, 0.5])
def test_scores_are_sums_of_shrunk_cosines(exponent: float) -> None:
    scores = fit(exponent=exponent).scores(HISTORIES)
    expected = LIKED @ similarities(shrinkage=2.0, exponent=exponent)
    assert (expected > 0).all()
    np.testing.assert_allclose(scores[:, :4], expected, rtol=1e-5)


def test_items_that_nobody_liked_are_not_recommended() -> None:
    assert np.isneginf(fit().scores(HISTORIES)[:, 4]).all()


def test_an_item_scores_by_its_nearest_neighbours_only() -> None:
    alike = similarities(shrinkage=2.0, exponent=0.0)
    # Of item 3 the nearest are items 0 and 2, which are alike in everything: one of them alone counts.
    model = fit(neighbours=1)
    scores = model.scores(rows([(item, 5) for item in range(5)], n_items=5))[0, :4]
    np.testing.assert_allclose(scores, alike.max(axis=0), rtol=1e-5)


def test_what_has_no_neighbour_in_the_history_follows_by_popularity() -> None:
    tastes = [[(0, 5), (1, 5)]] * 2 + [[(2, 5), (3, 5), (4, 5)], [(3, 5), (4, 5)], [(4, 5), (3, 5)], [(4, 5), (2, 5)]]
    scores = fit(histories=rows(*tastes, n_items=5)).scores(rows([(0, 5)], n_items=5))[0]
    assert scores[1] > 0
    assert scores[[2, 3, 4]].tolist() == pytest.approx([2 / 4 - 1, 3 / 4 - 1, 0.0])


def test_neighbours_found_in_blocks_are_those_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = fit().arrays()
    monkeypatch.setattr(item_knn, "_BLOCK_BYTES", 1)
    in_blocks = fit().arrays()
    for name, array in at_once.items():
        np.testing.assert_array_equal(array, in_blocks[name], err_msg=name)


def test_an_item_that_shares_no_user_leaves_its_user_cold() -> None:
    model = fit(histories=rows([(0, 5), (1, 5)], [(2, 5)], n_items=3))
    assert model.knows(rows([(2, 5)], [(0, 5)], n_items=3)).tolist() == [False, True]


def test_no_two_items_with_a_user_in_common_is_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="No two items have a user in common"):
        fit(histories=rows([(0, 5)], [(1, 5)], n_items=2))
