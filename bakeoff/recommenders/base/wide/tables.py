"""The items' weights as rows of a table, of which a step reads and changes a part.

Row-wise Adagrad: a row's step is its gradient over the root of all its mean squared gradients so far, one number a row.
Source: Duchi et al., "Adaptive subgradient methods", JMLR 2011, with one scale a row as for the embedding tables of
Naumov et al., "Deep learning recommendation model", 2019.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import embedding_bag

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of weights.

    Args:
        weights: shape (rows, size).
        squares: shape (rows,); per row the sum of its mean squared gradients.
    """

    weights: torch.Tensor
    squares: torch.Tensor

    @classmethod
    def of(cls, weights: torch.Tensor) -> "Table":
        # Not 0, so that a first gradient of 0 divides by something.
        return cls(weights, weights.new_full((len(weights),), 1e-12))

    def descend(self, gradient: torch.Tensor, *, rows: torch.Tensor | None, rate: float) -> None:
        """One step, in place.

        Args:
            gradient: shape (len(rows), size).
            rows: ascending, each once; None: all.
            rate: the learning rate.
        """
        means = gradient.square().mean(dim=1)
        if rows is None:
            self.squares.add_(means)
            self.weights.addcmul_(gradient, self.squares.rsqrt()[:, None], value=-rate)
            return
        squares = self.squares[rows].add_(means)
        self.squares[rows] = squares
        self.weights.index_add_(0, rows, gradient * (-rate * squares.rsqrt())[:, None])


@dataclass(frozen=True, eq=False)
class Entries:
    """A sparse users x rows matrix, multiplied with tables from either side.

    Args:
        users: ascending.
        rows: of the table.
        weights: float32; all three of shape (n_entries,).
        n_users: of the matrix.
        device: that the products are computed on.
    """

    users: Ints
    rows: Ints
    weights: npt.NDArray[np.float32]
    n_users: int
    device: torch.device

    def of_users(self, span: slice) -> "Entries":
        """The neighbouring users of `span`."""
        first, last = np.searchsorted(self.users, (span.start, span.stop))
        kept = slice(int(first), int(last))
        return Entries(
            self.users[kept] - span.start, self.rows[kept], self.weights[kept], span.stop - span.start, self.device
        )

    def times(self, weights: torch.Tensor) -> torch.Tensor:
        """Per user the weighted sum of the rows that it names, shape (n_users, size)."""
        offsets = np.searchsorted(self.users, np.arange(self.n_users))
        return self._sums(self.rows, weights, offsets, self.weights)

    def transposed_times(self, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The rows that are named, ascending, and per row the weighted sum of its users' `hidden`."""
        order = np.argsort(self.rows, kind="stable")
        ordered = self.rows[order]
        offsets = np.flatnonzero(np.diff(ordered, prepend=-1))
        sums = self._sums(self.users[order], hidden, offsets, self.weights[order])
        return torch.from_numpy(ordered[offsets]).to(self.device), sums

    def _sums(self, indices: Ints, weights: torch.Tensor, offsets: Ints, by: npt.NDArray[np.float32]) -> torch.Tensor:
        if not len(indices):
            return weights.new_zeros((len(offsets), weights.shape[1]))
        sums: torch.Tensor = embedding_bag(
            torch.from_numpy(indices).to(self.device),
            weights,
            torch.from_numpy(offsets).to(self.device),
            mode="sum",
            per_sample_weights=torch.from_numpy(by).to(self.device),
        )
        return sums
