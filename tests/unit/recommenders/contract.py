"""What every recommender keeps to. A recommender's test class inherits `RecommenderContract` and names a contestant."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.data import layout
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import recommend
from bakeoff.training.run import Trained
from bakeoff.training.validation import HeldOutUsers
from tests.support.training import SERVE, train


class RandomModel:
    """Scores without any sense: what every recommender must beat."""

    def scores(self, histories: Interactions) -> npt.NDArray[np.float32]:
        shape = (histories.n_users, histories.n_items)
        return np.random.default_rng(3).random(shape, dtype=np.float32)

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        return np.ones(histories.n_users, np.bool_)

    def rerank(self, ranked: npt.NDArray[np.int32], *, exempt: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        return np.arange(len(ranked))


class RecommenderContract:
    contestant: str

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

    def ask(self, inference: ModuleType, archive: Archive, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        body = "".join(f"{json.dumps(request)}\n" for request in requests)
        answers = inference.predict_fn(inference.input_fn(body.encode(), "application/jsonlines"), archive)
        answered, kind = inference.output_fn(answers, "application/jsonlines")
        assert kind == "application/jsonlines"
        return [json.loads(line) for line in answered.splitlines()]

    def test_learns_something(self, trained: Trained, prepared: Prepared) -> None:
        chance = HeldOutUsers(prepared, seed=7).measure(RandomModel())  # type: ignore[arg-type]
        assert trained.validation["ndcg@100"].value > 1.2 * chance["ndcg@100"]

    def test_the_same_seed_gives_identical_arrays(self, trained: Trained, prepared: Prepared) -> None:
        first, second = trained.archive.model.arrays(), train(self.contestant, prepared).archive.model.arrays()
        assert first.keys() == second.keys()
        for name in first:
            np.testing.assert_array_equal(first[name], second[name], err_msg=name)

    def test_arrays_hold_numbers_only(self, trained: Trained) -> None:
        kinds = {name: array.dtype.kind for name, array in trained.archive.model.arrays().items()}
        assert set(kinds.values()) <= {"f", "i", "b"}, kinds

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

    def test_one_json_request_gives_one_json_answer(
        self, inference: ModuleType, archive: Archive, requests: list[dict[str, Any]]
    ) -> None:
        read = inference.input_fn(json.dumps(requests[0]), "application/json; charset=utf-8")
        body, kind = inference.output_fn(inference.predict_fn(read, archive), "application/json")
        assert kind == "application/json"
        assert [json.loads(body)] == self.ask(inference, archive, requests[0])
