"""The autoencoder: its forms keep to the contract, its two branches are summed, and what is chosen is chosen well."""

from dataclasses import replace

import numpy as np
import pytest

from bakeoff.errors import ConfigurationError
from bakeoff.recommenders import autoencoder
from bakeoff.recommenders.base import Epoch, Model, Signal, Task, parse_settings
from bakeoff.recommenders.base.network.mirrored import Mirrored
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

LIKED = Signal(liked_threshold=4.0)
HISTORIES = rows([(0, 5), (1, 4), (2, 4)], [(0, 4), (1, 5), (3, 2)], [(1, 4), (2, 5)], [(3, 5), (2, 1)], n_items=5)
SMALL = {"layers": (6, 3), "dropout": 0.0, "batch_size": 2, "max_epochs": 30, "linear_reg": (2.0,), "members": 1}
CHOSEN = {"epochs": 3, "linear_reg": 2.0, "linear_share": 0.5, "recency_exponent": 0.0, "popularity_exponent": 0.0}
NEURAL = {"linear_shares": (0.0,)}


def fit(*, signal: Signal = LIKED, seed: int = 5, chosen: dict[str, float] | None = None, **changes: object) -> Model:
    settings = autoencoder.Settings(**{**SMALL, **changes})  # type: ignore[arg-type]
    return autoencoder.fit(
        HISTORIES, chosen={**CHOSEN, **(chosen or {})}, task=Task(settings=settings, signal=signal, seed=seed)
    )


def standardised(scores: np.ndarray) -> np.ndarray:
    return (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)


class TestAutoencoder(RecommenderContract):
    contestant = "autoencoder"
    refuses_one_user = True  # its linear branch needs items that two users share


class TestNeuralPartAlone(RecommenderContract):
    contestant = "autoencoder-neural"


class TestAutoencoderOfAWideCatalogue(RecommenderContract):
    contestant = "autoencoder-wide"
    entry = "autoencoder"
    few_items = 40


class TestAutoencoderOfTheArticle(RecommenderContract):
    contestant = "autoencoder-article"


def test_scores_are_the_weighted_sum_of_both_branches_in_standard_deviations() -> None:
    both = fit(chosen={"linear_share": 0.25})
    assert isinstance(both, autoencoder.Model)
    assert both.linear is not None
    history = rows([(0, 5), (1, 4)], n_items=5)
    neural = fit(**NEURAL).scores(history)[:, :4]
    linear = both.linear.outputs(both.known.narrow(history), np.full(2, 0.5**0.5, np.float32))
    expected = 0.25 * standardised(linear) + 0.75 * standardised(neural)
    np.testing.assert_allclose(both.scores(history)[:, :4], expected, atol=1e-5)


def test_items_that_the_linear_branch_does_not_know_are_scored_by_the_network() -> None:
    scores = fit(chosen={"linear_share": 0.5}).scores(HISTORIES)
    # Item 3 is liked once, too seldom for the linear branch.
    assert np.isfinite(scores[:, :4]).all()
    assert np.isneginf(scores[:, 4]).all()


def test_the_branches_share_of_zero_is_the_neural_part() -> None:
    network = fit(**NEURAL)
    beside = fit(chosen={"linear_share": 0.0})
    np.testing.assert_array_equal(
        np.argsort(network.scores(HISTORIES)[:, :4]), np.argsort(beside.scores(HISTORIES)[:, :4])
    )


def test_each_branch_is_divided_by_the_power_of_the_popularity() -> None:
    plain, corrected = fit(**NEURAL), fit(chosen={"popularity_exponent": 0.5}, **NEURAL)
    likes = np.array([2, 3, 2, 1])
    difference = corrected.scores(HISTORIES)[:, :4] - plain.scores(HISTORIES)[:, :4]
    np.testing.assert_allclose(difference, np.broadcast_to(-0.5 * np.log(likes), difference.shape), atol=1e-5)
    linear = fit(chosen={"popularity_exponent": 0.5, "linear_share": 1.0})
    assert isinstance(linear, autoencoder.Model)
    assert linear.linear is not None
    weights = np.ones(2, np.float32)
    history = rows([(0, 5), (1, 5)], n_items=5)
    expected = standardised(linear.linear.outputs(linear.known.narrow(history), weights) / likes**0.5)
    np.testing.assert_allclose(linear.scores(history)[:, :4], expected, atol=1e-5)


def test_newer_items_of_a_history_weigh_more() -> None:
    """Weights 0.5 and 1, scaled to length 1, are what a network reads of two items at an exponent of one."""
    model = fit(chosen={"recency_exponent": 1.0}, network="mirrored", **NEURAL)
    assert isinstance(model, autoencoder.Model)
    history = rows([(0, 5), (1, 5)], n_items=5)
    weights = np.array([0.5, 1], np.float32) / np.float32(1.25**0.5)
    expected = model.networks[0].outputs(model.known.narrow(history), weights)
    np.testing.assert_allclose(model.scores(history)[:, :4], expected, atol=1e-6)


