"""Random streams, one for each purpose and chunk, so that no chunk's numbers depend on how much another one drew.

What makes the same seed give the same bytes on any machine: NumPy's generators alone, sums of products only over whole
numbers that float32 holds exactly (the order of adding then does not matter), everything else in float64.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Purpose(IntEnum):
    """What a stream is drawn for; the numbers are part of what a seed means."""

    WORLD = 0
    ERAS = 1
    ACTIVITY = 2
    USERS = 3
    SESSIONS = 4
    CHOICES = 5
    VALUES = 6
    BAD_ROWS = 7
    VOCABULARY = 8
    FILMS = 9
    CATALOGUE_FILES = 10


def stream(seed: int, purpose: Purpose, chunk: int = 0) -> np.random.Generator:
    """The generator of one purpose and chunk."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), chunk))))


def cumulative(weights: Floats) -> Floats:
    """The cumulative distribution of `weights`, its last entry 1 exactly."""
    total = np.cumsum(weights, dtype=np.float64)
    distribution: Floats = total / total[-1]
    distribution[-1] = 1.0
    return distribution


def draw(generator: np.random.Generator, distribution: Floats, n: int) -> Ints:
    """`n` indices drawn from a cumulative distribution."""
    return np.searchsorted(distribution, generator.random(n), side="right").astype(np.int64)
