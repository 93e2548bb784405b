"""The last layer in two looks: its best items are those of all exact scores."""

import numpy as np
import pytest

from bakeoff.recommenders.base.wide import OutputLayer
from bakeoff.recommenders.base.wide.output_layer import EXACT

N_ITEMS, SIZE, N_USERS, N = 6 * EXACT, 64, 40, 20


def drawn(decay: float) -> tuple[OutputLayer, np.ndarray, np.ndarray, np.ndarray]:
    """A layer whose directions weigh less and less, hidden layers, offsets, and all scores exact."""
    generator = np.random.default_rng(0)
    mixed = np.linalg.qr(generator.standard_normal((SIZE, SIZE)))[0]
    weights = generator.standard_normal((N_ITEMS, SIZE)) * np.arange(1, SIZE + 1) ** -decay @ mixed + 0.3
    biases, offsets = generator.standard_normal((2, N_ITEMS))
    hidden = np.tanh(generator.standard_normal((N_USERS, SIZE)))
    layer = OutputLayer.of(weights.astype(np.float32), biases.astype(np.float32))
    return layer, hidden.astype(np.float32), offsets.astype(np.float32), hidden @ weights.T + biases + offsets


@pytest.mark.parametrize("decay", [1.0, 0.5, 0.0], ids=["steep", "slow", "flat"])
def test_the_best_items_are_those_of_the_exact_scores(decay: float) -> None:
    layer, hidden, offsets, exact = drawn(decay)
    scores = layer.scores(hidden, offsets=offsets)
    assert scores.dtype == np.float32
    found, best = np.argsort(-scores)[:, :N], np.argsort(-exact)[:, :N]
    overlap = np.mean([len(np.intersect1d(one, other)) / N for one, other in zip(found, best, strict=True)])
    assert overlap >= 0.99
    # A user's scores are the exact ones up to a constant.
    for user, columns in enumerate(found):
        difference = scores[user, columns] - exact[user, columns]
        np.testing.assert_allclose(difference, difference[0], atol=1e-3)


def test_the_first_look_reads_less_where_directions_weigh_less() -> None:
    assert drawn(1.0)[0].first.shape == (N_ITEMS, 16)
    assert drawn(0.0)[0].first.shape[1] > 48


def test_a_small_catalogue_is_scored_exactly_throughout() -> None:
    layer, hidden, _, exact = drawn(0.5)
    few = OutputLayer.of((np.hstack((layer.first, layer.rest)) @ layer.rotation.T)[:EXACT], layer.biases[:EXACT])
    assert len(few.biases) == EXACT
    scores = few.scores(hidden, offsets=np.zeros(EXACT, np.float32))
    wanted = hidden @ (np.hstack((layer.first, layer.rest)) @ layer.rotation.T)[:EXACT].T + layer.biases[:EXACT]
    difference = scores - wanted
    np.testing.assert_allclose(difference, np.repeat(difference[:, :1], EXACT, axis=1), atol=1e-3)
    assert exact.shape == (N_USERS, N_ITEMS)


def test_arrays_give_the_layer_back() -> None:
    layer, hidden, offsets, _ = drawn(1.0)
    again = OutputLayer.from_arrays(layer.arrays())
    np.testing.assert_array_equal(again.scores(hidden, offsets=offsets), layer.scores(hidden, offsets=offsets))


def test_items_that_are_all_alike_are_no_fault() -> None:
    layer = OutputLayer.of(np.ones((5, 4), np.float32), np.arange(5, dtype=np.float32))
    scores = layer.scores(np.ones((1, 4), np.float32), offsets=np.zeros(5, np.float32))
    assert np.argsort(-scores[0]).tolist() == [4, 3, 2, 1, 0]
