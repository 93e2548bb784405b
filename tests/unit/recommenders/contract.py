"""What every recommender keeps to. A recommender's test class inherits `RecommenderContract` and names a contestant."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.config import load_config
from bakeoff.contracts.catalogue import Contestant
from bakeoff.contracts.interactions import ScoredItem, keep_recommendable
from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ConfigurationError, ModelError
from bakeoff.recommenders import find
from bakeoff.recommenders.base import Model, Recommender, Signal, Task, parse_settings
from bakeoff.recommenders.base.answering import MalformedRequestError
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import recommend
from bakeoff.training.run import Trained
from bakeoff.training.validation import HeldOutUsers
from tests.support.training import CHECKOUT, SERVE, SMALL, train

# Answers the requests of standard input from the archive in argv[1], in an interpreter that never saw the fitted model.
ASK_ALONE = """
import sys
from pathlib import Path
from bakeoff.recommenders.base.answering import answer, read_requests, write_answers
from bakeoff.recommenders.base.archive import Archive
requests = read_requests(sys.stdin.read(), "application/jsonlines")
sys.stdout.write(write_answers(answer(Archive.load(Path(sys.argv[1])), requests), "application/jsonlines")[0])
"""
# Beyond any history that the front sends.
VERY_LONG = 100_000


@cache
def catalogue() -> dict[str, Contestant]:
    return {one.name: one for one in load_config("local").contestants}


class RandomModel:
    """Scores without any sense: what every recommender must beat."""

    def scores(self, histories: Interactions) -> npt.NDArray[np.float32]:
        shape = (histories.n_users, histories.n_items)
        return np.random.default_rng(3).random(shape, dtype=np.float32)

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        return np.ones(histories.n_users, np.bool_)

    def rerank(self, ranked: npt.NDArray[np.int32], *, exempt: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        return np.arange(len(ranked))


class PopularityModel(RandomModel):
    """The most liked items first, the same for everybody: what a recommender that claims to be personal must beat."""

    def __init__(self, likes: Interactions) -> None:
        self._counts = likes.item_counts.astype(np.float32)

    def scores(self, histories: Interactions) -> npt.NDArray[np.float32]:
        return np.repeat(self._counts[np.newaxis], histories.n_users, axis=0)


def without_text(document: Document) -> Document:
    empty = {"title": "", "year": None, "genres": (), "directors": (), "writers": (), "actors": (), "plot": ""}
    return replace(document, **empty)  # type: ignore[arg-type]


class RecommenderContract:
    """What a class that inherits it may say of its contestant.

    Args:
        contestant: its name in `SMALL`, and in the catalogue.
        beats_popularity: whether it claims to be better than the most liked items on the small data set.
        few_items: a catalogue as small as it trains for in the same way.
        refuses_one_user: whether it learns only from what several users have in common.
        needs_text: whether it learns from the items' documents and so cannot be fitted where they are all empty.
    """

    contestant: str
    entry: str | None = None  # of the catalogue, where `contestant` is a further form of it
    few_items = 3
    refuses_one_user = False
    beats_popularity = True
    needs_text = False

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, prepared: Prepared) -> Trained:
        return train(cls.contestant, prepared)

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder: Path = tmp_path_factory.mktemp(cls.contestant)
        trained.save(folder)
        return folder

    @pytest.fixture(scope="class")
    @classmethod
    def inference(cls) -> ModuleType:
        spec = importlib.util.spec_from_file_location("inference", SERVE / "inference.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @pytest.fixture(scope="class")
    @classmethod
    def archive(cls, inference: ModuleType, folder: Path) -> Archive:
        loaded: Archive = inference.model_fn(str(folder))
        return loaded

    @pytest.fixture(scope="class")
    @classmethod
    def requests(cls, prepared: Prepared) -> list[dict[str, Any]]:
        lines = (prepared.folder / layout.REQUEST_HISTORIES).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @pytest.fixture(scope="class")
    @classmethod
    def recommender(cls) -> Recommender:
        return find(SMALL[cls.contestant][0])

    @pytest.fixture(scope="class")
    @classmethod
    def task(cls, recommender: Recommender, prepared: Prepared) -> Task:
        _, settings, learns_from = SMALL[cls.contestant]
        return Task(
            settings=parse_settings(recommender.Settings, settings, source=cls.contestant),
            signal=Signal(liked_threshold=prepared.liked_threshold, learns_from=learns_from),  # type: ignore[arg-type]
            seed=7,
            documents=list(prepared.documents()),
        )

    def fit(self, recommender: Recommender, trained: Trained, interactions: Interactions, task: Task) -> Model:
        return recommender.fit(interactions, chosen=trained.archive.description["chosen"], task=task)

    def ask(self, inference: ModuleType, archive: Archive, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        body = "".join(f"{json.dumps(request)}\n" for request in requests)
        answers = inference.predict_fn(inference.input_fn(body.encode(), "application/jsonlines"), archive)
        answered, kind = inference.output_fn(answers, "application/jsonlines")
        assert kind == "application/jsonlines"
        return [json.loads(line) for line in answered.splitlines()]

    def test_learns_something(self, trained: Trained, prepared: Prepared) -> None:
        chance = HeldOutUsers(prepared, seed=7).measure(RandomModel())  # type: ignore[arg-type]
        assert trained.validation["ndcg@100"].value > 1.2 * chance["ndcg@100"]

    def test_is_better_than_the_most_liked_items_where_it_claims_so(self, trained: Trained, prepared: Prepared) -> None:
        if not self.beats_popularity:
            return
        likes = prepared.train.liked(prepared.liked_threshold)
        popular = HeldOutUsers(prepared, seed=7).measure(PopularityModel(likes))  # type: ignore[arg-type]
        assert trained.validation["ndcg@100"].value > popular["ndcg@100"]

    def test_the_same_seed_gives_identical_arrays(self, trained: Trained, prepared: Prepared) -> None:
        first, second = trained.archive.model.arrays(), train(self.contestant, prepared).archive.model.arrays()
        assert first.keys() == second.keys()
        for name in first:
            np.testing.assert_array_equal(first[name], second[name], err_msg=name)

    def test_a_second_fit_forgets_the_first(
        self, recommender: Recommender, trained: Trained, prepared: Prepared, task: Task
    ) -> None:
        half = prepared.train_and_validation.of_users(np.arange(prepared.train.n_users // 2))
        first = self.fit(recommender, trained, prepared.train_and_validation, task).arrays()
        self.fit(recommender, trained, half, task)
        second = self.fit(recommender, trained, prepared.train_and_validation, task).arrays()
        for name in first:
            np.testing.assert_array_equal(first[name], second[name], err_msg=name)

    def test_settings_survive_being_written_and_unknown_ones_are_refused(self, recommender: Recommender) -> None:
        entry = catalogue()[self.entry or self.contestant]
        for given in (SMALL[self.contestant][1], entry.settings):
            settings = parse_settings(recommender.Settings, given, source="x")
            written = json.dumps(asdict(settings))
            assert parse_settings(recommender.Settings, written, source="x") == settings
        with pytest.raises(ConfigurationError, match="colour is no setting"):
            parse_settings(recommender.Settings, {"colour": "red"}, source="x")

    def test_arrays_hold_numbers_only(self, trained: Trained) -> None:
        kinds = {name: array.dtype.kind for name, array in trained.archive.model.arrays().items()}
        assert set(kinds.values()) <= {"f", "i", "b"}, kinds

    def test_an_archive_holds_no_pickle(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            assert path.is_dir() or path.suffix in (".json", ".npy", ".npz"), path
            if path.suffix == ".npy":
                np.load(path, allow_pickle=False)
            if path.suffix == ".npz":
                with np.load(path, allow_pickle=False) as arrays:
                    assert all(len(array) for array in arrays.values())

    def test_another_process_gives_the_same_lists(
        self, inference: ModuleType, archive: Archive, folder: Path, requests: list[dict[str, Any]]
    ) -> None:
        done = subprocess.run(
            [sys.executable, "-c", ASK_ALONE, str(folder)],
            cwd=CHECKOUT,
            input="".join(f"{json.dumps(request)}\n" for request in requests),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert [json.loads(line) for line in done.stdout.splitlines()] == self.ask(inference, archive, *requests)

    def test_a_loaded_model_gives_the_lists_of_the_fitted_one(
        self, trained: Trained, archive: Archive, prepared: Prepared
    ) -> None:
        histories = prepared.train_and_validation
        n = [30] * histories.n_users
        for fitted, loaded in zip(
            recommend(trained.archive.model, histories, n=n), recommend(archive.model, histories, n=n), strict=True
        ):
            np.testing.assert_array_equal(fitted.columns, loaded.columns)
            np.testing.assert_array_equal(fitted.scores, loaded.scores)

    def test_asking_does_not_depend_on_who_is_asked_beside(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        together = self.ask(inference, archive, *requests[:5])
        alone = [answer for request in requests[:5] for answer in self.ask(inference, archive, request)]
        for one, other in zip(together, alone, strict=True):
            assert [item["itemId"] for item in one["items"]] == [item["itemId"] for item in other["items"]]

    def test_answers_are_ordered_finite_and_without_duplicates(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        answers = self.ask(inference, archive, *requests)
        assert [answer["userId"] for answer in answers] == [request["userId"] for request in requests]
        for answer, request in zip(answers, requests, strict=True):
            assert answer["status"] == "ok"
            ids = [item["itemId"] for item in answer["items"]]
            scores = [item["score"] for item in answer["items"]]
            assert len(ids) == len(set(ids)) <= request["n"]
            assert np.isfinite(scores).all()
            assert scores == sorted(scores, reverse=True)

    def test_users_with_different_tastes_get_different_lists(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        lists = {
            tuple(item["itemId"] for item in answer["items"][:10]) for answer in self.ask(inference, archive, *requests)
        }
        assert len(lists) > len(requests) / 2

    def test_items_of_equal_scores_are_in_the_order_of_their_ids(
        self, archive: Archive, prepared: Prepared, trained: Trained
    ) -> None:
        histories = prepared.train_and_validation.of_users(np.arange(5, 15))
        every = [len(archive.items)] * histories.n_users
        scores = archive.model.scores(histories)
        for user, ranked in enumerate(recommend(archive.model, histories, n=every)):
            undone = np.argsort(archive.model.rerank(_by_score(scores[user]), exempt=histories.items_of(user)))
            assert ranked.columns[undone].tolist() == _by_score(scores[user]).tolist()

    def test_no_seen_item_is_left_and_the_list_is_full_where_enough_is_asked(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]], prepared: Prepared
    ) -> None:
        request = max(requests, key=lambda one: len(one["history"]))
        seen = {event["itemId"] for event in request["history"]}
        (answer,) = self.ask(inference, archive, request | {"n": 10 + len(seen)})
        items = [ScoredItem.from_json(item) for item in answer["items"]]
        candidates = {item for item, there in zip(prepared.items, prepared.candidates, strict=True) if there}
        kept = keep_recommendable(items, seen=seen, candidates=candidates, n=10)
        assert len(kept) == 10
        assert not seen & {item.item_id for item in kept}

    def test_a_list_of_the_declared_longest_holds_all_that_can_be_recommended_up_to_it(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        longest = catalogue()[self.entry or self.contestant].longest_list
        asked = (3, longest, len(archive.items) + longest)
        answers = self.ask(inference, archive, *(requests[0] | {"n": n} for n in asked))
        every = len(answers[-1]["items"])
        assert [len(answer["items"]) for answer in answers] == [3, min(longest, every), every]

    @pytest.mark.parametrize("n", [1, 7])
    def test_a_list_is_as_long_as_asked(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]], n: int
    ) -> None:
        (answer,) = self.ask(inference, archive, requests[0] | {"n": n})
        assert len(answer["items"]) == n

    def test_a_list_longer_than_the_catalogue_holds_every_item_once(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        (answer,) = self.ask(inference, archive, requests[0] | {"n": 10_000})
        ids = [item["itemId"] for item in answer["items"]]
        assert len(ids) == len(set(ids))
        assert len(archive.items) / 2 < len(ids) <= len(archive.items)

    def test_history_items_are_not_dropped(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        (answer,) = self.ask(inference, archive, requests[0] | {"n": 10_000})
        seen = {event["itemId"] for event in requests[0]["history"]}
        assert seen & {item["itemId"] for item in answer["items"]}

    @pytest.mark.parametrize(
        "history", [[], [{"itemId": "unheard-of", "value": 5.0, "timestamp": 1}]], ids=["empty", "unknown items"]
    )
    def test_a_history_without_known_items_is_cold(
        self, inference: ModuleType, archive: Archive, history: list[dict[str, Any]]
    ) -> None:
        assert self.ask(inference, archive, {"history": history, "n": 5}) == [{"items": [], "status": "cold"}]

    def test_unknown_items_beside_known_ones_change_nothing(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        unknown = {"itemId": "unheard-of", "value": 5.0, "timestamp": 1}
        more = requests[0] | {"history": [unknown, *requests[0]["history"]]}
        plain, with_unknown = self.ask(inference, archive, requests[0], more)
        assert plain["items"] == with_unknown["items"]

    def test_a_very_long_history_is_answered_like_the_newest_event_of_each_item(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        # The plain history, after so many older events of the same items and of unknown ones.
        plain = requests[0]["history"]
        items = [event["itemId"] for event in plain] + [f"unheard-of-{number}" for number in range(500)]
        old = [{"itemId": items[number % len(items)], "value": 1.0, "timestamp": 1} for number in range(VERY_LONG)]
        alone, after = self.ask(inference, archive, requests[0], requests[0] | {"history": [*old, *plain]})
        assert alone["items"] == after["items"]

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_a_rating_that_is_no_number_is_refused(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]], value: float
    ) -> None:
        event = requests[0]["history"][0] | {"value": value}
        with pytest.raises(MalformedRequestError, match="it must be a finite number"):
            self.ask(inference, archive, requests[0] | {"history": [event]})

    def test_one_user_alone_is_learnt_from_or_refused_with_a_reason(
        self, recommender: Recommender, trained: Trained, prepared: Prepared, task: Task
    ) -> None:
        busiest = int(np.argmax(prepared.train.activity))
        alone = prepared.train.of_users(np.array([busiest]))
        if self.refuses_one_user:
            with pytest.raises(ModelError, match="give more data"):
                self.fit(recommender, trained, alone, task)
            return
        model = self.fit(recommender, trained, alone, task)
        (ranked,) = recommend(model, alone, n=[5])
        assert len(set(ranked.columns.tolist())) == len(ranked.columns) == 5
        assert np.isfinite(ranked.scores).all()

    @pytest.mark.parametrize("shape", ["one value at one time", "few items", "one event a user"])
    def test_data_without_much_in_it_is_learnt_from_or_refused_with_a_reason(
        self, recommender: Recommender, trained: Trained, prepared: Prepared, task: Task, shape: str
    ) -> None:
        little = _little(prepared.train, shape, self.few_items)
        documents = list(task.documents)[: little.n_items]
        try:
            model = self.fit(recommender, trained, little, replace(task, documents=documents))
        except ModelError as error:
            assert "; give " in str(error)  # noqa: PT017 either may be
            return
        for ranked in recommend(model, little, n=[5] * little.n_users):
            assert len(set(ranked.columns.tolist())) == len(ranked.columns) <= 5
            assert np.isfinite(ranked.scores).all()

    def test_a_corpus_of_empty_texts_is_refused_by_what_reads_it_and_nothing_to_the_others(
        self, recommender: Recommender, trained: Trained, prepared: Prepared, task: Task
    ) -> None:
        empty = replace(task, documents=[without_text(document) for document in task.documents])
        if self.needs_text:
            with pytest.raises(ModelError, match="text"):
                self.fit(recommender, trained, prepared.train, empty)
            return
        model = self.fit(recommender, trained, prepared.train, empty)
        (ranked,) = recommend(model, prepared.train.of_users(np.array([10])), n=[5])
        assert len(ranked.columns) == 5

    def test_one_json_request_gives_one_json_answer(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        read = inference.input_fn(json.dumps(requests[0]), "application/json; charset=utf-8")
        body, kind = inference.output_fn(inference.predict_fn(read, archive), "application/json")
        assert kind == "application/json"
        assert [json.loads(body)] == self.ask(inference, archive, requests[0])


def _little(interactions: Interactions, shape: str, few_items: int) -> Interactions:
    if shape == "one value at one time":
        return replace(
            interactions,
            values=np.full_like(interactions.values, 5.0),
            timestamps=np.full_like(interactions.timestamps, 1_000_000_000),
        )
    if shape == "one event a user":
        return interactions.newest(1)
    busiest = np.sort(np.argsort(-interactions.item_counts, kind="stable")[:few_items])
    position = np.full(interactions.n_items, -1, np.int32)
    position[busiest] = np.arange(few_items)
    kept = interactions.where(position[interactions.indices] >= 0)
    return replace(kept, indices=position[kept.indices], n_items=few_items)


def _by_score(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
    """All that can be recommended, best first; of equal scores the earlier column, which is the lower id."""
    return np.array(sorted(np.flatnonzero(np.isfinite(scores)), key=lambda item: (-scores[item], item)), np.int32)
