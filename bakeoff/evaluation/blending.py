"""Blends contestants' lists by weighted reciprocal rank fusion, and tunes the weights on the validation part.

    score(item) = sum over members of weight / (rank constant + rank), the best rank being 1

as `bakeoff.serving.blending` has it for one user; here for all at once, with the same order of equal scores. Few
numbers are tuned, so that a few hundred validation users suffice: which contestants are members, one power that turns
their quality into weights, and the rank constant.

Source: Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009; members by forward selection after Caruana et al., "Ensemble selection from libraries of models",
ICML 2004.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.holdout import Holdout
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.metrics import ndcg
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.scoring import LONGEST, find_hits

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

RANK_CONSTANTS = (5, 15, 60)
POWERS = (0.0, 1.0, 2.0, 4.0)
# Only the best on validation are tried as members: a blend asks each of its members for every answer.
MOST_TRIED = 8
# A further member must better the blend by this share, or it is noise that every answer would have to wait for.
LEAST_GAIN = 0.002
# Users fused at once: the entries of eight members' lists take a few hundred MB.
_CHUNK = 4096


@dataclass(frozen=True, kw_only=True)
class Blend:
    """How lists are fused.

    Args:
        weights: by member, above 0; the others have no say.
        rank_constant: the higher, the less the first places count.
    """

    weights: Mapping[str, float]
    rank_constant: int

    def to_json(self) -> dict[str, Any]:
        return {"weights": dict(self.weights), "rankConstant": self.rank_constant}

    def __str__(self) -> str:
        members = ", ".join(f"{name} {weight:.2f}" for name, weight in self.weights.items())
        return f"Blended of {members}, with the rank constant {self.rank_constant}."


def fuse(lists: Mapping[str, Columns], blend: Blend, *, n: int, order: npt.NDArray[np.integer[Any]]) -> Columns:
    """The fused list of every user.

    Args:
        lists: by contestant, columns, shape (n_users, length), filled up with `NO_ITEM`; all members must be there.
        blend: weights and rank constant.
        n: the longest list to give.
        order: shape (n_items,); the place of each item's id among all ids, for equal scores with equal best ranks.

    Returns:
        Columns, shape (n_users, n), filled up with `NO_ITEM`.
    """
    members = [lists[name] for name in blend.weights]
    weights = list(blend.weights.values())
    chunks = [
        _Pool([one[start : start + _CHUNK] for one in members], order=order).fused(weights, blend.rank_constant, n=n)
        for start in range(0, len(members[0]), _CHUNK)
    ]
    return np.concatenate(chunks) if chunks else np.empty((0, n), np.int32)


def tune(
    lists: Mapping[str, Columns],
    *,
    users: npt.NDArray[np.int64],
    holdout: Holdout,
    order: npt.NDArray[np.integer[Any]] | None = None,
) -> Blend:
    """Choose members, weights and rank constant on the validation part.

    Starting from the best contestant, the one that betters the blend most joins it, as long as that is more than
    `LEAST_GAIN`, for each rank constant; then the power of the qualities is chosen. What is bettered is the mean of
    ndcg@10 and ndcg@100, each relative to the best contestant's: the first is what is judged, the second tells more
    about few users.

    Args:
        lists: by contestant, the validation users' recommendable lists.
        users: the validation users' rows.
        holdout: ``prepared.validation_holdout``.
        order: as `fuse` has it; the columns' own order by default.

    Raises:
        EvaluationError: there are no lists.
    """
    if not lists:
        raise EvaluationError("No contestant left validation lists, so there is nothing to blend; train one that does.")
    order = np.arange(holdout.relevant.n_items) if order is None else order
    quality = {name: _quality(*find_hits(one, users=users, holdout=holdout)) for name, one in lists.items()}
    best = np.max(list(quality.values()), axis=0)
    if not best.all():
        return Blend(weights=dict.fromkeys(lists, 1.0), rank_constant=RANK_CONSTANTS[-1])
    relative = {name: float(np.mean(value / best)) for name, value in quality.items()}
    tried = sorted(relative, key=lambda name: (-relative[name], name))[:MOST_TRIED]
    pool = _Pool([lists[name] for name in tried], order=order)
    hits = pool.hits(users=users, holdout=holdout)
    n_relevant = holdout.relevant.of_users(users).activity

    def judge(weights: Sequence[float], rank_constant: int) -> float:
        return float(np.mean(_quality(pool.ranked(hits, weights, rank_constant), n_relevant) / best))

    found = [(*_select(judge, [relative[name] for name in tried], constant), constant) for constant in RANK_CONSTANTS]
    _, weights, constant = max(found, key=lambda one: one[0])
    powered = [
        [(weight > 0) * relative[name] ** power for name, weight in zip(tried, weights, strict=True)]
        for power in POWERS
    ]
    weights = max(powered, key=lambda one: judge(one, constant))
    total = sum(weights)
    members = {name: float(weight / total) for name, weight in zip(tried, weights, strict=True) if weight > 0}
    # In the order given, in which the front adds up too: the same sums, to the last bit.
    return Blend(weights={name: members[name] for name in lists if name in members}, rank_constant=constant)


def _select(
    judge: Callable[[Sequence[float], int], float], quality: Sequence[float], rank_constant: int
) -> tuple[float, list[float]]:
    """Forward selection from the first, the best contestant: the blend's worth and the weights, 0 for no member."""
    weights = [quality[0], *[0.0] * (len(quality) - 1)]
    worth = judge(weights, rank_constant)
    while True:
        further = [
            [*weights[:place], quality[place], *weights[place + 1 :]]
            for place, weight in enumerate(weights)
            if weight == 0 and quality[place] > 0
        ]
        judged = [judge(one, rank_constant) for one in further]
        if not judged or max(judged) < worth * (1 + LEAST_GAIN):
            return worth, weights
        worth = max(judged)
        weights = further[judged.index(worth)]


