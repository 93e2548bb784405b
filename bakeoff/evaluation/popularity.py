"""How popular what is recommended is: average popularity, novelty, and the curve of slots over the catalogue."""

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.ranking import NO_ITEM

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

HEAD_SHARE = 0.1
# Shares of the catalogue that people ask about; the curve has a point at each, so that none has to be guessed.
MARKS = (0.01, 0.05, HEAD_SHARE, 0.2, 0.5)


def average_popularity(ranked: Columns, *, popularity: Floats, k: int) -> Floats:
    """Average recommendation popularity at k per user: the mean popularity of the first k; NaN for an empty list.

    Source: Yin et al., "Challenging the long tail recommendation", VLDB 2012. There popularity is a count; here it is
    the share of users who interacted, so that data sets of different sizes can be compared.

    Args:
        ranked: columns, shape (n_users, at least k); `NO_ITEM` where a list has ended.
        popularity: shape (n_items,).
        k: the cutoff.
    """
    return _mean(ranked[:, :k], popularity)


def novelty(ranked: Columns, *, popularity: Floats, k: int) -> Floats:
    """Novelty at k per user: the mean of -log2(popularity) of the first k, in bits; NaN for an empty list.

    Source: Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107(10), 2010
    (mean self-information).

    Args:
        ranked: columns, shape (n_users, at least k), candidates only: their popularity is above 0.
        popularity: shape (n_items,).
        k: the cutoff.
    """
    information = np.zeros(len(popularity))
    known = popularity > 0
    information[known] = -np.log2(popularity[known])
    return _mean(ranked[:, :k], information)


def _mean(top: Columns, of_items: Floats) -> Floats:
    there = top != NO_ITEM
    lengths = there.sum(axis=1)
    sums = np.where(there, of_items[top], 0.0).sum(axis=1)
    return np.where(lengths > 0, sums / np.maximum(lengths, 1), np.nan)


def popular_head(
    item_counts: npt.NDArray[np.int64], candidates: npt.NDArray[np.bool_], *, share: float = HEAD_SHARE
) -> npt.NDArray[np.bool_]:
    """The most popular `share` of the candidates, at least one, shape (n_items,); of equally popular ones the first."""
    head = np.zeros(len(item_counts), np.bool_)
    head[most_popular_first(item_counts, candidates)[: max(1, round(share * int(candidates.sum())))]] = True
    return head & candidates


def most_popular_first(item_counts: npt.NDArray[np.int64], candidates: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The candidates' columns, the most interacted one first; equally popular ones in the order of their columns."""
    columns = np.flatnonzero(candidates)
    order: npt.NDArray[np.int64] = columns[np.argsort(-item_counts[columns], kind="stable")]
    return order


def popularity_curve(
    ranked: Columns,
    *,
    item_counts: npt.NDArray[np.int64],
    candidates: npt.NDArray[np.bool_],
    k: int,
    points: int = 30,
) -> list[list[float]]:
    """How the slots of all lists spread over the catalogue: points (share of the candidates, share of the slots).

    From [0, 0] to [1, 1], the most popular candidates first, closer together at the popular end. The diagonal is a
    recommender to whom popularity means nothing.

    Args:
        ranked: columns, shape (n_users, at least k), candidates only; `NO_ITEM` where a list has ended.
        item_counts: interactions per item, shape (n_items,).
        candidates: bool, shape (n_items,).
        k: the cutoff.
        points: how many, at most, beside those at `MARKS`.
    """
    top = ranked[:, :k]
    shown = np.bincount(top[top != NO_ITEM], minlength=len(item_counts))
    order = most_popular_first(item_counts, candidates)
    slots = np.concatenate(([0], np.cumsum(shown[order])))
    shares = np.concatenate((np.linspace(0, 1, points) ** 2, MARKS))
    at = np.unique(np.round(len(order) * shares).astype(np.int64))
    total = max(1, int(slots[-1]))
    return [[round(place / max(1, len(order)), 6), round(int(slots[place]) / total, 6)] for place in at.tolist()]
