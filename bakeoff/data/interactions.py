"""Interactions of users with items as compressed sparse rows: NumPy only, so that every container can read them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Columns = npt.NDArray[np.int32]
Values = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Interactions:
    """A users x items matrix in compressed sparse rows; inside a row ordered by time, oldest first.

    Args:
        indptr: int64, shape (n_users + 1,); row u lies at ``indptr[u]:indptr[u + 1]`` of the other arrays.
        indices: int32, shape (n_interactions,); the item's column.
        values: float32, shape (n_interactions,); the rating, in the data's own unit.
        timestamps: int64, shape (n_interactions,); seconds since the epoch.
        n_items: the number of columns, items without interactions included.
    """

    indptr: Ints
    indices: Columns
    values: Values
    timestamps: Ints
    n_items: int

    @property
    def n_users(self) -> int:
        return len(self.indptr) - 1

    @property
    def n_interactions(self) -> int:
        return len(self.indices)

    @cached_property
    def activity(self) -> Ints:
        """Interactions per user, shape (n_users,)."""
        return np.diff(self.indptr)

    @cached_property
    def item_counts(self) -> Ints:
        """Interactions per item, shape (n_items,)."""
        return np.bincount(self.indices, minlength=self.n_items).astype(np.int64)

    @cached_property
    def rows(self) -> Ints:
        """The user's row of every interaction, shape (n_interactions,)."""
        return np.repeat(np.arange(self.n_users, dtype=np.int64), self.activity)

    def span(self, user: int) -> slice:
        """Where the user's interactions lie in `indices`, `values` and `timestamps`."""
        return slice(int(self.indptr[user]), int(self.indptr[user + 1]))

    def items_of(self, user: int) -> Columns:
        """The columns of the user's items, oldest interaction first."""
        return self.indices[self.span(user)]

    @classmethod
    def from_columns(
        cls,
        *,
        users: npt.NDArray[np.integer[Any]],
        items: npt.NDArray[np.integer[Any]],
        values: npt.NDArray[np.floating[Any]],
        timestamps: npt.NDArray[np.integer[Any]],
        n_users: int,
        n_items: int,
    ) -> "Interactions":
        """From parallel arrays in any order; equal timestamps of a user keep the order in which they are given."""
        order = np.lexsort((timestamps, users))
        indptr = np.zeros(n_users + 1, np.int64)
        np.cumsum(np.bincount(users, minlength=n_users), out=indptr[1:])
        return cls(
            indptr,
            items[order].astype(np.int32, copy=False),
            values[order].astype(np.float32, copy=False),
            timestamps[order].astype(np.int64, copy=False),
            n_items,
        )

    def where(self, keep: npt.NDArray[np.bool_]) -> "Interactions":
        """The interactions for which `keep`, shape (n_interactions,), holds; users and items stay as they are."""
        kept_before = np.concatenate(([0], np.cumsum(keep)))
        return Interactions(
            kept_before[self.indptr].astype(np.int64),
            self.indices[keep],
            self.values[keep],
            self.timestamps[keep],
            self.n_items,
        )

    def liked(self, threshold: float) -> "Interactions":
        """Only the interactions that the one rule calls liked: value >= threshold."""
        return self.where(self.values >= threshold)

    def newest(self, n: int) -> "Interactions":
        """At most the `n` newest interactions of every user."""
        age = np.repeat(self.indptr[1:], self.activity) - np.arange(self.n_interactions)
        return self.where(age <= n)

    def merge(self, other: "Interactions") -> "Interactions":
        """Both matrices' interactions, ordered by time; at equal timestamps those of `self` come first."""
        return Interactions.from_columns(
            users=np.concatenate((self.rows, other.rows)),
            items=np.concatenate((self.indices, other.indices)),
            values=np.concatenate((self.values, other.values)),
            timestamps=np.concatenate((self.timestamps, other.timestamps)),
            n_users=self.n_users,
            n_items=self.n_items,
        )

    def of_users(self, users: npt.NDArray[np.integer[Any]]) -> "Interactions":
        """The rows of `users`, in that order, as a matrix of its own with len(users) rows."""
        lengths = self.activity[users]
        indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        position = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - self.indptr[users], lengths)
        return Interactions(
            indptr, self.indices[position], self.values[position], self.timestamps[position], self.n_items
        )

    def to_scipy(self) -> Any:
        """A scipy.sparse.csr_array of the values, shape (n_users, n_items); needs SciPy, which not every image has."""
        from scipy.sparse import csr_array

        return csr_array((self.values, self.indices, self.indptr), shape=(self.n_users, self.n_items))
