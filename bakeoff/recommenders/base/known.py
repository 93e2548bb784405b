"""The items that a model knows: a part of the catalogue's columns, numbered anew; and what such models share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.contract import Arrays, Model
from bakeoff.recommenders.base.signal import Signal

# Of one history: at 10,000 items the copied rows of an item-item matrix take 41 MB.
ROWS_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class KnownItems:
    """The known part of the catalogue.

    Args:
        columns: int32, ascending; the catalogue's columns of the known items. Position = known item.
        n_items: items of the whole catalogue.
    """

    columns: npt.NDArray[np.int32]
    n_items: int

    @classmethod
    def most_interacted(cls, interactions: Interactions, *, at_least: int = 1, at_most: int | None = None) -> Self:
        """The items with at least so many interactions, and of those the `at_most` with the most.

        Raises:
            ModelError: no item has enough.
        """
        return cls.of_counts(interactions.item_counts, at_least=at_least, at_most=at_most)

    @classmethod
    def of_counts(cls, counts: npt.NDArray[np.int64], *, at_least: int = 1, at_most: int | None = None) -> Self:
        """Likewise from the interactions per item, shape (n_items,)."""
        columns = np.flatnonzero(counts >= at_least)
        if not len(columns):
            raise ModelError(f"No item has {at_least} interactions to learn from; give more data or a lower minimum.")
        if at_most is not None and len(columns) > at_most:
            # Stable: of items with equal counts the earlier columns stay.
            columns = np.sort(columns[np.argsort(-counts[columns], kind="stable")[:at_most]])
        return cls(columns.astype(np.int32), len(counts))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """By name, for a model's archive."""
        return {"columns": self.columns, "n_items": np.array(self.n_items)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """What `arrays` gave."""
        return cls(arrays["columns"], int(arrays["n_items"]))

    @cached_property
    def positions(self) -> npt.NDArray[np.int32]:
        """Per column of the catalogue the known item's position, -1 where it is unknown; shape (n_items,)."""
        positions = np.full(self.n_items, -1, np.int32)
        positions[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return positions

    def narrow(self, interactions: Interactions) -> Interactions:
        """Only the interactions with known items, whose positions become the columns."""
        positions = self.positions[interactions.indices]
        kept = interactions.where(positions >= 0)
        return Interactions(kept.indptr, positions[positions >= 0], kept.values, kept.timestamps, len(self.columns))

    def widen(self, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scores of known items, shape (n, len(columns)), as scores of the catalogue, shape (n, n_items)."""
        if len(self.columns) == self.n_items:
            return scores
        wide = np.full((len(scores), self.n_items), -np.inf, np.float32)
        wide[:, self.columns] = scores
        return wide


@dataclass(frozen=True, eq=False)
class ModelOfKnownItems(Model):
    """A model that learned some of the items and looks at some interactions of a history.

    Args:
        known: the items that it learned.
        signal: which interactions of a history count.
    """

    known: KnownItems
    signal: Signal

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        return self.rows(histories).activity > 0

    def rows(self, histories: Interactions) -> Interactions:
        """What it looks at of the histories; columns are known items."""
        return self.known.narrow(self.signal.of(histories))


def add_rows(
    interactions: Interactions, matrix: npt.NDArray[np.float32], *, weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Per user the weighted sum of the rows of `matrix` that the user's items name: a sparse-dense product.

    One user at a time and `ROWS_AT_ONCE` of a history, so that no more of the matrix is copied however long it is;
    needs no SciPy, which the PyTorch image may lack.

    Args:
        interactions: columns are rows of `matrix`.
        matrix: shape (interactions.n_items, size).
        weights: shape (n_interactions,).

    Returns:
        float32, shape (n_users, size).
    """
    sums = np.zeros((interactions.n_users, matrix.shape[1]), np.float32)
    for user in range(interactions.n_users):
        span = interactions.span(user)
        for start in range(span.start, span.stop, ROWS_AT_ONCE):
            part = slice(start, min(start + ROWS_AT_ONCE, span.stop))
            sums[user] += weights[part] @ matrix[interactions.indices[part]]
    return sums
