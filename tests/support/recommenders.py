"""Answers of a simple recommender in the two formats in which lists arrive, for tests of whatever reads them."""

import json
from pathlib import Path

import numpy as np

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared


def popular_items(prepared: Prepared) -> list[str]:
    """Every item, most liked in train and validation first; ties in column order."""
    counts = prepared.train_and_validation.liked(prepared.liked_threshold).item_counts
    return [prepared.items[column] for column in np.argsort(-counts, kind="stable")]


def popularity_answers(prepared: Prepared) -> list[dict[str, object]]:
    """One answer of our inference per request, with the requested number of items, seen ones included."""
    items = popular_items(prepared)
    requests = (prepared.folder / layout.REQUEST_HISTORIES).read_text(encoding="utf-8").splitlines()
    return [transform_answer(request["userId"], items[: request["n"]]) for request in map(json.loads, requests)]


def transform_answer(user: str, items: list[str]) -> dict[str, object]:
    """One answer line of batch transform."""
    scored = [{"itemId": item, "score": float(-rank)} for rank, item in enumerate(items)]
    return {"userId": user, "items": scored, "status": "ok"}


def personalize_answer(user: str, items: list[str]) -> dict[str, object]:
    """One answer line of Amazon Personalize's batch inference."""
    scores = [1 / (rank + 1) for rank in range(len(items))]
    return {"input": {"userId": user}, "output": {"recommendedItems": items, "scores": scores}, "error": None}


def write_answers(path: Path, answers: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(answer)}\n" for answer in answers), encoding="utf-8")
