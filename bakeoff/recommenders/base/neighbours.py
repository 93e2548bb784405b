"""Which items are alike: lists made once, a part of the items at a time, so that no items x items matrix ever is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.recommenders.base.contract import Columns, Floats, RankedList
from bakeoff.recommenders.base.directors import NOBODY, Directors
from bakeoff.recommenders.base.item_vectors import ItemVectors, standardise
from bakeoff.recommenders.base.lists import top_n

# Items at once: at 58,000 items one part's scores take 59 MB, some three times while they are computed.
CHUNK = 256
NO_ITEM = -1
# Candidates a place of a list, of which the cap leaves some out; where too few stay, all items are looked at.
_CANDIDATES = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class DirectorCap:
    """How many films of an item's own directors its list of alike items may hold.

    Args:
        directors: shape (n_items, most directors of an item), as `number_directors` gives them.
        own_cap: the most films that have a director in common with the item.
    """

    directors: Directors
    own_cap: int

    def first(self, columns: Columns, item: int, n: int) -> Columns:
        """The first `n` of the ranked columns that may stand in the item's list."""
        own = self.directors[item][self.directors[item] != NOBODY]
        shared = np.isin(self.directors[columns], own).any(axis=1)
        return columns[~shared | (np.cumsum(shared) <= self.own_cap)][:n]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The lists.

    Args:
        columns: int32, shape (n_items, longest list), most alike first; `NO_ITEM` where a list has ended.
        values: float32, same shape; the scores.
    """

    columns: Columns
    values: Floats

    @classmethod
    def nobody(cls, n_items: int) -> Self:
        """No item has any."""
        return cls(np.empty((n_items, 0), np.int32), np.empty((n_items, 0), np.float32))

    def of(self, items: Columns, n: int) -> list[RankedList]:
        """The lists of some items, at most `n` long; cold where an item has none."""
        lists = []
        for item in items.tolist():
            length = min(n, int((self.columns[item] != NO_ITEM).sum()))
            columns, values = self.columns[item, :length], self.values[item, :length]
            lists.append(RankedList(np.asarray(columns), np.asarray(values), length == 0))
        return lists

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"neighbours": self.columns, "neighbour_values": self.values}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        return cls(arrays["neighbours"], arrays["neighbour_values"])


def find_neighbours(
    vectors: ItemVectors,
    *,
    items: Columns,
    n: int,
    prior: Floats,
    director_cap: DirectorCap | None = None,
) -> Neighbours:
    """For each of `items` the `n` most alike: by cosine, standardised over what may be listed, plus a prior.

    An item without a vector has an empty list, and stands in no list.

    Args:
        vectors: of all items.
        items: whose lists are made, in their order.
        n: the longest list.
        prior: float32, shape (n_items,), in standard deviations of an item's cosines; -inf where an item may not be
            listed.
        director_cap: None where films of one director may stand together as often as they are alike.
    """
    allowed = np.isfinite(prior) & vectors.described
    n = min(n, len(prior))
    columns = np.full((len(items), n), NO_ITEM, np.int32)
    values = np.zeros((len(items), n), np.float32)
    for start in range(0, len(items) if allowed.any() else 0, CHUNK):
        part = items[start : start + CHUNK]
        scores = standardise(vectors.cosines(vectors.matrix[part]), over=allowed) + prior
        scores[:, ~allowed] = -np.inf
        scores[np.arange(len(part)), part] = -np.inf
        for place in np.flatnonzero(vectors.described[part]).tolist():
            found = _first(scores[place], int(part[place]), n, director_cap)
            columns[start + place, : len(found)] = found
            values[start + place, : len(found)] = scores[place, found]
    return Neighbours(columns, values)


def _first(scores: Floats, item: int, n: int, director_cap: DirectorCap | None) -> Columns:
    if director_cap is None:
        return top_n(scores, n)
    found = director_cap.first(top_n(scores, _CANDIDATES * n), item, n)
    return found if len(found) == n else director_cap.first(top_n(scores, len(scores)), item, n)
