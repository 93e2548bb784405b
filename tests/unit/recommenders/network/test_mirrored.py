"""The plain network: NumPy's answer is torch's, its two losses, what is hidden, and that training learns."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from bakeoff.recommenders.base.network.mirrored import Mirrored, Plan, batch_loss, train
from bakeoff.recommenders.base.recency import of_unit_length
from tests.support.training import rows

ROWS = rows([(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5)], [(1, 4), (2, 5)], [(3, 5), (2, 1)], n_items=4)


def plan(**changes: object) -> Plan:
    given = {
        "layers": (6, 3),
        "activation": "tanh",
        "loss": "multinomial",
        "dropout": 0.0,
        "learning_rate": 0.01,
        "batch_size": 2,
    }
    return Plan(**{**given, **changes})  # type: ignore[arg-type]


def weigh(batch: object) -> np.ndarray:
    return of_unit_length(np.ones(batch.n_interactions, np.float32), batch)  # type: ignore[attr-defined,arg-type]


def trained(how: Plan, *, epochs: int = 3, told: Callable[[int, float], bool] = lambda epoch, loss: False) -> Mirrored:
    return train(
        ROWS, plan=how, weigh=weigh, seed=5, epochs=epochs, after_epoch=lambda epoch, loss, network: told(epoch, loss)
    )


def loss_of(network: Mirrored, how: Plan, *, seed: int = 0) -> float:
    parameters = [torch.from_numpy(array) for layer in network.layers for array in layer]
    return float(batch_loss(ROWS, parameters, plan=how, weigh=weigh, generator=np.random.default_rng(seed)))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_numpy_gives_the_scores_that_torch_trained_on(activation: str) -> None:
    """The multinomial loss of a batch, computed by torch, equals the loss of the scores that NumPy answers with."""
    how = plan(activation=activation)
    network = trained(how)
    logits = network.outputs(ROWS, weigh(ROWS)).astype(np.float64)
    log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -log_likelihood[ROWS.rows, ROWS.indices].sum() / 4
    assert loss_of(network, how) == pytest.approx(expected, rel=1e-5)


def test_squared_error_is_the_mean_over_the_whole_row() -> None:
    how = plan(loss="squared_error", activation="relu")
    network = trained(how)
    target = np.zeros((4, 4))
    target[ROWS.rows, ROWS.indices] = ROWS.values
    expected = np.square(network.outputs(ROWS, weigh(ROWS)) - target).mean()
    assert loss_of(network, how) == pytest.approx(expected, rel=1e-5)


def test_hidden_items_leave_the_input_and_stay_in_the_target() -> None:
    how = plan(dropout=0.9)
    network = trained(how)
    assert len({loss_of(network, how, seed=seed) for seed in range(5)}) > 1


def test_the_way_back_mirrors_the_way_in() -> None:
    assert [layer[0].shape for layer in trained(plan(), epochs=1).layers] == [(4, 6), (6, 3), (3, 6), (6, 4)]


def test_training_lowers_the_loss_and_ends_when_told() -> None:
    losses: list[float] = []

    def told(epoch: int, loss: float) -> bool:
        losses.append(loss)
        return epoch == 20

    trained(plan(), epochs=30, told=told)
    assert len(losses) == 20
    assert losses[-1] < 0.9 * losses[0]
