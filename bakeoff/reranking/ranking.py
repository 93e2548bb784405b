"""Makes lists and predicted ratings of what a batch transform answered about the candidate file."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.outputs.texts import json_text
from bakeoff.data.prepared import Prepared
from bakeoff.data.writing import FolderWriter
from bakeoff.reranking import layout
from bakeoff.reranking.predictions import as_list, read_predictions
from bakeoff.reranking.writing import read_order

Floats = npt.NDArray[np.float64]


def rank_candidates(prepared: Prepared, *, order: Path, scores: Path, folder: Path) -> dict[str, int]:
    """Write the re-ranked lists, the same as rows for the table of lists, and the held-out ratings' predictions.

    Candidates with the same prediction keep the order that they were given in.

    Args:
        prepared: the split of the candidate file.
        order: the folder ``order`` of the candidates.
        scores: the transform job's output.
        folder: an empty one.

    Returns:
        How many ``users``, ``candidates`` and ``heldOut`` there were.

    Raises:
        EvaluationError: the predictions do not fit the candidate file, or one is no number.
    """
    given = read_order(order)
    bounds = np.concatenate(([0], np.cumsum([len(items) for _, items in given]))).tolist()
    predicted = read_predictions(scores, "candidates-*.out", n=bounds[-1])
    held_out = prepared.test.of_users(prepared.test_users)
    ratings = read_predictions(scores, "held-out-*.out", n=held_out.n_interactions)
    writer = FolderWriter(folder)
    with writer.file(f"{layout.RANKED}/{layout.LISTS}") as lists:
        for part in range(layout.parts(len(given))):
            span = slice(part * layout.USERS_PER_PART, (part + 1) * layout.USERS_PER_PART)
            with writer.file(layout.STORED.format(part)) as stored:
                for (user, items), (start, end) in zip(given[span], list(pairwise(bounds))[span], strict=True):
                    ranked = _ranked(items, predicted[start:end])
                    lists.write(_line(_answer(user, ranked)))
                    if ranked:
                        stored.write(_line({"userId": user, "items": ranked}))
    writer.json_lines(layout.HELD_OUT_PREDICTIONS, _predictions(prepared, ratings))
    counts = {"users": len(given), "candidates": bounds[-1], "heldOut": held_out.n_interactions}
    writer.finish(layout.MANIFEST, counts)
    return counts


def _ranked(items: list[str], predicted: Floats) -> list[tuple[str, float]]:
    best = np.argsort(-predicted, kind="stable")
    return list(zip([items[at] for at in best.tolist()], as_list(predicted[best]), strict=True))


def _answer(user: str, ranked: list[tuple[str, float]]) -> dict[str, Any]:
    items = [{"itemId": item, "score": score} for item, score in ranked]
    return {"userId": user, "items": items, "status": "ok" if items else "cold"}


def _predictions(prepared: Prepared, ratings: Floats) -> Iterator[dict[str, Any]]:
    held_out = prepared.test.of_users(prepared.test_users)
    users = prepared.test_users[held_out.rows]
    for user, item, value in zip(users.tolist(), held_out.indices.tolist(), as_list(ratings), strict=True):
        yield {"userId": prepared.users[user], "itemId": prepared.items[item], "value": value}


def _line(value: object) -> bytes:
    return f"{json_text(value)}\n".encode()
