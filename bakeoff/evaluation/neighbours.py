"""Scores neighbour lists, of contestants that answer which items are alike: such items should be used together."""

import json
from pathlib import Path

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.agreement import usefulness
from bakeoff.evaluation.lines import lines_of
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate_means

K = 10
PATTERN = "*.jsonl"


def score_neighbours(folder: Path, prepared: Prepared, bootstrap: Bootstrap) -> tuple[dict[str, Estimate], list[str]]:
    """``usefulness@10`` over the items that have a list, and sentences about what is wrong.

    Items are drawn for the interval, as users are for the other metrics.

    Args:
        folder: files of lines ``{"itemId", "items": [{"itemId"}...]}``, the most alike first.
        prepared: the split; liked interactions before the test say what is consumed together.
        bootstrap: how intervals are drawn.
    """
    columns = prepared.item_columns
    items: list[int] = []
    rows: list[list[int]] = []
    malformed = unknown = 0
    for _, line in lines_of(folder, PATTERN):
        try:
            answer = json.loads(line)
            item, listed = answer["itemId"], [neighbour["itemId"] for neighbour in answer["items"]][:K]
        except (ValueError, TypeError, KeyError):
            malformed += 1
            continue
        if item not in columns or any(neighbour not in columns for neighbour in listed):
            unknown += 1
            continue
        items.append(columns[item])
        rows.append([columns[neighbour] for neighbour in listed] + [NO_ITEM] * (K - len(listed)))
    counted = {"neighbour lists are malformed": malformed, "neighbour lists name unknown items": unknown}
    problems = [f"{n} {what}." for what, n in counted.items() if n]
    if problems or not items:
        return {}, problems or ["There is no neighbour list."]
    liked = prepared.train_and_validation.liked(prepared.liked_threshold)
    values = usefulness(np.array(rows, np.int32), items=np.array(items, np.int64), interactions=liked, k=K)
    return {f"usefulness@{K}": estimate_means(values[:, None], bootstrap)[0]}, []