def test_rows_may_be_weighted_by_the_values() -> None:
    model = fit(row="weighted", network="mirrored", **NEURAL)
    assert isinstance(model, autoencoder.Model)
    history = rows([(0, 4), (1, 5)], n_items=5)
    weights = np.array([4, 5], np.float32) / np.float32(41**0.5)
    expected = model.networks[0].outputs(model.known.narrow(history), weights)
    np.testing.assert_allclose(model.scores(history)[:, :4], expected, atol=1e-6)


def test_several_members_answer_with_their_mean() -> None:
    both = fit(members=2, **NEURAL)
    assert isinstance(both, autoencoder.Model)
    known = both.known.narrow(HISTORIES)
    weights = np.array([0.5, 0.5], np.float32) ** np.float32(0.5)
    history = rows([(0, 5), (1, 5)], n_items=5)
    first, second = (one.outputs(both.known.narrow(history), weights) for one in both.networks)
    assert np.abs(first - second).max() > 1e-3
    np.testing.assert_allclose(both.scores(history)[:, :4], (first + second) / 2, atol=1e-6)
    alone = fit(**NEURAL)
    assert isinstance(alone, autoencoder.Model)
    np.testing.assert_array_equal(
        alone.networks[0].outputs(known, HISTORIES.values), both.networks[0].outputs(known, HISTORIES.values)
    )


class ByEpoch:
    """A validation whose ndcg@100 rises for three epochs and falls after; later tries are told by the model's values.

    A recency exponent of 0.7 and a share of 0.75 are better than what is tried first; correcting for popularity costs
    nothing.
    """

    def __init__(self) -> None:
        self.calls = 0

    def measure(self, model: Model) -> dict[str, float]:
        assert isinstance(model, autoencoder.Model)
        self.calls += 1
        if self.calls <= 5:
            return {"ndcg@10": 0.1, "ndcg@100": 0.5 - 0.1 * abs(self.calls - 3), "coverage@10": 0.2}
        better = 0.1 * (model.recency_exponent == 0.7) + 0.1 * (model.linear_share == 0.75)
        return {"ndcg@10": 0.1, "ndcg@100": 0.5 + better, "coverage@10": model.popularity_exponent}


def choose(**changes: object) -> tuple[list[Epoch], autoencoder.Choice]:
    curve: list[Epoch] = []
    settings = autoencoder.Settings(**{**SMALL, "patience": 2, "recency_exponents": (0.0, 0.7), **changes})  # type: ignore[arg-type]
    task = Task(settings=settings, signal=LIKED, seed=5, report=curve.append)
    return curve, autoencoder.choose(HISTORIES, validation=ByEpoch(), task=task)


def test_training_stops_after_the_patience_and_the_best_epoch_is_fitted_again() -> None:
    curve, choice = choose(recency_exponents=(0.0,), popularity_exponents=(0.0,), **NEURAL)
    assert [step.epoch for step in curve] == [1, 2, 3, 4, 5]
    assert choice.chosen == CHOSEN | {"linear_share": 0.0}
    again = fit(chosen={"linear_share": 0.0}, **NEURAL)
    for stopped, fresh in zip(choice.model.arrays().values(), again.arrays().values(), strict=True):
        np.testing.assert_array_equal(stopped, fresh)


def test_recency_exponent_share_and_exponent_are_chosen_one_after_the_other() -> None:
    curve, choice = choose(linear_shares=(0.5, 0.25, 0.75), linear_reg=(2.0, 4.0), popularity_exponents=(0.0, 0.3))
    assert [step.tried for step in curve[5:]] == [
        {"recency_exponent": 0.7},
        {"linear_reg": 4.0},
        {"linear_share": 0.25},
        {"linear_share": 0.75},
        {"popularity_exponent": 0.0},
        {"popularity_exponent": 0.3},
    ]
    assert choice.chosen == {
        "epochs": 3,
        "linear_reg": 2.0,
        "recency_exponent": 0.7,
        "linear_share": 0.75,
        "popularity_exponent": 0.3,
    }
    arrays = choice.model.arrays()
    assert (float(arrays["recency_exponent"]), float(arrays["popularity_exponent"])) == (0.7, 0.3)


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
    one, other = fit().arrays(), fit(seed=6).arrays()
    assert not np.array_equal(one["member_0_output_weights"], other["member_0_output_weights"])
    np.testing.assert_array_equal(one["linear_matrix"], other["linear_matrix"])


def test_the_articles_scores_are_its_networks_predicted_values() -> None:
    signal = replace(LIKED, learns_from="all")
    model = fit(
        signal=signal,
        network="mirrored",
        activation="relu",
        loss="squared_error",
        row="values",
        recency_exponents=(0.0,),
        popularity_exponents=(0.0,),
        **NEURAL,
    )
    assert isinstance(model, autoencoder.Model)
    assert isinstance(model.networks[0], Mirrored)
    expected = model.networks[0].outputs(HISTORIES, HISTORIES.values)
    np.testing.assert_array_equal(model.scores(HISTORIES)[:, :4], expected)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"network": "mirrored", "loss": "squared_error"}, "popularity_exponents must be"),
        ({"layers": [600]}, "layers must be two sizes"),
        ({"loss": "squared_error", "popularity_exponents": [0]}, "loss must be multinomial"),
    ],
)
def test_settings_that_contradict_each_other_are_named(given: dict[str, object], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        parse_settings(autoencoder.Settings, given, source="settings")
