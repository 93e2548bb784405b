"""Scores neighbour lists, of contestants that answer which items are alike: such items should be used together."""

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.agreement import usefulness
from bakeoff.evaluation.diversity import director_matrix
from bakeoff.evaluation.lines import lines_of
from bakeoff.evaluation.partial import estimate_where_defined
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate

K = 10
PATTERN = "*.jsonl*"  # batch inference adds an ending to the name of its input
# What a training job writes beside its learning curve; SageMaker packs both.
NEIGHBOURS = "neighbours.jsonl"
ARCHIVE_SUFFIX = ".tar.gz"
USEFULNESS, SAME_DIRECTOR = f"usefulness@{K}", f"neighbour_same_director@{K}"

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def score_neighbours(where: Path, prepared: Prepared, bootstrap: Bootstrap) -> tuple[dict[str, Estimate], list[str]]:
    """``usefulness@10`` and ``neighbour_same_director@10`` over the items that have a list, and what is wrong.

    Items are drawn for the interval, as users are for the other metrics.

    Args:
        where: a folder of files of lines ``{"itemId", "items": [{"itemId"}...]}``, the most alike first, or of those
            of Amazon Personalize's batch inference by item, or the archive of a training job that holds one such file.
        prepared: the split; liked interactions before the test say what is consumed together.
        bootstrap: how intervals are drawn.
    """
    columns = prepared.item_columns
    rows: dict[int, list[int]] = {}
    found: Counter[str] = Counter()
    for line in _lines(where):
        try:
            answer = json.loads(line)
            if answer.get("error") is not None:
                found["are an error in the place of a list"] += 1
                continue
            item, listed = _answered(answer)
            listed = listed[:K]
            known = item in columns and all(neighbour in columns for neighbour in listed)
        except (ValueError, TypeError, KeyError, AttributeError):
            found["are malformed"] += 1
            continue
        if not known:
            found["name unknown items"] += 1
        elif item in listed or len(set(listed)) < len(listed):
            found["name an item twice or the item itself"] += 1
        elif columns[item] in rows:
            found["are of an item that has another"] += 1
        else:
            rows[columns[item]] = [columns[neighbour] for neighbour in listed] + [NO_ITEM] * (K - len(listed))
    problems = [f"{n} neighbour lists {what}." for what, n in found.items()]
    if problems or not rows:
        return {}, problems or ["There is no neighbour list."]
    return _estimates(np.array(list(rows), np.int64), np.array(list(rows.values()), np.int32), prepared, bootstrap), []


def _lines(where: Path) -> Iterator[str]:
    if not where.name.endswith(ARCHIVE_SUFFIX):
        yield from (line for _, line in lines_of(where, PATTERN))
        return
    try:
        with tarfile.open(where, "r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.name == NEIGHBOURS else None
                if content is not None:
                    yield from (line for line in io.TextIOWrapper(content, "utf-8", errors="replace") if line.strip())
    except (tarfile.TarError, OSError, EOFError) as error:
        raise EvaluationError(
            f"{where} is no archive of a training's output: {error}; train the model again."
        ) from error


def _estimates(
    items: npt.NDArray[np.int64], neighbours: Columns, prepared: Prepared, bootstrap: Bootstrap
) -> dict[str, Estimate]:
    liked = prepared.train_and_validation.liked(prepared.liked_threshold)
    used = usefulness(neighbours, items=items, interactions=liked, k=K)
    same = same_director(neighbours, items=items, documents=list(prepared.documents()), k=K)
    estimates = estimate_where_defined(np.column_stack([used, same]), bootstrap)
    named = zip((USEFULNESS, SAME_DIRECTOR), estimates, strict=True)
    return {name: estimate for name, estimate in named if estimate is not None}


def same_director(
    neighbours: Columns, *, items: npt.NDArray[np.int64], documents: Sequence[Document], k: int
) -> Floats:
    """The share of an item's first k neighbours that have a director in common with it, per item.

    NaN for an item without a director and for one without a neighbour.

    Args:
        neighbours: columns, shape (len(items), at least k); `NO_ITEM` where a list has ended.
        items: whose neighbours they are.
        documents: of all items, in column order.
        k: the cutoff.
    """
    directors: Any = director_matrix(documents)
    if directors is None:
        return np.full(len(items), np.nan)
    top = neighbours[:, :k]
    there = top != NO_ITEM
    counts = directors.astype(np.int32)
    shared = np.zeros(top.shape, np.bool_)
    for rank in range(top.shape[1]):
        common = counts[items].multiply(counts[np.where(there[:, rank], top[:, rank], 0)]).sum(axis=1)
        shared[:, rank] = (np.asarray(common).ravel() > 0) & there[:, rank]
    asked = (np.diff(directors.indptr)[items] > 0) & there.any(axis=1)
    return np.where(asked, shared.sum(axis=1) / np.maximum(there.sum(axis=1), 1), np.nan)


def _answered(answer: Any) -> tuple[str, list[str]]:
    """The item that a line is about, and those alike to it."""
    if "input" in answer:
        output = answer["output"] or {}
        return answer["input"]["itemId"], list(output["recommendedItems"])
    return answer["itemId"], [neighbour["itemId"] for neighbour in answer["items"]]
