"""What is popular when: for each half-year and theme a table of slots, filled with films by their weight.

Drawing from a slot table is one look-up, however skewed the weights: 27 million draws take seconds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.streams import Floats, Ints, Purpose, stream
from bakeoff.data.synthetic.world import DAY, FIRST_SECOND, LAST_SECOND, World

ERA_SECONDS = 182 * DAY
N_ERAS = (LAST_SECOND - FIRST_SECOND) // ERA_SECONDS + 1
SLOTS = 4096
# A new film is rated most at first; what is left of it fades to a fifth with this time constant.
FADES_TO = 0.2
FADING_YEARS = 4.0
# A random walk moves every film's and every theme's weight: its standard deviation for each era.
FILM_STEP = 0.2
THEME_STEP = 0.12


@dataclass(frozen=True, kw_only=True, eq=False)
class Eras:
    """Slot tables.

    Args:
        slots: items (columns of the catalogue), shape (N_ERAS, n_themes + 1, SLOTS); the last row of an era holds
            items of all themes.
        theme_share: the themes' weight in each era, shape (N_ERAS, n_themes).
        by_release: all items, the oldest first, shape (n_items,).
        n_released: how many of them are out when an era begins, shape (N_ERAS,).
    """

    slots: npt.NDArray[np.int32]
    theme_share: Floats
    by_release: Ints
    n_released: Ints


def make_eras(world: World, seed: int) -> Eras:
    """The tables of a world. An item has slots from the first era on that begins after its release."""
    generator = stream(seed, Purpose.ERAS)
    theme = world.theme[world.catalogue]
    release = world.release[world.catalogue]
    by_theme = np.argsort(theme, kind="stable")
    bounds = np.searchsorted(theme[by_theme], np.arange(world.n_themes + 1))
    slots = np.zeros((N_ERAS, world.n_themes + 1, SLOTS), np.int32)
    share = np.zeros((N_ERAS, world.n_themes))
    film_walk = np.zeros(world.n_items)
    theme_walk = np.zeros(world.n_themes)
    starts = FIRST_SECOND + ERA_SECONDS * np.arange(N_ERAS)
    for era, start in enumerate(starts):
        film_walk += FILM_STEP * generator.standard_normal(world.n_items)
        theme_walk += THEME_STEP * generator.standard_normal(world.n_themes)
        years = np.maximum(start - release, 0) / (365.25 * DAY)
        fading = FADES_TO + np.exp(-years / FADING_YEARS)
        weight = world.popularity[world.catalogue] * fading * np.exp(film_walk + theme_walk[theme])
        weight = np.where(release <= start, weight, 0.0)
        for number in range(world.n_themes):
            here = by_theme[bounds[number] : bounds[number + 1]]
            share[era, number] = np.cumsum(weight[here])[-1] if len(here) else 0.0
            slots[era, number] = _filled(here, weight[here], generator, share[era, number])
        slots[era, -1] = _filled(np.arange(world.n_items), weight, generator, 1.0)
    by_release = np.argsort(release, kind="stable")
    return Eras(
        slots=slots,
        theme_share=share / np.cumsum(share, axis=1)[:, -1:],
        by_release=by_release,
        n_released=np.searchsorted(release[by_release], starts, side="right").astype(np.int64),
    )


def era_of(timestamp: Ints) -> Ints:
    """The era of each timestamp."""
    return np.clip((timestamp - FIRST_SECOND) // ERA_SECONDS, 0, N_ERAS - 1)


def _filled(items: Ints, weight: Floats, generator: np.random.Generator, share: float) -> npt.NDArray[np.int32]:
    """Systematic sampling: one random offset, equal steps; a rare item gets a slot in some eras and none in others.

    A theme of which nothing is out yet has no share, is never drawn, and its slots stay 0.
    """
    offset = generator.random()
    if share <= 0:
        return np.zeros(SLOTS, np.int32)
    total = np.cumsum(weight)
    marks = (np.arange(SLOTS) + offset) * (total[-1] / SLOTS)
    place = np.minimum(np.searchsorted(total, marks, side="right"), len(items) - 1)
    slots: npt.NDArray[np.int32] = items[place].astype(np.int32)
    return slots
