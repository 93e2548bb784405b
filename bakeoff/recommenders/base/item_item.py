"""A linear item-item model in closed form (EASE): which items speak for which, learned without epochs.

Minimises |X - XB|^2 + reg |B|^2 with a zero diagonal over the users x items matrix X of ones:
P = (X'X + reg I)^-1, B = I - P / diag(P). Source: Steck, "Embarrassingly shallow autoencoders for sparse data",
WWW 2019.

NumPy alone: it is solved in images that have no SciPy, too.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.known import KnownItems, add_rows

LOG = logging.getLogger(__name__)
# Rows of the item matrix that one history is added to at once: bounds what a very long history takes.
BLOCK = 512
# An entry while a regularisation is chosen: the counts, the matrix that is inverted, and two matrices of weights.
BYTES = 24
# Up to this size a matrix is inverted as a whole.
WHOLE = 256


def items_that_fit(interactions: Interactions, *, at_least: int, at_most: int, setting: str) -> KnownItems:
    """The items whose item x item matrix fits the memory: those with the most interactions; says so where some do not.

    Args:
        interactions: of the whole catalogue.
        at_least: interactions that an item must have.
        at_most: items.
        setting: whose value `at_most` is, to say what to raise.

    Raises:
        ModelError: no item has `at_least` interactions.
    """
    known = KnownItems.most_interacted(interactions, at_least=at_least, at_most=at_most)
    n_enough = int((interactions.item_counts >= at_least).sum())
    if len(known.columns) < n_enough:
        LOG.warning(
            "The item-item model learns the %d most-interacted of %d items, because its matrix grows with their "
            "square (up to %.1f GB while it is chosen); raise %s where there is more memory.",
            len(known.columns),
            n_enough,
            BYTES * len(known.columns) ** 2 / 1e9,
            setting,
        )
    return known


def solve(counts: npt.NDArray[np.float64], *, reg: float, overwrite: bool = False) -> npt.NDArray[np.float32]:
    """The weights B, shape (n_items, n_items); row = item of the history, column = item scored.

    Args:
        counts: `co_occurrences` of the items to learn.
        reg: L2 regularisation; above 0.
        overwrite: whether `counts` may be spoilt, which saves a copy.

    Raises:
        ModelError: the matrix cannot be inverted.
    """
    matrix = counts if overwrite else counts.copy()
    matrix[np.diag_indices_from(matrix)] += reg
    try:
        _invert(matrix)
    except np.linalg.LinAlgError as error:
        raise ModelError(f"The item matrix with reg {reg} cannot be inverted; raise reg.") from error
    weights = np.empty(matrix.shape, np.float32)
    np.divide(matrix, -np.diag(matrix), out=weights, casting="same_kind")
    np.fill_diagonal(weights, 0)
    return weights


def co_occurrences(rows: Interactions, *, fading: float = 0.0) -> npt.NDArray[np.float64]:
    """How often two items occur in one history, X'X where nothing fades; shape (n_items, n_items).

    Args:
        rows: over the items to learn, oldest interaction first; their values do not count.
        fading: two items of a history occur together (1 + their distance in it)^-fading times; 0: once, as in the
            paper. The matrix stays positive definite: a convex falling function of the distance is a kernel (Polya).
    """
    counts = np.zeros((rows.n_items, rows.n_items))
    for user in np.flatnonzero(rows.activity).tolist():
        items = rows.items_of(user)
        places = np.arange(len(items))
        for start in range(0, len(items), BLOCK):
            block = slice(start, start + BLOCK)
            distances = np.abs(places[block, None] - places)
            counts[np.ix_(items[block], items)] += (1.0 + distances) ** -fading if fading else 1.0
    return counts


def _invert(matrix: npt.NDArray[np.float64]) -> None:
    """Invert a symmetric positive definite matrix in place, by halves: with [A B; B' C] and S = C - B'A^-1 B

        [A^-1 + A^-1 B S^-1 B'A^-1,  -A^-1 B S^-1;  its transpose,  S^-1]

    All of it is products of matrices, and what it needs beside the matrix is half of its size at most.

    Raises:
        numpy.linalg.LinAlgError: it is not positive definite.
    """
    size = len(matrix)
    if size <= WHOLE:
        np.linalg.cholesky(matrix)  # raises where the inverse would be nonsense
        matrix[:] = np.linalg.inv(matrix)
        return
    half = size // 2
    first, across, last = matrix[:half, :half], matrix[:half, half:], matrix[half:, half:]
    _invert(first)
    carried = first @ across
    last -= across.T @ carried
    _invert(last)
    np.matmul(carried, -last, out=across)
    first -= across @ carried.T
    matrix[half:, :half] = across.T


@dataclass(frozen=True, eq=False)
class LinearBranch:
    """The item-item model as a part of another: it scores a part of the items that the other knows.

    Args:
        learned: which of the other's items it learned; int32 positions, ascending, and how many the other knows.
        weights: B over the items learned.
    """

    learned: KnownItems
    weights: npt.NDArray[np.float32]

    def outputs(self, rows: Interactions, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scores, shape (n_users, n_items of the rows); 0, which is no evidence, for an item that it did not learn.

        Args:
            rows: over the items that the other knows.
            weights: what the rows hold, shape (n_interactions,).
        """
        known = self.learned.positions[rows.indices] >= 0
        scores = np.zeros((rows.n_users, rows.n_items), np.float32)
        scores[:, self.learned.columns] = add_rows(self.learned.narrow(rows), self.weights, weights=weights[known])
        return scores

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Its arrays, named so that they can stand beside the other's."""
        return {
            "linear_columns": self.learned.columns,
            "linear_n_items": np.array(self.learned.n_items),
            "linear_matrix": self.weights,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        learned = KnownItems(arrays["linear_columns"], int(arrays["linear_n_items"]))
        return cls(learned, arrays["linear_matrix"])
