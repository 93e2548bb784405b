"""Which items the softmax of a step is over: a Poisson sample, each item on its own, popular ones more often.

Why nothing needs to be weighted by how likely it was drawn: `softmax`. Rare items are learned in the last epochs, over
all of them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Catalogues with fewer items are trained over all of them: sampling saves little there.
WIDE = 20_000
COLUMNS = 4096
# Between 0, every item as often, and 1, as often as it is interacted with.
_POWER = 0.75
_ROUNDS = 30


def columns_for(n_items: int, asked: int) -> int:
    """Items per step; 0: all. `asked` below 0 leaves it to the size of the catalogue."""
    if asked < 0:
        return COLUMNS if n_items >= WIDE else 0
    return asked if asked < n_items else 0


@dataclass(frozen=True, eq=False)
class ColumnSampler:
    """Draws items.

    Args:
        inclusion: float32, shape (n_items,); each item's probability to be drawn.
    """

    inclusion: npt.NDArray[np.float32]

    @classmethod
    def of_counts(cls, counts: npt.NDArray[np.int64], *, n: int) -> "ColumnSampler":
        """`n` items on average, none with a probability above 1: what the popular ones cannot use the others get."""
        weights = np.maximum(counts, 1).astype(np.float64) ** _POWER
        inclusion = np.minimum(1.0, weights * n / weights.sum())
        for _ in range(_ROUNDS):
            free = inclusion < 1
            if not free.any() or np.isclose(inclusion.sum(), n):
                break
            inclusion[free] = np.minimum(1.0, inclusion[free] * (n - (~free).sum()) / inclusion[free].sum())
        return cls(inclusion.astype(np.float32))

    def draw(self, generator: np.random.Generator) -> npt.NDArray[np.int64]:
        """Columns, ascending."""
        return np.flatnonzero(generator.random(len(self.inclusion), dtype=np.float32) < self.inclusion)
