"""Item nearest neighbours: an item scores by how alike it is to the items of the history; the classic to be beaten.

Two items are alike by the shrunk cosine of their columns in the users x items matrix of ones:

    sim(i, j) = sum over users of w_u^2 x_ui x_uj / (|x_i| |x_j| + shrinkage),  w_u = activity_u^-user_exponent

Shrinkage keeps two items that few users have in common from looking alike by chance; the weights let a like of somebody
who likes everything tell less. An item keeps its nearest neighbours only, and its score is the sum of its
similarities to those of them that the history holds.

Source: Deshpande and Karypis, "Item-based top-N recommendation algorithms", TOIS 2004; shrinkage as in Ferrari Dacrema
et al., "Are we really making much progress?", RecSys 2019; weights of users after Breese et al., "Empirical analysis of
predictive algorithms for collaborative filtering", UAI 1998.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Choice, Signal, Task, Validation, setting
from bakeoff.recommenders.base.best import BestOfTries
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems

Floats = npt.NDArray[np.float32]
# Similarities held at once while neighbours are looked for, in bytes: there is never an items x items matrix.
_BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        shrinkages: to try on validation, in interactions of an average user.
        user_exponents: to try on validation; 0: a like counts alike whoever gave it.
        neighbours: how many nearest items an item keeps, to try on validation with the best of the others.
        min_interactions: items with fewer interactions are not learned.
    """

    shrinkages: tuple[float, ...] = setting((1.0, 10.0, 30.0), above=0, not_empty=True)
    user_exponents: tuple[float, ...] = setting((0.0, 0.25, 0.5), at_least=0, at_most=1, not_empty=True)
    neighbours: tuple[int, ...] = setting((100, 20, 50, 200, 400), at_least=1, not_empty=True)
    min_interactions: int = setting(1, at_least=1)


@dataclass(frozen=True, eq=False)
class Model(ModelOfKnownItems):
    """A fitted model: the similarities as sparse rows, row = item of the history, column = item scored.

    Args:
        indptr: int64, shape (known items + 1,).
        indices: int32; the items that have the row's item among their neighbours.
        similarities: float32, parallel to `indices`.
        popularity: float32, shape (known items,); interactions per item.
    """

    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    similarities: Floats
    popularity: Floats

    @cached_property
    def _matrix(self) -> Any:
        from scipy.sparse import csr_array

        size = len(self.known.columns)
        return csr_array((self.similarities, self.indices, self.indptr), shape=(size, size))

    def scores(self, histories: Interactions) -> Floats:
        """Sums of similarities; below 0, by popularity, where no item of the history is a neighbour."""
        sums: Floats = (_ones(self.rows(histories)) @ self._matrix).toarray()
        return self.known.widen(np.where(sums > 0, sums, self.popularity / self.popularity.max() - np.float32(1)))

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        rows = self.rows(histories)
        has_neighbours = np.diff(self.indptr) > 0
        return rows.where(has_neighbours[rows.indices]).activity > 0

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            **self.known.arrays(),
            "indptr": self.indptr,
            "indices": self.indices,
            "similarities": self.similarities,
            "popularity": self.popularity,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> Self:
        names = ("indptr", "indices", "similarities", "popularity")
        return cls(KnownItems.from_arrays(arrays), signal, *(arrays[name] for name in names))


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose by ndcg@100: shrinkage and the users' weights with the first number of neighbours, then that number."""
    settings: Settings = task.settings
    first, *others = settings.neighbours
    best = BestOfTries(lambda chosen: fit(train, chosen=chosen, task=task), validation=validation, report=task.report)
    for exponent in settings.user_exponents:
        for shrinkage in settings.shrinkages:
            best.attempt({"shrinkage": shrinkage, "user_exponent": exponent, "neighbours": first})
    of_first = best.choice.chosen
    for neighbours in others:
        best.attempt({**of_first, "neighbours": neighbours})
    return best.choice


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Every item's nearest neighbours, a block of items at a time; nothing in it is random.

    Raises:
        ModelError: no two items have a user in common.
    """
    from scipy.sparse import csr_array

    learned = task.signal.of(interactions)
    known = KnownItems.most_interacted(learned, at_least=task.settings.min_interactions)
    rows = known.narrow(learned)
    size = len(known.columns)
    matrix = _weighted(rows, chosen["user_exponent"])
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=0), np.float64)).astype(np.float32)
    by_item = csr_array(matrix.T)
    parts: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]] = []
    step = max(1, _BLOCK_BYTES // (4 * size))
    for start in range(0, size, step):
        items = np.arange(start, min(start + step, size))
        alike: Floats = (by_item[items] @ matrix).toarray()
        alike /= np.outer(lengths[items], lengths) + np.float32(chosen["shrinkage"])
        alike[np.arange(len(items)), items] = 0  # no item is its own neighbour
        parts.append(_nearest(alike, items, chosen["neighbours"]))
    scored, neighbours, similarities = (np.concatenate(part) for part in zip(*parts, strict=True))
    if not len(scored):
        raise ModelError("No two items have a user in common, so no item has a neighbour; give more data.")
    by_neighbour = csr_array((similarities, (neighbours, scored)), shape=(size, size))
    return Model(
        known,
        task.signal,
        by_neighbour.indptr.astype(np.int64),
        by_neighbour.indices.astype(np.int32),
        by_neighbour.data,
        rows.item_counts.astype(np.float32),
    )


def _ones(rows: Interactions) -> Any:
    matrix = rows.to_scipy()
    matrix.data = np.ones(len(matrix.data), np.float32)
    return matrix


def _weighted(rows: Interactions, exponent: float) -> Any:
    """The matrix of ones with each user's weight, whose square is 1 in the mean over all interactions."""
    weights = np.maximum(rows.activity, 1) ** -float(exponent)
    matrix = rows.to_scipy()
    matrix.data = weights[rows.rows].astype(np.float32)
    matrix.data /= np.sqrt(np.mean(np.square(matrix.data, dtype=np.float64))).astype(np.float32)
    return matrix


def _nearest(
    alike: Floats, items: npt.NDArray[np.int64], n: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]:
    """Of every row the `n` highest similarities above 0, as parallel arrays: item, neighbour, similarity."""
    n = min(n, alike.shape[1])
    nearest = np.argpartition(-alike, n - 1, axis=1)[:, :n]
    similarities = np.take_along_axis(alike, nearest, axis=1)
    there = similarities > 0
    scored = np.repeat(items, there.sum(axis=1))
    return scored.astype(np.int32), nearest[there].astype(np.int32), similarities[there]
