"""Ranked lists as arrays, and the arrays' form of ``keep_recommendable``: the same rule for a million lists at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions

NO_ITEM = -1
_MASK_BYTES = 2 * 2**20  # what a core's cache holds


@dataclass(frozen=True, eq=False)
class Lists:
    """One ranked list per user, of any lengths.

    Args:
        indptr: int64, shape (n_users + 1,); the list of user u lies at ``indptr[u]:indptr[u + 1]`` of `items`.
        items: int32; columns, best first; `NO_ITEM` for an id outside the catalogue.
    """

    indptr: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Items per list, shape (n_users,)."""
        return np.diff(self.indptr)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The user of every entry of `items`."""
        return np.repeat(np.arange(len(self.indptr) - 1), self.lengths)

    @classmethod
    def from_rows(cls, rows: Sequence[npt.NDArray[np.int32]]) -> "Lists":
        """From one array per user."""
        indptr = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
        return cls(indptr, np.concatenate(rows) if rows else np.empty(0, np.int32))

    @classmethod
    def from_matrix(cls, ranked: npt.NDArray[np.integer[Any]]) -> "Lists":
        """From shape (n_users, length), lists shorter than that filled up with `NO_ITEM`."""
        there = ranked != NO_ITEM
        indptr = np.concatenate(([0], np.cumsum(there.sum(axis=1)))).astype(np.int64)
        return cls(indptr, ranked[there].astype(np.int32))


def recommendable(
    lists: Lists, *, seen: Interactions, candidates: npt.NDArray[np.bool_], n: int
) -> npt.NDArray[np.int32]:
    """The first `n` items of every list that its user has not seen and that are candidates.

    Equal to ``bakeoff.contracts.interactions.keep_recommendable`` on every list.

    Args:
        lists: one per user.
        seen: one row per list, in the same order.
        candidates: shape (n_items,); whether an item may be recommended.
        n: the longest list to give.

    Returns:
        Columns, shape (n_users, n); shorter lists are filled up with `NO_ITEM`.
    """
    rows, items = lists.rows, lists.items
    keep = (items != NO_ITEM) & candidates[items] & ~contains(seen, rows=rows, columns=items)
    kept_before = np.concatenate(([0], np.cumsum(keep)))
    rank = kept_before[:-1] - kept_before[lists.indptr[:-1]][rows]
    keep &= rank < n
    ranked = np.full((len(lists.indptr) - 1, n), NO_ITEM, np.int32)
    ranked[rows[keep], rank[keep]] = items[keep]
    return ranked


def contains(
    interactions: Interactions, *, rows: npt.NDArray[np.integer[Any]], columns: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.bool_]:
    """For parallel `rows` and `columns`, whether the user has interacted with the item; False for `NO_ITEM`.

    Looked up in a dense mask of a few users at a time, which takes a tenth of a search's time.

    Args:
        interactions: the users'.
        rows: ascending.
        columns: of the same length.
    """
    found = np.zeros(len(rows), np.bool_)
    n_users = min(interactions.n_users, max(1, _MASK_BYTES // max(1, interactions.n_items)))
    # The entry beyond the items is `NO_ITEM`'s, -1, and stays False.
    mask = np.zeros((n_users, interactions.n_items + 1), np.bool_)
    for first in range(0, interactions.n_users, max(1, n_users)):
        last = min(first + n_users, interactions.n_users)
        there = slice(int(interactions.indptr[first]), int(interactions.indptr[last]))
        asked = slice(*np.searchsorted(rows, [first, last]).tolist())
        marked = np.repeat(np.arange(last - first), interactions.activity[first:last]), interactions.indices[there]
        mask[marked] = True
        found[asked] = mask[rows[asked] - first, columns[asked]]
        mask[marked] = False
    return found
