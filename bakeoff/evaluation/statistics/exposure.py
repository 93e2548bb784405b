"""What all lists together show of the catalogue, with intervals: coverage, Gini and the head's share of the slots.

A draw holds only about 63 % of the distinct users, so it shows fewer items and shows them more unequally; its
percentiles would not hold the value itself. The draws of coverage and Gini are shifted so that their mean is the value:
the interval tells the scatter between samples of users, not what more users would show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """Coverage, Gini and the head's share, each over the first k of every list."""

    coverage: Estimate
    gini: Estimate
    head_share: Estimate


def estimate_coverage(ranked: npt.NDArray[np.int32], *, n_candidates: int, k: int, bootstrap: Bootstrap) -> Estimate:
    """Coverage at k alone, the interval shifted as above.

    Args:
        ranked: columns, shape (n_users, at least k), candidates only; `NO_ITEM` where a list has ended.
        n_candidates: items that may be recommended.
        k: the cutoff.
        bootstrap: how intervals are drawn.
    """
    top = np.ascontiguousarray(ranked[:, :k])
    drawn = np.array([_n_shown(top[draw > 0]) for draw in bootstrap.draws(len(top))]) / n_candidates
    return _shifted(_n_shown(top) / n_candidates, drawn, n=len(top), bootstrap=bootstrap)


def estimate_exposure(
    field: Sequence[npt.NDArray[np.int32]],
    *,
    n_candidates: int,
    k: int,
    head: npt.NDArray[np.bool_],
    bootstrap: Bootstrap,
) -> list[Exposure]:
    """Everything about exposure at k, of every contestant of a field.

    The Gini coefficient of the candidates' slots, those never shown included: 0 where all are shown equally often,
    1 - 1 / n where one takes every slot. Source: Fleder and Hosanagar, "Blockbuster culture's next rise or fall",
    Management Science 55(5), 2009.

    Args:
        field: each contestant's columns, shape (n_users, at least k), candidates only; `NO_ITEM` where a list has
            ended.
        n_candidates: items that may be recommended.
        k: the cutoff.
        head: the most popular candidates, bool, shape (n_items,).
        bootstrap: how intervals are drawn.
    """
    shown = [_shown(np.ascontiguousarray(ranked[:, :k]), head) for ranked in field]
    n_users = len(field[0]) if field else 0
    drawn: list[list[Floats]] = [[] for _ in shown]
    for block in bootstrap.blocks(n_users) if field else ():
        # 64 draws at a time: one product gives the counts of every item in every draw.
        for part in np.split(block, range(64, len(block), 64)):
            draws = np.ascontiguousarray(part.T, np.float32)
            for (in_lists, in_head), figures in zip(shown, drawn, strict=True):
                figures.append(_figures(in_lists @ draws, in_head, n_candidates))
    return [
        _exposure(
            _figures(in_lists.sum(axis=1)[:, None], in_head, n_candidates)[0],
            np.concatenate(figures),
            n=n_users,
            bootstrap=bootstrap,
        )
        for (in_lists, in_head), figures in zip(shown, drawn, strict=True)
    ]


def _exposure(value: Floats, drawn: Floats, *, n: int, bootstrap: Bootstrap) -> Exposure:
    return Exposure(
        coverage=_shifted(value[0], drawn[:, 0], n=n, bootstrap=bootstrap),
        gini=_shifted(value[1], drawn[:, 1], n=n, bootstrap=bootstrap),
        head_share=estimate(float(value[2]), drawn[:, 2], n=n, bootstrap=bootstrap),
    )


def _shown(top: npt.NDArray[np.int32], head: npt.NDArray[np.bool_]) -> tuple[Any, npt.NDArray[np.bool_]]:
    """Whether an item stands in a user's list, sparse, shape (items that any list shows, n_users), and who is head."""
    from scipy.sparse import csc_array  # not in the image of the jobs that only train

    there = top != NO_ITEM
    items, places = np.unique(top[there], return_inverse=True)
    indptr = np.concatenate(([0], np.cumsum(there.sum(axis=1))))
    ones = np.ones(len(places), np.float32)
    return csc_array((ones, places, indptr), shape=(len(items), len(top))).tocsr(), head[items]


def _figures(counts: npt.NDArray[np.floating[Any]], in_head: npt.NDArray[np.bool_], n_candidates: int) -> Floats:
    """Coverage, Gini and head share of every draw, shape (n_draws, 3); `counts` has shape (n_items, n_draws)."""
    slots = np.maximum(counts.sum(axis=0), 1)  # lists without any entry show nothing: every figure is 0
    return np.column_stack(
        [
            (counts > 0).sum(axis=0) / n_candidates,
            [gini(column, n=n_candidates) for column in np.ascontiguousarray(counts.T)],
            counts[in_head].sum(axis=0) / slots,
        ]
    )


def gini(counts: npt.NDArray[Any], *, n: int) -> float:
    """The Gini coefficient of whole `counts`, with as many zeros added as there are fewer than `n`.

    G = 2 / (n * total) * (sum over ranks r, least shown first, of r * count_r) - (n + 1) / n, computed from the
    histogram of the counts: equal counts share their mean rank, so nothing needs to be sorted.
    """
    histogram = np.bincount(counts.astype(np.int64), minlength=1)
    histogram[0] += n - len(counts)
    total = float((histogram * np.arange(len(histogram))).sum())
    if not total:
        return 0.0
    last = np.cumsum(histogram)  # the rank of the last item with this count
    mean_rank = last - (histogram - 1) / 2
    weighted = float((mean_rank * histogram * np.arange(len(histogram))).sum())
    return 2 * weighted / (n * total) - (n + 1) / n


def _n_shown(top: npt.NDArray[np.int32]) -> int:
    """Distinct items in the lists."""
    # NO_ITEM, -1, marks the entry that stands last and is not counted.
    marks = np.zeros(int(top.max(initial=NO_ITEM)) + 2, np.bool_)
    marks[top] = True
    return int(marks[:-1].sum())


def _shifted(value: float, drawn: Floats, *, n: int, bootstrap: Bootstrap) -> Estimate:
    low, high = bootstrap.bounds(drawn - drawn.mean() + value)
    return Estimate(value=value, low=max(0.0, float(low)), high=min(1.0, float(high)), n=n)
