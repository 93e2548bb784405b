"""Which items each user has, as compressed sparse rows: all that training on rows of ones needs of the interactions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.known import KnownItems
from bakeoff.recommenders.base.signal import Signal

# Users looked at once: what lies memory-mapped is read and reduced piece by piece, 8 MB at 100 items a user.
_USERS_AT_ONCE = 5_000


@dataclass(frozen=True, eq=False)
class Rows:
    """A users x items matrix of ones.

    Args:
        indptr: int64, shape (n_users + 1,).
        indices: int32, shape (n_entries,); the items.
        n_items: columns.
    """

    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    n_items: int

    @classmethod
    def learned(
        cls, interactions: Interactions, *, signal: Signal, min_interactions: int = 1
    ) -> tuple["Rows", KnownItems]:
        """The interactions that count with the items that have enough of them, and those items.

        The same as `Signal.of` and `KnownItems.narrow` give, without their copies of all values and times.

        Raises:
            ModelError: no item has enough.
        """
        lengths, pieces = [], []
        for start in range(0, interactions.n_users, _USERS_AT_ONCE):
            stop = min(start + _USERS_AT_ONCE, interactions.n_users)
            counting = signal.of(_users(interactions, start, stop))
            lengths.append(counting.activity)
            pieces.append(np.array(counting.indices))
        rows = cls(_cumulated(lengths), np.concatenate(pieces) if pieces else _NO_ITEMS, interactions.n_items)
        known = KnownItems.of_counts(rows.item_counts, at_least=min_interactions)
        return rows._only(known), known

    @property
    def n_users(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def activity(self) -> npt.NDArray[np.int64]:
        """Items per user, shape (n_users,)."""
        return np.diff(self.indptr)

    @cached_property
    def item_counts(self) -> npt.NDArray[np.int64]:
        """Users per item, shape (n_items,)."""
        return np.bincount(self.indices, minlength=self.n_items).astype(np.int64)

    def of_users(self, users: npt.NDArray[np.int64]) -> "Rows":
        """The rows of `users`, in that order."""
        lengths = self.activity[users]
        indptr = np.concatenate(([0], np.cumsum(lengths)))
        position = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - self.indptr[users], lengths)
        return Rows(indptr, self.indices[position], self.n_items)

    def _only(self, known: KnownItems) -> "Rows":
        if len(known.columns) == self.n_items:
            return self
        positions = known.positions[self.indices]
        kept_before = np.concatenate(([0], np.cumsum(positions >= 0)))
        return Rows(kept_before[self.indptr], positions[positions >= 0], len(known.columns))


_NO_ITEMS = np.empty(0, np.int32)


def _users(interactions: Interactions, start: int, stop: int) -> Interactions:
    """Neighbouring users, without a copy."""
    indptr = interactions.indptr[start : stop + 1]
    span = slice(int(indptr[0]), int(indptr[-1]))
    return Interactions(
        indptr - indptr[0],
        interactions.indices[span],
        interactions.values[span],
        interactions.timestamps[span],
        interactions.n_items,
    )


def _cumulated(lengths: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.concatenate(lengths)))) if lengths else np.zeros(1, np.int64)
