"""aws-popularity-count: the items that the most users interacted with, the same list for everybody."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_cloud.personalize.holdout import HOLDOUT_LIST, Holdout, hold_out, list_metrics
from local_cloud.personalize.interactions import Interactions
from local_cloud.personalize.recipes.contract import Asks, DatasetType, Question, Recommended, TrainingData
from local_cloud.personalize.rows import replace_text


class PopularityCount:
    """The exact twin.

    "The most popular items are the items with the most interactions data from unique users" (developer guide,
    Popularity-Count recipe): a user who came back to an item counts once. AWS does not say how it orders equal
    counts; here the item ids decide, in ascending order of their characters. AWS shows no scores for this recipe.
    """

    name = "aws-popularity-count"
    description = (
        "Local twin of aws-popularity-count: items by the number of unique users who interacted with them, the same "
        "list for all users; equal counts are ordered by item id."
    )
    hyper_parameters: Mapping[str, str] = {}
    asks: Asks = "userId"
    trains_on: DatasetType = "INTERACTIONS"

    def check(self, hyper_parameters: Mapping[str, str]) -> None:
        """There is none to look at."""

    def train(self, data: TrainingData, folder: Path) -> dict[str, float]:
        interactions = data.interactions
        counts = users_per_item(interactions)
        data.check()
        order = most_popular(interactions.item_ids, counts)
        ranked = [interactions.item_ids[code] for code in order]
        replace_text(folder / "model.json", json.dumps({"items": ranked, "users": counts[order].tolist()}))
        data.check()
        return _metrics(data)

    def open(self, folder: Path) -> "PopularityModel":
        return PopularityModel(json.loads((folder / "model.json").read_text(encoding="utf-8"))["items"])


class PopularityModel:
    """A list of item ids, most popular first."""

    def __init__(self, items: list[str]) -> None:
        self._items = items

    def recommend(self, question: Question) -> Sequence[Recommended]:
        chosen: list[Recommended] = []
        for item_id in self._items:
            if len(chosen) == question.n:
                break
            if question.keep(item_id):
                chosen.append(Recommended(item_id=item_id, score=None))
        return chosen


def users_per_item(interactions: Interactions, rows: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """By item code, how many users have at least one interaction with it, among all rows or those of a mask."""
    items = interactions.pairs(rows) // max(len(interactions.user_ids), 1)
    return np.bincount(items, minlength=len(interactions.item_ids))


def most_popular(item_ids: Sequence[str], counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Codes of the items that anybody interacted with, most users first, equal counts by ascending id."""
    by_id = np.argsort(np.asarray(item_ids, dtype=object)) if item_ids else np.empty(0, np.intp)
    order = by_id[np.argsort(-counts[by_id], kind="stable")]
    return order[counts[order] > 0]


def _metrics(data: TrainingData) -> dict[str, float]:
    """AWS's own protocol: a list from the training users, judged on the newest tenth of each test user's rows."""
    interactions = data.interactions
    holdout: Holdout = hold_out(interactions)
    top = most_popular(interactions.item_ids, users_per_item(interactions, holdout.train_rows))[:HOLDOUT_LIST]
    catalogue = len(data.item_ids | set(interactions.item_ids))
    lists = dict.fromkeys(holdout.relevant, top)
    return list_metrics(lists, holdout.relevant, catalogue=catalogue)
