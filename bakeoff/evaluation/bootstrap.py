"""Bootstrap intervals over users: how far a metric would move had other users of the same kind been tested.

Users are drawn with replacement, as many as there are. The same seed draws the same users for every contestant.
Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.metrics import coverage
from bakeoff.evaluation.ranking import NO_ITEM

DECIMALS = 6


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

    def bounds(self, drawn: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
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


def estimate_means(values: npt.NDArray[np.float64], bootstrap: Bootstrap) -> list[Estimate]:
    """The mean over users of each column of `values`, shape (n_users, n_metrics), with its percentile interval."""
    n_users = len(values)
    drawn = np.array([draw @ values for draw in bootstrap.draws(n_users)]) / n_users
    low, high = bootstrap.bounds(drawn)
    columns = zip(values.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(value=value, low=lower, high=upper, n=n_users) for value, lower, upper in columns]


def estimate_coverage(ranked: npt.NDArray[np.int32], *, n_candidates: int, k: int, bootstrap: Bootstrap) -> Estimate:
    """Coverage at k with an interval as wide as the draws scatter.

    A draw holds only about 63 % of the distinct users and therefore covers less; its percentiles would lie below the
    value itself. The draws are shifted so that their mean is the value: the interval tells the scatter between samples
    of users, not what more users would cover.

    Args:
        ranked: columns, shape (n_users, at least k), candidates only; `NO_ITEM` where a list has ended.
        n_candidates: items that may be recommended.
        k: the cutoff.
        bootstrap: how intervals are drawn.
    """
    top = np.ascontiguousarray(ranked[:, :k])
    value = coverage(ranked, n_candidates=n_candidates, k=k)
    drawn = np.array([_shown(top[draw > 0]) for draw in bootstrap.draws(len(ranked))]) / n_candidates
    low, high = bootstrap.bounds(drawn - drawn.mean() + value)
    return Estimate(value=value, low=max(0.0, float(low)), high=min(1.0, float(high)), n=len(ranked))


def _shown(top: npt.NDArray[np.int32]) -> int:
    """Distinct items in the lists."""
    # NO_ITEM, -1, marks the entry that stands last and is not counted.
    marks = np.zeros(int(top.max(initial=NO_ITEM)) + 2, np.bool_)
    marks[top] = True
    return int(marks[:-1].sum())
