"""aws-user-personalization-v2: what a user will take next, by a recommender of this library in the transformer's place.

https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-user-personalization-v2.html
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bakeoff.data.interactions import Interactions as Histories
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import recommend
from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.recipes.contract import Asks, DatasetType, Question, Recommended, Streamed, TrainingData
from local_cloud.personalize.recipes.twin_training import train_twin
from local_cloud.personalize.recipes.twins import OF_INTERACTIONS, OF_METADATA, histories_of

RECENCY = "apply_recency_bias"
COLUMNS = ("indptr", "indices", "timestamps")


class UserPersonalization:
    """The twin.

    It answers from the user's history at the time of the training and from what was streamed since: "with real-time
    personalization, Amazon Personalize updates and adapts item recommendations according to a user's evolving
    interest". Bulk rows that came later change no answer before the next training.
    """

    name = "aws-user-personalization-v2"
    description = (
        f"Local twin of aws-user-personalization-v2: the recommender {OF_INTERACTIONS.recommender} of this library, "
        f"with an Items dataset {OF_METADATA.recommender}, in the place of AWS's transformer; scores are a softmax."
    )
    hyper_parameters: Mapping[str, str] = {RECENCY: "true"}
    asks: Asks = "userId"
    trains_on: DatasetType = "INTERACTIONS"

    def check(self, hyper_parameters: Mapping[str, str]) -> None:
        """The one hyper-parameter is true or false; only AWS's default is played."""
        value = hyper_parameters.get(RECENCY, "true")
        if value not in ("true", "false"):
            raise ServiceError("InvalidInputException", f"{RECENCY} is {value!r}, not true or false.")
        if value == "false":
            raise NotPlayedError(f"The hyper-parameter {RECENCY}=false of {self.name}")

    def train(self, data: TrainingData, folder: Path) -> dict[str, float]:
        twin = OF_INTERACTIONS if data.items is None else OF_METADATA
        trained = train_twin(twin, data)
        trained.archive.save(folder / "model")
        for column in COLUMNS:
            np.save(folder / f"{column}.npy", getattr(trained.log.histories, column), allow_pickle=False)
        counts = trained.log.histories.item_counts
        kept = {
            "users": trained.log.user_ids,
            "threshold": data.threshold,
            "popular": np.argsort(-counts, kind="stable").tolist(),
            "counts": counts.tolist(),
        }
        (folder / "users.json").write_text(json.dumps(kept), encoding="utf-8")
        return trained.metrics

    def open(self, folder: Path) -> "UserPersonalizationModel":
        return UserPersonalizationModel(folder)


class UserPersonalizationModel:
    """A trained twin with the histories that it was trained on."""

    def __init__(self, folder: Path) -> None:
        self._archive = Archive.load(folder / "model")
        kept = json.loads((folder / "users.json").read_text(encoding="utf-8"))
        self._threshold: float | None = kept["threshold"]
        self._popular: list[int] = kept["popular"]
        self._counts = np.asarray(kept["counts"], np.float64)
        self._row_of = {user_id: row for row, user_id in enumerate(kept["users"])}
        self._columns = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in COLUMNS}

    def recommend(self, question: Question) -> Sequence[Recommended]:
        """The best items; items of the user's history stay in the list, as on AWS without a filter. A user of whom
        nothing is known gets the items with the most users."""
        history = self._history(question.subject, question.streamed)
        columns, scores = np.asarray(self._popular), self._counts[self._popular] / max(self._counts.sum(), 1)
        # No model has to be asked about nobody.
        if history.n_interactions:
            [ranked] = recommend(self._archive.model, history, n=[len(self._archive.items)])
            if not ranked.cold:
                columns, scores = ranked.columns, softmax(ranked.scores)
        chosen: list[Recommended] = []
        for column, score in zip(columns.tolist(), scores.tolist(), strict=True):
            if len(chosen) == question.n:
                break
            if question.keep(self._archive.items[column]):
                chosen.append(Recommended(item_id=self._archive.items[column], score=score))
        return chosen

    @cached_property
    def _column_of(self) -> dict[str, int]:
        return self._archive.columns

    def _history(self, user_id: str, streamed: Sequence[Streamed]) -> Histories:
        """One row: what the user did before the training, and after it; events below the threshold do not count."""
        items: NDArray[Any] = np.empty(0, np.int64)
        timestamps: NDArray[Any] = np.empty(0, np.int64)
        if user_id in self._row_of:
            row = self._row_of[user_id]
            span = slice(int(self._columns["indptr"][row]), int(self._columns["indptr"][row + 1]))
            items, timestamps = self._columns["indices"][span], self._columns["timestamps"][span]
        counted = [one for one in streamed if one.item_id in self._column_of and self._counts_for(one)]
        items = np.append(items, [self._column_of[one.item_id] for one in counted]).astype(np.int64)
        timestamps = np.append(timestamps, [one.timestamp for one in counted]).astype(np.int64)
        users = np.zeros(len(items), np.int64)
        return histories_of(users, items, timestamps, n_users=1, n_items=len(self._archive.items))

    def _counts_for(self, event: Streamed) -> bool:
        return self._threshold is None or event.value is None or event.value >= self._threshold


def softmax(scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """AWS's scores are between 0 and 1, and those of all items together are 1.

    https://docs.aws.amazon.com/personalize/latest/dg/recommendations.html
    """
    if not len(scores):
        return np.empty(0, np.float64)
    exponents = np.exp(scores.astype(np.float64) - float(scores.max()))
    share: NDArray[np.float64] = exponents / exponents.sum()
    return share
