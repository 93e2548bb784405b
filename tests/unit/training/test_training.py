"""The training room: orders, the validation users, what is written, and errors that say what is wrong."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bakeoff.contracts.interactions import ScoredItem, keep_recommendable
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ConfigurationError, DataError, ModelError, SettingsError
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.recommenders.base.lists import recommend
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.run import train_recommender
from bakeoff.training.validation import HeldOutUsers
from tests.support.training import order, train

GIVEN = {"contestant": "mine", "recommender": "ease", "settings": '{"reg": [5]}', "learns_from": "all", "seed": "3"}


def quiet(line: str) -> None:
    """No log."""


def test_an_order_is_read_from_texts() -> None:
    read = Hyperparameters.parse(GIVEN)
    assert read == Hyperparameters(
        contestant="mine", recommender="ease", settings={"reg": [5]}, learns_from="all", seed=3
    )


def test_all_faults_of_an_order_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Hyperparameters.parse({"recommender": "ease", "settings": "[]", "learns_from": "some", "seed": "x", "reg": "5"})
    text = str(caught.value)
    for fault in ("contestant is missing", "settings is", "learns_from is 'some'", "seed is 'x'", "reg is unknown"):
        assert fault in text


def test_a_missing_file_of_hyperparameters_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"hyperparameters\.json"):
        Hyperparameters.read(tmp_path / "hyperparameters.json")


@pytest.mark.parametrize("contestant", ["ease", "content"])
def test_validation_lists_are_what_serving_and_the_common_rule_would_give(contestant: str, prepared: Prepared) -> None:
    model = train(contestant, prepared).archive.model
    holdout = prepared.validation_holdout
    ranked = HeldOutUsers(prepared, seed=7).ranked(model)
    histories = holdout.known.of_users(holdout.users).newest(prepared.max_history)
    seen = [set(holdout.known.items_of(user).tolist()) for user in holdout.users]
    candidates = {str(column) for column in np.flatnonzero(holdout.candidates)}
    served = recommend(model, histories, n=[prepared.train.n_items] * len(seen))
    for row, answer, of_user in zip(ranked, served, seen, strict=True):
        items = [ScoredItem(str(column), None) for column in answer.columns]
        kept = keep_recommendable(items, seen={str(column) for column in of_user}, candidates=candidates, n=100)
        assert [str(column) for column in row if column != NO_ITEM] == [item.item_id for item in kept]


def test_many_validation_users_are_sampled_with_the_seed(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    model = train("ease", prepared).archive.model
    monkeypatch.setattr("bakeoff.training.validation.MAX_USERS", 10)
    first, again, other = (HeldOutUsers(prepared, seed=seed).ranked(model) for seed in (1, 1, 2))
    assert len(first) == 10
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_line_of_the_log_can_be_parsed(prepared: Prepared) -> None:
    lines: list[str] = []
    train_recommender(prepared, order=order("autoencoder"), log=lines.append)
    epochs = [line for line in lines if line.startswith("epoch=")]
    assert epochs
    fields = dict(field.split("=") for field in epochs[0].split())
    assert list(fields)[:3] == ["epoch", "train_loss", "validation_ndcg@10"]
    assert all(float(value) >= 0 for value in fields.values())
    assert any(line.startswith("try_popularity_exponent=0.1 validation_ndcg@10=") for line in lines)
    last = lines[-1].splitlines()[0].split()
    assert [field.split("=")[0] for field in last] == ["validation:ndcg@10", "low", "high", "n"]


def test_a_trained_model_is_written_with_its_origin(prepared: Prepared, tmp_path: Path) -> None:
    trained = train("autoencoder-article", prepared)
    trained.save(tmp_path)
    description = json.loads((tmp_path / "model.json").read_text())
    assert description["format"] == 1
    assert description["split"] == prepared.split_hash
    assert (description["contestant"], description["recommender"]) == ("autoencoder-article", "autoencoder")
    assert (description["learnsFrom"], description["likedThreshold"], description["seed"]) == ("all", 4.0, 7)
    assert description["settings"]["layers"] == [32, 8]
    assert description["chosen"]["epochs"] >= 1
    assert description["libraries"]["numpy"] == np.__version__
    validation = json.loads((tmp_path / "validation.json").read_text())
    assert validation["ndcg@10"].keys() == {"value", "low", "high", "n"}
    curve = json.loads((tmp_path / "curve.json").read_text())
    assert [step["epoch"] for step in curve] == list(range(1, len(curve) + 1))
    assert json.loads((tmp_path / "items.json").read_text()) == prepared.items


def test_the_model_written_has_learned_from_train_and_validation(prepared: Prepared) -> None:
    trained = train("content", prepared)
    standardised = trained.archive.model.arrays()["popularity"]
    both = prepared.train_and_validation
    counts = np.log1p(both.liked(4.0).item_counts)
    known = both.item_counts > 0
    assert np.corrcoef(counts[known], standardised[known])[0, 1] == pytest.approx(1)


def test_wrong_settings_are_named_with_the_contestant(prepared: Prepared) -> None:
    wrong = replace(order("ease"), settings={"reg": [-1], "epochs": 3})
    with pytest.raises(ConfigurationError, match="The settings of ease has 2 faults"):
        train_recommender(prepared, order=wrong, log=quiet)


def test_an_unknown_recommender_is_refused(prepared: Prepared) -> None:
    with pytest.raises(ModelError, match="no recommender 'svd'"):
        train_recommender(prepared, order=replace(order("ease"), recommender="svd"), log=quiet)


def without(prepared: Prepared, *, part: str) -> Prepared:
    interactions = getattr(prepared, part)
    return replace(prepared, **{part: interactions.where(np.zeros(interactions.n_interactions, np.bool_))})


def test_an_empty_train_part_is_an_error_that_says_so(prepared: Prepared) -> None:
    with pytest.raises(DataError, match="has no train interactions"):
        train_recommender(without(prepared, part="train"), order=order("ease"), log=quiet)


def test_an_empty_validation_part_is_an_error_that_says_so(prepared: Prepared) -> None:
    with pytest.raises(DataError, match="No user has a liked validation item"):
        train_recommender(without(prepared, part="validation"), order=order("ease"), log=quiet)


def test_a_threshold_that_nothing_reaches_is_an_error_that_says_so(prepared: Prepared) -> None:
    strict = replace(prepared, manifest=prepared.manifest | {"likedThreshold": 6.0})
    with pytest.raises(DataError, match=r"No train interaction .* is liked \(value 6.0 or higher\)"):
        train_recommender(strict, order=order("ease"), log=quiet)


@pytest.mark.parametrize("part", ["train", "validation"])
def test_values_that_are_no_numbers_are_an_error_that_says_where(prepared: Prepared, part: str) -> None:
    interactions = getattr(prepared, part)
    values = interactions.values.copy()
    values[0] = np.nan
    with pytest.raises(DataError, match=rf"Values of {part} in .* are no finite numbers"):
        train_recommender(
            replace(prepared, **{part: replace(interactions, values=values)}), order=order("ease"), log=quiet
        )
