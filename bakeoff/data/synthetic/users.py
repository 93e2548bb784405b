"""The users: how many rows each has, when they come, what they like at first and in the end."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.shapes import Shape
from bakeoff.data.synthetic.streams import Floats, Ints, Purpose, stream
from bakeoff.data.synthetic.world import FACTORS, LENGTH, World, of_length

LEAST_ACTIVITY = 15
MOST_ACTIVITY = 6_000
# Nobody sees more than a fifth of the catalogue: there must be films left to draw.
MOST_OF_CATALOGUE = 5
# Spread of the log-normal activity; MovieLens' median user has 40 % of the mean.
ACTIVITY_SPREAD = 1.3
FAVOURITES = 3
ROWS_PER_CHUNK = 250_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Users:
    """The users of one chunk.

    Args:
        first: the number of the chunk's first user, from 0.
        activity: rows of each, shape (n_users,).
        taste: what each likes at first, whole numbers, shape (n_users, FACTORS).
        later_taste: what each likes after `sessions.DRIFT_SECONDS`, as `taste`.
        bias: what a user's ratings lie above the mean, in stars, shape (n_users,).
        whole_stars: who gives no half stars, shape (n_users,).
    """

    first: int
    activity: Ints
    taste: npt.NDArray[np.float32]
    later_taste: npt.NDArray[np.float32]
    bias: Floats
    whole_stars: npt.NDArray[np.bool_]


def make_activity(shape: Shape, n_pairs: int, seed: int) -> Ints:
    """Pairs of each user, log-normal between a least and a most, `n_pairs` in all; shape (shape.users,)."""
    most = min(MOST_ACTIVITY, shape.items // MOST_OF_CATALOGUE)
    least = min(LEAST_ACTIVITY, n_pairs // shape.users)
    drawn = np.exp(ACTIVITY_SPREAD * stream(seed, Purpose.ACTIVITY).standard_normal(shape.users))
    to_share = n_pairs - least * shape.users
    # Cutting the greatest down leaves something over, which the others get; it settles after a few rounds.
    for _ in range(20):
        drawn = np.minimum(drawn * (to_share / np.cumsum(drawn)[-1]), most - least)
    shared = np.floor(np.cumsum(drawn) * (to_share / np.cumsum(drawn)[-1]) + 0.5).astype(np.int64)
    shared[-1] = to_share
    activity: Ints = least + np.diff(shared, prepend=0)
    return activity


def chunks(activity: Ints, rows_per_chunk: int = ROWS_PER_CHUNK) -> Iterator[tuple[int, int]]:
    """Consecutive users ``(first, end)`` with about `rows_per_chunk` rows together; a user is in one chunk only."""
    number = (np.cumsum(activity) - 1) // rows_per_chunk
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    yield from zip(starts.tolist(), [*starts[1:].tolist(), len(activity)], strict=True)


def make_users(world: World, activity: Ints, *, first: int, chunk: int, seed: int) -> Users:
    """The users of one chunk; half of what a user likes at first is given up for something else."""
    generator = stream(seed, Purpose.USERS, chunk)
    n = len(activity)
    taste = _taste(generator, world, n)
    return Users(
        first=first,
        activity=activity,
        taste=of_length(taste, LENGTH),
        later_taste=of_length(0.55 * taste + 0.75 * _taste(generator, world, n), LENGTH),
        bias=0.38 * generator.standard_normal(n),
        whole_stars=generator.random(n) < 0.45,
    )


def _taste(generator: np.random.Generator, world: World, n: int) -> Floats:
    """A weighted sum of a few themes' centres and of something that no theme has."""
    favourites = generator.integers(0, world.n_themes, (n, FAVOURITES))
    weights = 0.3 + generator.random((n, FAVOURITES))
    taste: Floats = 0.45 * (LENGTH / np.sqrt(FACTORS)) * generator.standard_normal((n, FACTORS))
    for number in range(FAVOURITES):
        taste += weights[:, number, None] * world.centres[favourites[:, number]]
    return taste
