"""From the raw files to metrics under every strategy: prepare, train, ask for lists, evaluate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import GLOBAL_TIME, NEW_USERS, STRATEGIES, PreparationSettings, SplitSettings
from bakeoff.evaluation.field import PairedTests
from bakeoff.evaluation.results import Results
from bakeoff.evaluation.run import Folders, evaluate_run
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.recommenders import ease
from bakeoff.recommenders.base.answering import JSON_LINES, answer, read_requests
from bakeoff.training.validation import HeldOutUsers
from tests.support.recommenders import popularity_answers, write_answers
from tests.support.small_data import small_data, write_csv
from tests.support.training import train

Split = Callable[[str], Prepared]
CONTESTANTS = ("ease", "content", "autoencoder")


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """The small data prepared under a strategy; each once, not to be changed."""
    raw = write_csv(tmp_path_factory.mktemp("strategies") / "raw", small_data())
    made: dict[str, Prepared] = {}

    def prepare(strategy: str) -> Prepared:
        if strategy not in made:
            folder = raw.parent / strategy
            settings = PreparationSettings(dataset="small", split=SplitSettings(strategy=strategy))
            prepare_folder(raw, folder, settings)
            made[strategy] = Prepared.open(folder)
        return made[strategy]

    return prepare


def lists_of(contestant: str, prepared: Prepared) -> list[dict[str, Any]]:
    """What a batch transform with the trained model answers to the prepared requests."""
    requests = (prepared.folder / layout.REQUEST_HISTORIES).read_bytes()
    return answer(train(contestant, prepared).archive, read_requests(requests, JSON_LINES))


def evaluate(folder: Path, prepared: Prepared, answers: dict[str, list[dict[str, Any]]]) -> Results:
    entries = []
    for name, listed in answers.items():
        write_answers(folder / "lists" / name / "histories.jsonl.out", listed)
        entries.append({"name": name, "status": "ok", "split": prepared.split_hash, "lists": name})
    run = {"runId": "r1", "split": prepared.split_hash, "contestants": entries}
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    where = Folders(
        prepared=prepared.folder,
        lists=folder / "lists",
        run=folder,
        incumbent=folder / "incumbent",
        curves=folder / "curves",
        output=folder / "output",
    )
    return evaluate_run(where, bootstrap=Bootstrap(resamples=20), tests=PairedTests(permutations=50))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_trained_contestants_are_compared_under_every_strategy(split: Split, tmp_path: Path, strategy: str) -> None:
    prepared = split(strategy)
    answers = {name: lists_of(name, prepared) for name in CONTESTANTS}
    random = np.random.default_rng(0)
    shuffled = popularity_answers(prepared)
    for one in shuffled:
        items: list[Any] = one["items"]  # type: ignore[assignment]
        random.shuffle(items)
    results = evaluate(tmp_path, prepared, {**answers, "chance": shuffled})
    chance = results.contestants["chance"].metrics["ndcg@100"].value
    for name in CONTESTANTS:
        result = results.contestants[name]
        assert result.healthy, result.problems
        estimate = result.metrics["ndcg@100"]
        assert estimate.n == len(prepared.test_users) == prepared.manifest["testUsers"]
        assert 0 < estimate.value < 1
    assert max(results.contestants[name].metrics["ndcg@100"].value for name in CONTESTANTS) > chance
    assert results.protocol.to_json()["split"]["strategy"] == strategy


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_choices_are_made_on_the_users_of_validation_by_what_is_known_of_them(split: Split, strategy: str) -> None:
    prepared = split(strategy)
    model = train("ease", prepared).archive.model
    users = prepared.validation_holdout.users
    ranked = HeldOutUsers(prepared, seed=7).ranked(model)
    assert len(ranked) == len(users) > 0
    known = prepared.validation_holdout.known
    assert known.activity[users].all()
    for user, columns in zip(users, ranked, strict=True):
        listed = {column for column in columns.tolist() if column >= 0}
        assert listed
        assert not listed & set(known.items_of(user).tolist())
        assert not listed & set(np.flatnonzero(prepared.train.item_counts == 0).tolist())


def test_under_new_users_nothing_of_those_who_are_held_out_is_learnt_from_before_they_are_asked_for(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = split(NEW_USERS)
    fitted: list[Any] = []
    choose, fit = ease.choose, ease.fit

    def chosen_on(interactions: Any, **others: Any) -> Any:
        fitted.append(interactions)
        return choose(interactions, **others)

    def fitted_on(interactions: Any, **others: Any) -> Any:
        fitted.append(interactions)
        return fit(interactions, **others)

    monkeypatch.setattr(ease, "choose", chosen_on)
    monkeypatch.setattr(ease, "fit", fitted_on)
    train("ease", prepared)
    on_train, on_both = fitted[0], fitted[-1]
    validation = np.flatnonzero(prepared.validation.activity)
    test = np.flatnonzero(prepared.test.activity)
    assert len(validation)
    assert len(test)
    assert not on_train.activity[validation].any()
    assert not on_train.activity[test].any()
    assert not on_both.activity[test].any()
    both = prepared.validation.activity + prepared.validation_fold_in.activity
    assert on_both.activity[validation].tolist() == both[validation].tolist()


def test_under_new_users_requests_carry_what_is_folded_in(split: Split) -> None:
    prepared = split(NEW_USERS)
    lines = (prepared.folder / layout.REQUEST_HISTORIES).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(prepared.test_users)
    for line, user in zip(lines, prepared.test_users.tolist(), strict=True):
        asked = [event["itemId"] for event in json.loads(line)["history"]]
        assert asked == [prepared.items[column] for column in prepared.test_fold_in.items_of(user)]


def test_under_global_time_models_learn_from_nothing_newer_than_what_they_are_held_to(split: Split) -> None:
    prepared = split(GLOBAL_TIME)
    assert prepared.train.timestamps.max() < prepared.validation.timestamps.min()
    assert prepared.known.timestamps.max() < prepared.test.timestamps.min()
    assert prepared.test_holdout.known.n_interactions == prepared.train_and_validation.n_interactions