def _quality(hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64]) -> Floats:
    """ndcg@10 and ndcg@100; what a list lacks of its hundred places is no hit."""
    hits = np.pad(hits, ((0, 0), (0, max(0, LONGEST - hits.shape[1]))))
    return np.array([ndcg(hits, n_relevant, k=k).mean() for k in (10, 100)])


class _Pool:
    """All items of some lists, a row per user: what can be fused again and again with other weights.

    Args:
        lists: one per member, each of shape (n_users, length).
        order: as `fuse` has it.
    """

    def __init__(self, lists: Sequence[Columns], *, order: npt.NDArray[np.integer[Any]]) -> None:
        n_users = len(lists[0])
        users, ranks, items, members = (
            np.concatenate(part)
            for part in zip(*(_entries(one, member) for member, one in enumerate(lists)), strict=True)
        )
        # Within a user by best rank, then id: what a stable sort by score needs for its ties.
        keys, first, self._at = np.unique(users * len(order) + items, return_index=True, return_inverse=True)
        best = np.full(len(keys), np.iinfo(np.int64).max)
        np.minimum.at(best, self._at, ranks)
        of, item = users[first], items[first]
        sorting = np.lexsort((order[item], best, of))
        lengths = np.bincount(of, minlength=n_users)
        starts = np.concatenate(([0], np.cumsum(lengths)))[:-1]
        self._rows = of[sorting]
        self._places = np.arange(len(keys)) - starts[self._rows]
        self._sorting = sorting
        self._ranks, self._members = ranks, members
        self.items = np.full((n_users, int(lengths.max(initial=0))), NO_ITEM, np.int32)
        self.items[self._rows, self._places] = item[sorting]

    def hits(self, *, users: npt.NDArray[np.int64], holdout: Holdout) -> npt.NDArray[np.bool_]:
        """Whether each of `items` is relevant to its user."""
        return find_hits(self.items, users=users, holdout=holdout)[0]

    def ranked(self, values: npt.NDArray[Any], weights: Sequence[float], rank_constant: int) -> npt.NDArray[Any]:
        """`values`, of the shape of `items`, in the order of the fused lists."""
        # Member by member, as they are added for one user: the same sums, the same ties.
        shares = np.asarray(weights, float)[self._members] / (rank_constant + self._ranks)
        scores = np.bincount(self._at, weights=shares, minlength=len(self._sorting))[self._sorting]
        dense = np.full(self.items.shape, -1.0)
        dense[self._rows, self._places] = scores
        return np.take_along_axis(values, np.argsort(-dense, axis=1, kind="stable"), axis=1)

    def fused(self, weights: Sequence[float], rank_constant: int, *, n: int) -> Columns:
        ranked: Columns = self.ranked(self.items, weights, rank_constant)[:, :n]
        missing = n - ranked.shape[1]
        return np.pad(ranked, ((0, 0), (0, missing)), constant_values=NO_ITEM) if missing > 0 else ranked


def _entries(lists: Columns, member: int) -> tuple[npt.NDArray[np.int64], ...]:
    """User, rank from 1, item and member of every place that is filled."""
    users, places = np.nonzero(lists != NO_ITEM)
    return users, places + 1, lists[users, places].astype(np.int64), np.full(len(users), member)
