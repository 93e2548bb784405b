"""Slices of users and items: where a contestant is good, and where it only seems to be.

A slice of users takes a metric's mean over those users. A slice of items takes recall with only the slice's items as
relevant ones, over the users who have one: what a contestant finds of the tail does not hide behind the head.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.metrics import recall
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.target import Target

K = 10
COLD_BELOW = 10  # known interactions; about one page of films rated
NEW_SHARE = 0.1
USER_METRIC = f"ndcg@{K}"
ITEM_METRIC = f"recall@{K}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """A part of the users or of the items.

    Args:
        of: ``users`` or ``items``.
        name: such as ``light`` or ``tail``.
        rule: who belongs to it, as a sentence.
        members: bool; shape (n_users,) of the tested users, or (n_items,).
    """

    of: str
    name: str
    rule: str
    members: npt.NDArray[np.bool_]

    @property
    def metric(self) -> str:
        return USER_METRIC if self.of == "users" else ITEM_METRIC


def slices_of(target: Target) -> list[Slice]:
    """Users by activity, items by popularity, and new items."""
    return [*_users(target), *_items(target)]


def _users(target: Target) -> list[Slice]:
    known = target.known.activity
    cold = known < COLD_BELOW
    others = known[~cold]
    middle = int(np.median(others)) if len(others) else COLD_BELOW
    rules = {
        "cold": (f"Fewer than {COLD_BELOW} known interactions.", cold),
        "light": (f"{COLD_BELOW} to {middle} known interactions.", ~cold & (known <= middle)),
        "heavy": (f"More than {middle} known interactions.", ~cold & (known > middle)),
    }
    return [Slice(of="users", name=name, rule=rule, members=members) for name, (rule, members) in rules.items()]


def _items(target: Target) -> list[Slice]:
    candidates, head = target.holdout.candidates, target.head
    tail = candidates & ~head & (_popularity_rank(target) >= target.n_candidates / 2)
    since, first = _newness(target)
    rules = {
        "head": ("The most popular tenth of the candidates.", head),
        "middle": ("Candidates between head and tail.", candidates & ~head & ~tail),
        "tail": ("The less popular half of the candidates.", tail),
        "new": (
            f"Candidates whose first interaction is among the newest {NEW_SHARE:.0%} of those learnt from.",
            candidates & (first >= since),
        ),
    }
    return [Slice(of="items", name=name, rule=rule, members=members) for name, (rule, members) in rules.items()]


def _popularity_rank(target: Target) -> npt.NDArray[np.int64]:
    """Per item its place among the candidates, the most interacted one first; the number of items for the others."""
    n_items = len(target.item_counts)
    order = np.lexsort((np.arange(n_items), -target.item_counts, ~target.holdout.candidates))
    rank = np.empty(n_items, np.int64)
    rank[order] = np.arange(n_items)
    rank[~target.holdout.candidates] = n_items
    return rank


def _newness(target: Target) -> tuple[float, npt.NDArray[np.int64]]:
    """From when on an interaction is among the newest, and each item's first one."""
    times = np.asarray(target.fitted.timestamps)
    first = np.full(target.fitted.n_items, np.iinfo(np.int64).max)
    np.minimum.at(first, target.fitted.indices, times)
    since = float(np.quantile(times, 1 - NEW_SHARE)) if len(times) else np.inf
    # An item without an interaction is no candidate, so its "first" is never looked at.
    return since, first


@dataclass(frozen=True, eq=False)
class ItemSlices:
    """Recall within each slice of items, for lists of any contestant."""

    target: Target
    slices: list[Slice]

    def recalls(
        self, ranked: npt.NDArray[np.int32], hits: npt.NDArray[np.bool_]
    ) -> Mapping[str, npt.NDArray[np.float64]]:
        """By slice, recall per user, shape (n_users,); NaN for users without a relevant item of the slice."""
        top, top_hits = ranked[:, :K], hits[:, :K]
        found = {}
        for one in self.slices:
            n_relevant = self._n_relevant(one)
            inside = top_hits & one.members[top] & (top != NO_ITEM)
            values = recall(inside, np.maximum(n_relevant, 1), k=K)
            found[one.name] = np.where(n_relevant > 0, values, np.nan)
        return found

    def _n_relevant(self, one: Slice) -> npt.NDArray[np.int64]:
        relevant = self.target.relevant
        return np.bincount(relevant.rows[one.members[relevant.indices]], minlength=relevant.n_users).astype(np.int64)
