"""Item vectors, sparse or dense, and what is computed with them: profiles and cosines."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions

Floats = npt.NDArray[np.float32]
_SPARSE = ("data", "indices", "indptr", "shape")


@dataclass(frozen=True, eq=False)
class ItemVectors:
    """One vector an item; the rows have length 1, or 0 where nothing is known of an item.

    Args:
        matrix: scipy.sparse.csr_array or NumPy array, float32, shape (n_items, size).
    """

    matrix: Any

    @classmethod
    def of(cls, matrix: Any) -> Self:
        """With every row scaled to length 1; empty rows stay empty."""
        return cls(unit_rows(matrix))

    @cached_property
    def described(self) -> npt.NDArray[np.bool_]:
        """Which items have a vector that is not 0, shape (n_items,)."""
        if isinstance(self.matrix, np.ndarray):
            return np.asarray(self.matrix.any(axis=1))
        return np.asarray(np.diff(self.matrix.indptr) > 0)

    def profiles(self, histories: Interactions, weights: Floats) -> Any:
        """Per history the weighted sum of its items' vectors, scaled to length 1.

        Args:
            histories: one row a user.
            weights: per interaction, shape (n_interactions,).
        """
        from scipy.sparse import csr_array

        shape = (histories.n_users, histories.n_items)
        return unit_rows(csr_array((weights, histories.indices, histories.indptr), shape=shape) @ self.matrix)

    def cosines(self, vectors: Any) -> Floats:
        """The cosine of each row of `vectors`, which have length 1, to every item; shape (rows, n_items)."""
        if isinstance(self.matrix, np.ndarray):
            dense: Floats = vectors @ self.matrix.T
            return dense
        found: Floats = (vectors @ self._transposed).toarray()
        return found

    @cached_property
    def _transposed(self) -> Any:
        return self.matrix.T.tocsr()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        if isinstance(self.matrix, np.ndarray):
            return {"vectors": self.matrix}
        parts = {name: getattr(self.matrix, name) for name in _SPARSE[:-1]}
        return {f"vectors_{name}": part for name, part in (parts | {"shape": np.array(self.matrix.shape)}).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        from scipy.sparse import csr_array

        if "vectors" in arrays:
            return cls(np.asarray(arrays["vectors"]))
        data, indices, indptr, shape = (np.asarray(arrays[f"vectors_{name}"]) for name in _SPARSE)
        return cls(csr_array((data, indices, indptr), shape=tuple(shape.tolist())))


def unit_rows(matrix: Any) -> Any:
    """The matrix, sparse or dense, with rows of length 1; empty rows stay empty."""
    from scipy.sparse import csr_array

    if isinstance(matrix, np.ndarray):
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        return (matrix / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    matrix = csr_array(matrix)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.repeat(1 / np.where(lengths > 0, lengths, 1), np.diff(matrix.indptr)).astype(np.float32)
    return csr_array((matrix.data * scale, matrix.indices, matrix.indptr), shape=matrix.shape)


def standardise(scores: Floats, *, over: npt.NDArray[np.bool_]) -> Floats:
    """Each row less its mean, divided by its deviation, both taken over some of the columns."""
    part = scores[:, over]
    deviation = part.std(axis=1, keepdims=True)
    standardised: Floats = (scores - part.mean(axis=1, keepdims=True)) / np.where(deviation > 0, deviation, 1)
    return standardised
