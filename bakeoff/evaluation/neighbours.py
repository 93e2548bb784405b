"""Scores neighbour lists, of contestants that answer which items are alike: such items should be used together."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.agreement import usefulness
from bakeoff.evaluation.lines import lines_of
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate_means

K = 10
PATTERN = "*.jsonl*"


def score_neighbours(folder: Path, prepared: Prepared, bootstrap: Bootstrap) -> tuple[dict[str, Estimate], list[str]]:
    """``usefulness@10`` over the items that have a list, and sentences about what is wrong.

    Items are drawn for the interval, as users are for the other metrics.

    Args:
        folder: files of lines ``{"itemId", "items": [{"itemId"}...]}``, the most alike first, or of Amazon
            Personalize's batch inference by item.
        prepared: the split; liked interactions before the test say what is consumed together.
        bootstrap: how intervals are drawn.
    """
    columns = prepared.item_columns
    rows: dict[int, list[int]] = {}
    found: Counter[str] = Counter()
    for _, line in lines_of(folder, PATTERN):
        try:
            answer = json.loads(line)
            item, listed = _answered(answer)
            listed = listed[:K]
            known = item in columns and all(neighbour in columns for neighbour in listed)
        except (ValueError, TypeError, KeyError):
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
    liked = prepared.train_and_validation.liked(prepared.liked_threshold)
    neighbours = np.array(list(rows.values()), np.int32)
    values = usefulness(neighbours, items=np.array(list(rows), np.int64), interactions=liked, k=K)
    return {f"usefulness@{K}": estimate_means(values[:, None], bootstrap)[0]}, []


def _answered(answer: Any) -> tuple[str, list[str]]:
    """The item that a line is about, and those alike to it."""
    if "input" in answer:
        output = answer["output"] or {}
        return answer["input"]["itemId"], list(output["recommendedItems"])
    return answer["itemId"], [neighbour["itemId"] for neighbour in answer["items"]]
