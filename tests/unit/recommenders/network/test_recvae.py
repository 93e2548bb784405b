"""RecVAE's network: NumPy's answer is torch's, the prior's formula, turns of encoder and decoder, learning."""

import numpy as np
import pytest
import torch

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.network import recvae_training
from bakeoff.recommenders.base.network.recvae import ONLY_TRAINED, Plan, RecVAE, initial_parameters
from bakeoff.recommenders.base.network.recvae_training import encode, log_prior, train
from bakeoff.recommenders.base.recency import of_unit_length
from tests.support.training import rows

GENERATOR = np.random.default_rng(3)
ROWS = rows(*[[(item, 5.0) for item in np.flatnonzero(GENERATOR.random(40) < 0.3)] for _ in range(30)], n_items=40)


def plan(**changes: object) -> Plan:
    given = {
        "hidden": 12,
        "latent": 5,
        "dense_layers": 2,
        "dropout": 0.5,
        "regularisation": 0.005,
        "encoder_epochs": 2,
        "learning_rate": 0.01,
        "batch_size": 8,
    }
    return Plan(**{**given, **changes})  # type: ignore[arg-type]


def weigh(batch: Interactions) -> np.ndarray:
    return of_unit_length(np.ones(batch.n_interactions, np.float32), batch)


def parameters(how: Plan) -> dict[str, np.ndarray]:
    """Random ones, scales and shifts included, so that none of them can be left out unnoticed."""
    initial = initial_parameters(ROWS, how, np.random.default_rng(1))
    generator = np.random.default_rng(2)
    return {
        name: (array + 0.3 * generator.standard_normal(array.shape)).astype(np.float32)
        for name, array in initial.items()
    }


@pytest.mark.parametrize("dense_layers", [0, 1, 3])
def test_numpy_gives_torchs_logits_and_the_same_first_twenty(dense_layers: int) -> None:
    given = parameters(plan(dense_layers=dense_layers))
    tensors = {name: torch.from_numpy(array) for name, array in given.items()}
    mean, _ = encode(tensors, ROWS, weigh(ROWS))
    expected = (mean @ tensors["output_weights"] + tensors["output_biases"]).numpy()
    network = RecVAE({name: array for name, array in given.items() if name not in ONLY_TRAINED})
    answered = network.outputs(ROWS, weigh(ROWS))
    assert answered.dtype == np.float32
    np.testing.assert_allclose(answered, expected, atol=1e-4)
    np.testing.assert_array_equal(np.argsort(-answered)[:, :20], np.argsort(-expected)[:, :20])


def test_a_network_becomes_arrays_and_back() -> None:
    network = train(ROWS, plan=plan(), weigh=weigh, seed=1, rounds=1, after_round=lambda *_: False)
    again = RecVAE.from_arrays(network.arrays(), dense_layers=2)
    np.testing.assert_array_equal(again.outputs(ROWS, weigh(ROWS)), network.outputs(ROWS, weigh(ROWS)))
    assert not set(ONLY_TRAINED) & set(network.arrays())


def test_each_dense_layer_reads_the_sum_of_all_before_it() -> None:
    """With the last layer's own weights at zero, what it gives comes from the sum alone."""
    given = parameters(plan(dense_layers=1))
    given["dense_weights_1"][:] = 0
    given["dense_biases_1"][:] = 0
    answered = RecVAE(given).outputs(ROWS, weigh(ROWS))
    assert np.ptp(answered, axis=0).max() > 0.1


def test_the_prior_is_the_papers_mixture() -> None:
    value, mean, variance = 0.7, -0.4, 0.25

    def density(mean: float, variance: float) -> float:
        return float(np.exp(-((value - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))

    expected = np.log(0.15 * density(0, 1) + 0.75 * density(mean, variance) + 0.1 * density(0, np.exp(10)))
    found = log_prior(torch.tensor([[value]]), torch.tensor([[mean]]), torch.tensor([[np.log(variance)]]))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_encoder_and_decoder_are_trained_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[str, set[str]]] = []
    epoch = recvae_training._Training.epoch

    def watched(self: recvae_training._Training, part: str) -> float:
        before = {name: tensor.detach().clone() for name, tensor in self._tensors.items()}
        loss = epoch(self, part)
        changed = {name for name, tensor in self._tensors.items() if not torch.equal(before[name], tensor)}
        turns.append((part, changed))
        return loss

    monkeypatch.setattr(recvae_training._Training, "epoch", watched)
    train(ROWS, plan=plan(), weigh=weigh, seed=1, rounds=2, after_round=lambda *_: False)
    assert [part for part, _ in turns] == ["encoder", "encoder", "decoder"] * 2
    of_decoder = {"output_weights", "output_biases"}
    for part, changed in turns:
        assert changed == of_decoder if part == "decoder" else not changed & of_decoder


def test_training_lowers_the_loss_and_ends_when_told() -> None:
    losses: list[float] = []

    def told(number: int, loss: float, network: object) -> bool:
        losses.append(loss)
        return number == 12

    train(ROWS, plan=plan(), weigh=weigh, seed=1, rounds=20, after_round=told)
    assert len(losses) == 12
    assert losses[-1] < 0.95 * losses[0]


def test_the_divergence_from_the_prior_keeps_distributions_close_to_it() -> None:
    def spread(regularisation: float) -> float:
        network = train(
            ROWS, plan=plan(regularisation=regularisation), weigh=weigh, seed=1, rounds=8, after_round=lambda *_: False
        )
        return float(np.abs(network.outputs(ROWS, weigh(ROWS)) - network.parameters["output_biases"]).mean())

    assert spread(1.0) < spread(0.0)
