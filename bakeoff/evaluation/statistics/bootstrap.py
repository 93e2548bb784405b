"""Bootstrap intervals over users: how far a metric would move had other users of the same kind been tested.

Users are drawn with replacement, as many as there are. The same seed draws the same users for every contestant, so a
difference of two contestants is taken draw by draw.
Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DECIMALS = 6
_BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """How intervals are drawn.

    Args:
        resamples: draws of all users.
        confidence: share of the draws inside the interval.
        seed: of the generator.
    """

    resamples: int = 1000
    confidence: float = 0.95
    seed: int = 42

    def draws(self, n_users: int) -> Iterator[npt.NDArray[np.int64]]:
        """Per draw, how often each user was drawn; shape (n_users,)."""
        generator = np.random.default_rng(self.seed)
        for _ in range(self.resamples):
            yield np.bincount(generator.integers(n_users, size=n_users), minlength=n_users)

    def blocks(self, n_users: int) -> Iterator[Floats]:
        """The draws, many at a time: shape (some, n_users), at most 64 MiB each."""
        at_once = max(1, _BLOCK_BYTES // (8 * max(1, n_users)))
        draws = self.draws(n_users)
        for first in range(0, self.resamples, at_once):
            block = np.empty((min(at_once, self.resamples - first), n_users))
            for place in range(len(block)):
                block[place] = next(draws)
            yield block

    def bounds(self, drawn: Floats) -> tuple[Floats, Floats]:
        """The percentiles that enclose `confidence` of the draws (first axis)."""
        outside = (1 - self.confidence) / 2
        low, high = np.quantile(drawn, [outside, 1 - outside], axis=0)
        return low, high


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A metric with its interval; without both it is not to be shown.

    Args:
        value: the metric on all users.
        low: the interval's lower bound.
        high: the interval's upper bound.
        n: users.
    """

    value: float
    low: float
    high: float
    n: int

    def to_json(self) -> dict[str, Any]:
        """Rounded to six decimals, beyond which summation order shows."""
        return {
            "value": round(self.value, DECIMALS),
            "low": round(self.low, DECIMALS),
            "high": round(self.high, DECIMALS),
            "n": self.n,
        }


def drawn_means(values: Floats, bootstrap: Bootstrap) -> Floats:
    """The mean of each column of `values`, shape (n_users, n_columns), in every draw; shape (resamples, n_columns)."""
    return np.concatenate([block @ values for block in bootstrap.blocks(len(values))]) / len(values)


def estimate(value: float, drawn: Floats, *, n: int, bootstrap: Bootstrap) -> Estimate:
    """A value with the percentile interval of its draws, shape (some draws,)."""
    low, high = bootstrap.bounds(drawn)
    return Estimate(value=value, low=float(low), high=float(high), n=n)


def estimate_means(values: Floats, bootstrap: Bootstrap) -> list[Estimate]:
    """The mean over users of each column of `values`, shape (n_users, n_columns), with its percentile interval."""
    low, high = bootstrap.bounds(drawn_means(values, bootstrap))
    columns = zip(values.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(value=value, low=lower, high=upper, n=len(values)) for value, lower, upper in columns]
