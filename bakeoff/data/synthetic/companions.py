"""Which items follow which: what a model of sequences can learn beyond who likes what."""

from dataclasses import dataclass

import numpy as np

from bakeoff.data.synthetic.streams import Floats, Ints
from bakeoff.data.synthetic.world import World

COMPANIONS = 2
# Companions are looked for among so many items of the theme that are a little more and a little less popular: to
# follow them does not make rare items popular.
NEIGHBOURS = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Companions:
    """Each item's companions; the relation has a direction.

    Args:
        items: the most similar one first, shape (n_items, COMPANIONS); the item itself where it has none.
        release: of each item, in seconds since the epoch, shape (n_items,).
    """

    items: Ints
    release: Ints


def find_companions(world: World) -> Companions:
    """The companions of every item: of its neighbours in popularity in its theme, those with the closest factors."""
    films = world.catalogue
    order = np.lexsort((-world.popularity[films], world.theme[films]))
    theme, vectors = world.theme[films][order], world.vectors[films][order]
    shifts = [shift for shift in range(-NEIGHBOURS // 2, NEIGHBOURS // 2 + 1) if shift]
    similarity: Floats = np.full((len(shifts), world.n_items), -np.inf)
    for row, shift in enumerate(shifts):
        # Whole numbers below 2^24: exact in float32.
        alike = np.einsum("ij,ij->i", vectors, np.roll(vectors, -shift, axis=0))
        similarity[row] = np.where(theme == np.roll(theme, -shift), alike, -np.inf)
    nearest = np.argsort(-similarity, axis=0, kind="stable")[:COMPANIONS]
    place = (np.arange(world.n_items) + np.array(shifts)[nearest]) % world.n_items
    alone = ~np.isfinite(np.take_along_axis(similarity, nearest, axis=0))
    companions = np.empty((world.n_items, COMPANIONS), np.int64)
    companions[order] = np.where(alone, order, order[place]).T
    return Companions(items=companions, release=world.release[films])
