"""aws-semantic-similarity: items alike by name and description, by vectors of a small model in the place of AWS's.

https://docs.aws.amazon.com/personalize/latest/dg/native-recipe-semantic-similarity.html
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bakeoff.errors import ModelError
from bakeoff.recommenders.base.embedding import embed
from local_cloud.personalize.holdout import HOLDOUT_LIST
from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.recipes.contract import Asks, DatasetType, Metadata, Question, Recommended, TrainingData
from local_cloud.personalize.rows import replace_text

ROWS_AT_ONCE = 256  # items whose neighbours are looked for together


class SemanticSimilarity:
    """The twin. Items alike are those with the highest cosine; equal ones are ordered by id. It gives no scores, as
    AWS gives none for related items, and an empty list for an item that it does not know: AWS does not say."""

    name = "aws-semantic-similarity"
    description = (
        "Local twin of aws-semantic-similarity: items by the cosine of the mean word vectors of their name and "
        "description (wordllama), in the place of AWS's embeddings."
    )
    hyper_parameters: Mapping[str, str] = {}
    asks: Asks = "itemId"
    trains_on: DatasetType = "ITEMS"

    def check(self, hyper_parameters: Mapping[str, str]) -> None:
        """There is none to look at."""

    def train(self, data: TrainingData, folder: Path) -> dict[str, float]:
        item_ids, texts = _texts(data.items)
        data.check()
        vectors = _directions(texts)
        np.save(folder / "vectors.npy", vectors, allow_pickle=False)
        replace_text(folder / "items.json", json.dumps(item_ids))
        data.check()
        return {"coverage": _coverage(vectors)}

    def open(self, folder: Path) -> "SimilarityModel":
        vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
        return SimilarityModel(json.loads((folder / "items.json").read_text(encoding="utf-8")), vectors)


class SimilarityModel:
    """Items, in ascending order, and their vectors."""

    def __init__(self, items: list[str], vectors: NDArray[np.float32]) -> None:
        self._items, self._vectors = items, vectors
        self._row_of = {item: row for row, item in enumerate(items)}

    def recommend(self, question: Question) -> Sequence[Recommended]:
        if question.subject not in self._row_of:
            return []
        row = self._row_of[question.subject]
        order = np.argsort(-(self._vectors @ self._vectors[row]), kind="stable")
        chosen: list[Recommended] = []
        for other in order.tolist():
            if len(chosen) == question.n:
                break
            if other != row and question.keep(self._items[other]):
                chosen.append(Recommended(item_id=self._items[other], score=None))
        return chosen


def _texts(items: Metadata | None) -> tuple[list[str], list[str]]:
    """The items' ids, ascending, and what is embedded of each.

    Raises:
        JobFailedError: the dataset has no rows, or its schema lacks one of the two fields that the recipe needs.
    """
    if items is None:
        raise JobFailedError("The Items dataset has no records: import them before the training.")
    name = next((one.name for one in items.fields if one.item_name), None)
    described = next((one.name for one in items.fields if one.textual), None)
    if name is None or described is None:
        lacking = '"itemName": true' if name is None else '"textual": true'
        raise JobFailedError(f"The Items schema has no field with {lacking}, which the recipe needs.")
    rows = items.rows.sort_values("ITEM_ID")
    texts = (rows[name] + ". " + rows[described]).tolist()
    return rows["ITEM_ID"].tolist(), texts


def _directions(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of length 1, one a text; a text without a known word becomes zeros.

    Raises:
        JobFailedError: the package with the words' vectors is not there.
    """
    try:
        vectors = embed(texts)
    except ModelError as error:
        raise JobFailedError(str(error)) from error
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors


def _coverage(vectors: NDArray[np.float32]) -> float:
    """The share of items that are among the nearest of any other: the one of AWS's metrics that asks no user."""
    found = np.zeros(len(vectors), bool)
    wanted = min(HOLDOUT_LIST, len(vectors) - 1)
    for start in range(0, len(vectors) if wanted > 0 else 0, ROWS_AT_ONCE):
        alike = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
        own = np.arange(len(alike))
        alike[own, start + own] = -np.inf
        found[np.argpartition(-alike, wanted - 1, axis=1)[:, :wanted]] = True
    return float(found.mean()) if len(found) else 0.0
