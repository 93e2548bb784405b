"""From scores to ranked lists: one function for every recommender, deterministic, ties in column order."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.contract import Columns, Floats, Model, RankedList

# Histories scored at once: at 58,000 items the scores of one chunk take 59 MB.
CHUNK = 256


def nth_highest(values: npt.NDArray[np.float32], n: int) -> np.float32:
    """The `n`-th highest of at least `n` values; the whole array is looked at once only, which is what it costs.

    The n-th highest of a part is a lower bound: all that is below it is out. The part is as large as what the bound is
    expected to leave.
    """
    step = math.isqrt(len(values) // n)
    if step > 1:
        part = values[::step]
        values = values[values >= np.partition(part, len(part) - n)[len(part) - n]]
    highest: np.float32 = np.partition(values, len(values) - n)[len(values) - n]
    return highest


def top_n(scores: npt.NDArray[np.float32], n: int) -> Columns:
    """The columns of the `n` highest finite scores of one row, best first; equal scores in column order."""
    n = min(n, len(scores))
    if n < len(scores):
        # Everything at or above the n-th highest score, so that a tie at the edge is cut in column order.
        threshold = nth_highest(scores, n)
        columns = np.flatnonzero(scores >= threshold) if np.isfinite(threshold) else np.flatnonzero(scores > -np.inf)
    else:
        columns = np.flatnonzero(scores > -np.inf)
    order = np.argsort(-scores[columns], kind="stable")[:n]
    return columns[order].astype(np.int32)


def recommend(model: Model, histories: Interactions, *, n: Sequence[int]) -> list[RankedList]:
    """The list of every history, items of the history included; memory stays bounded at any number of histories.

    Args:
        model: is asked.
        histories: one row per user, oldest interaction first.
        n: the length of each user's list; shorter where the model knows fewer items.

    Raises:
        ModelError: the model gave a score that is no number.
    """
    known = model.knows(histories)
    answers: list[RankedList] = []
    for start in range(0, histories.n_users, CHUNK):
        rows = np.arange(start, min(start + CHUNK, histories.n_users))
        chunk = histories.of_users(rows)
        scores = model.scores(chunk)
        if np.isnan(scores).any():
            raise ModelError("The model gave a score that is not a number; fit it again.")
        for position, row in enumerate(rows.tolist()):
            answers.append(
                _ranked(model, scores[position], history=chunk.items_of(position), n=n[row])
                if known[row]
                else RankedList(np.empty(0, np.int32), np.empty(0, np.float32), True)
            )
    return answers


def _ranked(model: Model, scores: Floats, *, history: Columns, n: int) -> RankedList:
    columns = top_n(scores, n)
    columns = columns[model.rerank(columns, exempt=history)]
    # An item that re-ranking moved down keeps its place in the order of scores: it gets the lowest score above it.
    return RankedList(columns, np.minimum.accumulate(scores[columns]), False)
