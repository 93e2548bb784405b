"""The autoencoder: its two forms keep to the contract, and NumPy's answer is torch's."""

import numpy as np
import pytest

from bakeoff.errors import ConfigurationError
from bakeoff.recommenders import autoencoder
from bakeoff.recommenders.base import Epoch, Model, Signal, Task, parse_settings
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

LIKED = Signal(liked_threshold=4.0)
HISTORIES = rows([(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5), (3, 2)], [(1, 4), (2, 5)], [(3, 5), (2, 1)], n_items=5)
SMALL = {"layers": (6, 3), "min_interactions": 1, "dropout": 0.0, "batch_size": 2, "max_epochs": 30}


def fit(*, signal: Signal = LIKED, epochs: int = 3, exponent: float = 0.0, **changes: object) -> autoencoder.Model:
    settings = autoencoder.Settings(**{**SMALL, **changes})  # type: ignore[arg-type]
    chosen = {"epochs": epochs, "popularity_exponent": exponent}
    return autoencoder.fit(HISTORIES, chosen=chosen, task=Task(settings=settings, signal=signal, seed=5))


class TestAutoencoder(RecommenderContract):
    contestant = "autoencoder"


class TestAutoencoderOfAWideCatalogue(RecommenderContract):
    contestant = "autoencoder-wide"


class TestAutoencoderOfTheArticle(RecommenderContract):
    contestant = "autoencoder-article"


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("row", ["ones", "values"])
def test_numpy_gives_the_scores_that_torch_trained_on(activation: str, row: str) -> None:
    """The multinomial loss of a batch, computed by torch, equals the loss of the scores that NumPy answers with."""
    import torch

    model = fit(activation=activation, row=row)
    batch = model.known.narrow(LIKED.of(HISTORIES))
    parameters = [torch.from_numpy(array) for layer in model.layers for array in layer]
    loss = autoencoder._loss(batch, parameters, settings=model.settings, generator=np.random.default_rng(0))
    scores = model.scores(HISTORIES)[:, model.known.columns].astype(np.float64)
    log_likelihood = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    assert loss.item() == pytest.approx(-log_likelihood[batch.rows, batch.indices].sum() / 4, rel=1e-5)


def test_squared_error_is_the_mean_over_the_whole_row() -> None:
    import torch

    signal = Signal(liked_threshold=4.0, learns_from="all")
    model = fit(signal=signal, loss="squared_error", row="values")
    batch = model.known.narrow(HISTORIES)
    target = np.zeros((4, 4))
    target[batch.rows, batch.indices] = batch.values
    parameters = [torch.from_numpy(array) for layer in model.layers for array in layer]
    loss = autoencoder._loss(batch, parameters, settings=model.settings, generator=np.random.default_rng(0))
    assert loss.item() == pytest.approx(np.square(model.scores(HISTORIES)[:, :4] - target).mean(), rel=1e-5)


def test_hidden_items_leave_the_input_and_stay_in_the_target() -> None:
    import torch

    model = fit(dropout=0.9)
    batch = model.known.narrow(LIKED.of(HISTORIES))
    parameters = [torch.from_numpy(array) for layer in model.layers for array in layer]
    seen = [
        autoencoder._loss(batch, parameters, settings=model.settings, generator=np.random.default_rng(seed)).item()
        for seed in range(5)
    ]
    assert len(set(seen)) > 1


def test_training_lowers_the_loss() -> None:
    losses = []

    def stop(epoch: int, loss: float, model: Model) -> bool:
        losses.append(loss)
        return False

    settings = autoencoder.Settings(**SMALL | {"learning_rate": 0.01})  # type: ignore[arg-type]
    autoencoder._train(HISTORIES, task=Task(settings=settings, signal=LIKED, seed=5), epochs=30, stop=stop)
    assert losses[-1] < 0.9 * losses[0]


class Fading:
    """A validation whose ndcg@100 rises for three epochs and falls after; coverage does not change."""

    def __init__(self) -> None:
        self.calls = 0

    def measure(self, model: Model) -> dict[str, float]:
        self.calls += 1
        return {"ndcg@10": 0.1, "ndcg@100": 0.5 - 0.1 * abs(self.calls - 3), "coverage@10": 0.2}


def test_training_stops_after_the_patience_and_keeps_the_best_epoch() -> None:
    curve: list[Epoch] = []
    settings = autoencoder.Settings(**SMALL | {"patience": 2, "popularity_exponents": (0.0,)})  # type: ignore[arg-type]
    choice = autoencoder.choose(
        HISTORIES,
        validation=Fading(),
        task=Task(settings=settings, signal=LIKED, seed=5, report=curve.append),
    )
    assert [step.epoch for step in curve] == [1, 2, 3, 4, 5]
    assert choice.chosen == {"epochs": 3, "popularity_exponent": 0.0}
    for stopped, fresh in zip(choice.model.arrays().values(), fit(epochs=3).arrays().values(), strict=True):
        np.testing.assert_array_equal(stopped, fresh)


@pytest.mark.parametrize(
    ("n_items", "changes", "columns"),
    [
        (58_000, {}, 4096),
        (5_000, {}, 0),
        (58_000, {"columns_per_step": 0}, 0),
        (5_000, {"columns_per_step": 300}, 300),
        (58_000, {"loss": "squared_error"}, 0),
        (58_000, {"row": "values"}, 0),
    ],
)
def test_a_wide_catalogue_is_trained_over_samples_of_its_items(
    n_items: int, changes: dict[str, object], columns: int
) -> None:
    plan = autoencoder.Settings(**changes).wide_plan(n_items)  # type: ignore[arg-type]
    assert (0 if plan is None else plan.columns_per_step) == columns


def test_samples_of_the_items_are_refused_for_a_form_that_has_none() -> None:
    with pytest.raises(ConfigurationError, match="columns_per_step must be"):
        parse_settings(autoencoder.Settings, {"row": "values", "columns_per_step": 5}, source="settings")


def test_another_seed_gives_another_model() -> None:
    settings = autoencoder.Settings(**SMALL)  # type: ignore[arg-type]
    chosen = {"epochs": 1, "popularity_exponent": 0.0}
    other = autoencoder.fit(HISTORIES, chosen=chosen, task=Task(settings=settings, signal=LIKED, seed=6))
    assert not np.array_equal(other.layers[0][0], fit(epochs=1).layers[0][0])


def test_probabilities_are_divided_by_the_power_of_the_popularity() -> None:
    plain, corrected = fit(), fit(exponent=0.5)
    likes = np.array([2, 3, 2, 1])
    difference = corrected.scores(HISTORIES)[:, :4] - plain.scores(HISTORIES)[:, :4]
    np.testing.assert_allclose(difference, np.broadcast_to(-0.5 * np.log(likes), difference.shape), atol=1e-5)


def test_the_way_back_mirrors_the_way_in() -> None:
    assert [layer[0].shape for layer in fit().layers] == [(4, 6), (6, 3), (3, 6), (6, 4)]


def test_predicted_values_cannot_be_corrected_for_popularity() -> None:
    with pytest.raises(ConfigurationError, match="popularity_exponents must be"):
        parse_settings(autoencoder.Settings, {"loss": "squared_error"}, source="settings")
