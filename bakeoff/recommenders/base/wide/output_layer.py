"""The last layer of a wide catalogue, answered in two looks: over all items by a few directions, then exactly.

Reading the weights of every item is what an answer costs. Turned so that most of what tells items apart lies in the
first directions, a part of each row is enough to see which few items can be among the best; those are scored exactly.
Source: Shim et al., "SVD-softmax: fast softmax approximation on large vocabulary neural networks", NIPS 2017. NumPy
alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.recommenders.base.lists import nth_highest

Floats = npt.NDArray[np.float32]

# Share of the squared weights that the first look sees.
_SEEN = 0.9
# A multiple of what processors take at once.
_STEP = 16
# Items scored exactly: a list of 20 to 100 and a history of 200 that is dropped from it, with room for the first look's
# mistakes. Beyond them the first look's scores stand.
EXACT = 1024


@dataclass(frozen=True, eq=False)
class OutputLayer:
    """The turned weights.

    Args:
        rotation: orthogonal, shape (size, size); turns a hidden layer the way that the weights were turned.
        first: shape (n_items, directions); what the first look reads.
        rest: shape (n_items, size - directions), its mean over the items taken off.
        biases: shape (n_items,).
    """

    rotation: Floats
    first: Floats
    rest: Floats
    biases: Floats

    @classmethod
    def of(cls, weights: Floats, biases: Floats) -> Self:
        """From weights of shape (n_items, size): a user's scores stay the same but for a constant and for rounding."""
        # What all items share moves no item before another: the directions are those of the differences.
        centred = weights - weights.mean(axis=0)
        lengths, directions = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
        lengths = np.maximum(lengths[::-1], 0)
        seen = np.cumsum(lengths) / max(float(lengths.sum()), np.finfo(np.float64).tiny)
        n = int(np.searchsorted(seen, _SEEN)) + 1
        n = min(-(-n // _STEP) * _STEP, weights.shape[1])
        rotation = np.ascontiguousarray(directions[:, ::-1], np.float32)
        turned: Floats = weights @ rotation
        rest = turned[:, n:]
        return cls(rotation, np.ascontiguousarray(turned[:, :n]), rest - rest.mean(axis=0), np.array(biases))

    def scores(self, hidden: Floats, *, offsets: Floats) -> Floats:
        """Per user every item's score: exact for the `EXACT` best of the first look and their equals, that look's for
        the others.

        Args:
            hidden: shape (n_users, size).
            offsets: shape (n_items,); added to the scores.

        Returns:
            Shape (n_users, n_items).
        """
        turned = hidden @ self.rotation
        n, n_items = self.first.shape[1], len(self.biases)
        scores: Floats = np.matmul(turned[:, :n], self.first.T, dtype=np.float32)
        scores += self.biases + offsets
        for user, row in enumerate(scores):
            best = np.flatnonzero(row >= nth_highest(row, min(EXACT, n_items)))
            row[best] += self.rest[best] @ turned[user, n:]
        return scores

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """By name, for a model's archive."""
        return {f"output_{name}": array for name, array in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """What `arrays` gave."""
        return cls(*(arrays[f"output_{name}"] for name in ("rotation", "first", "rest", "biases")))
