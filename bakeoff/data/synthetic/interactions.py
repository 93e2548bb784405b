"""Which items the users of a chunk rate, and how: never one twice."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.companions import COMPANIONS, Companions
from bakeoff.data.synthetic.eras import ERA_SECONDS, SLOTS, Eras
from bakeoff.data.synthetic.sessions import Sessions
from bakeoff.data.synthetic.streams import Bools, Floats, Ints, Purpose, stream
from bakeoff.data.synthetic.users import Users
from bakeoff.data.synthetic.world import FIRST_SECOND, LENGTH, World

# Of so many candidates from the session's theme the user takes the one that fits the taste best, more or less.
CANDIDATES = 4
HESITATION = 0.04
# So many rows are no part of their session's theme, but simply popular.
STRAY = 0.12
# So many rows take a companion of the session's item before, whatever the taste.
FOLLOW = 0.2
# After so many draws that gave what the user has seen, any theme will do; after as many again, any released item.
PATIENCE = 3
MEAN_RATING = 3.5
LIKING = 0.9
RATING_NOISE = 0.85
MEAN_LIKING = 0.42


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Ratings of one chunk, by user and item; parallel arrays of shape (n_rows,).

    Args:
        user: number of the user, from 0 over all chunks.
        item: column of the catalogue.
        half_stars: the rating, 1 to 10.
        timestamp: seconds since the epoch.
    """

    user: Ints
    item: Ints
    half_stars: Ints
    timestamp: Ints


def make_rows(
    world: World, eras: Eras, companions: Companions, users: Users, sessions: Sessions, *, chunk: int, seed: int
) -> Rows:
    """The rows of one chunk, sorted by user and item."""
    item = _choose(world, eras, companions, sessions, stream(seed, Purpose.CHOICES, chunk))
    half_stars = _rate(world, users, sessions, item, stream(seed, Purpose.VALUES, chunk))
    order = np.argsort(sessions.owner * world.n_items + item)
    return Rows(
        user=users.first + sessions.owner[order],
        item=item[order],
        half_stars=half_stars[order],
        timestamp=sessions.timestamp[order],
    )


def _choose(
    world: World, eras: Eras, companions: Companions, sessions: Sessions, generator: np.random.Generator
) -> Ints:
    n_rows = len(sessions.owner)
    table = np.where(generator.random(n_rows) < STRAY, world.n_themes, sessions.theme[sessions.session])
    item = np.zeros(n_rows, np.int64)
    left = np.arange(n_rows)
    turn = 0
    while len(left):
        era = sessions.era[sessions.session[left]]
        if turn < 2 * PATIENCE:
            if turn >= PATIENCE:
                table[left] = world.n_themes
            item[left] = _best(world, eras, sessions, left, era, table[left], generator)
            if turn == 0:
                _follow(companions, sessions, item, generator)
        else:
            place = (generator.random(len(left)) * eras.n_released[era]).astype(np.int64)
            item[left] = eras.by_release[place]
        left = _repeated(sessions.owner, item, left, n_items=world.n_items)
        turn += 1
    return item


def _best(
    world: World,
    eras: Eras,
    sessions: Sessions,
    rows: Ints,
    era: Ints,
    table: Ints,
    generator: np.random.Generator,
) -> Ints:
    """The candidate that fits the taste best, out of slots of the row's table."""
    slot = generator.integers(0, SLOTS, (CANDIDATES, len(rows)))
    candidates = eras.slots[era, table, slot].astype(np.int64)
    noise = HESITATION * generator.standard_normal((CANDIDATES, len(rows)))
    fit = np.stack([_liking(world, sessions, rows, items) for items in candidates]) + noise
    best: Ints = candidates[np.argmax(fit, axis=0), np.arange(len(rows))]
    return best


def _follow(companions: Companions, sessions: Sessions, item: Ints, generator: np.random.Generator) -> None:
    """Put companions of the item before into `item`; no row follows one that follows."""
    follows = generator.random(len(item)) < FOLLOW
    follows[0] = False
    follows[1:] &= np.diff(sessions.session) == 0
    follows[1:] &= ~follows[:-1]
    rows = np.flatnonzero(follows)
    companion = companions.items[item[rows - 1], generator.integers(0, COMPANIONS, len(rows))]
    era_start = FIRST_SECOND + ERA_SECONDS * sessions.era[sessions.session[rows]]
    out = companions.release[companion] <= era_start
    item[rows[out]] = companion[out]


def _liking(world: World, sessions: Sessions, rows: Ints, item: Ints) -> Floats:
    """Product of the user's taste at the time with the item's factors; exact, being of whole numbers below 2^24."""
    vectors: npt.NDArray[np.float32] = world.vectors[world.catalogue[item]]
    product = np.einsum("ij,ij->i", sessions.taste[sessions.session[rows]], vectors)
    liking: Floats = product.astype(np.float64) / LENGTH**2
    return liking


def _repeated(owner: Ints, item: Ints, drawn: Ints, *, n_items: int) -> Ints:
    """The rows that name an item which an earlier row of their user has; only users of `drawn` rows are looked at."""
    concerned: Bools = np.zeros(int(owner[-1]) + 1, np.bool_)
    concerned[owner[drawn]] = True
    rows = np.flatnonzero(concerned[owner])
    pair = owner[rows] * n_items + item[rows]
    order = np.argsort(pair, kind="stable")
    again = np.append(False, np.diff(pair[order]) == 0)
    return np.sort(rows[order[again]])


def _rate(world: World, users: Users, sessions: Sessions, item: Ints, generator: np.random.Generator) -> Ints:
    n_rows = len(item)
    liking = _liking(world, sessions, np.arange(n_rows), item)
    stars = MEAN_RATING + users.bias[sessions.owner] + world.bias[world.catalogue[item]]
    stars += LIKING * (liking - MEAN_LIKING) + RATING_NOISE * generator.standard_normal(n_rows)
    half_stars = np.where(users.whole_stars[sessions.owner], 2 * np.rint(stars), np.rint(2 * stars))
    least = np.where(users.whole_stars[sessions.owner], 2, 1)
    return np.clip(half_stars, least, 10).astype(np.int64)
