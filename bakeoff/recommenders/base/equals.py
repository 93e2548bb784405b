"""Choosing among models that validation users cannot tell apart: the one that recommends more of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Seen(Generic[Value]):
    at: int
    metrics: Mapping[str, float]
    value: Value

    @property
    def quality(self) -> float:
        return self.metrics["ndcg@100"]

    @property
    def coverage(self) -> float:
        return self.metrics["coverage@10"]


class WidestOfEquals(Generic[Value]):
    """The widest coverage@10 among what comes within `tie` of the highest ndcg@100, kept while it is looked for.

    So close, validation users cannot tell two models apart, and the wider one is worth more.

    Args:
        tie: a share of the highest ndcg@100; 0: the highest is taken.
    """

    def __init__(self, tie: float) -> None:
        self._tie = tie
        # From the widest to the best: each may still be the widest when a better one raises what is asked for.
        self._kept: list[_Seen[Value]] = []

    def look_at(self, at: int, metrics: Mapping[str, float], value: Value) -> None:
        """Keep `value`, numbered `at`, while it may be the one; of equal ones the first stays."""
        seen = _Seen(at, metrics, value)
        if any(one.quality >= seen.quality and one.coverage >= seen.coverage for one in self._kept):
            return
        kept = [one for one in self._kept if one.quality > seen.quality or one.coverage > seen.coverage]
        floor = (1 - self._tie) * max(one.quality for one in (*kept, seen))
        self._kept = sorted((one for one in (*kept, seen) if one.quality >= floor), key=lambda one: -one.coverage)

    @property
    def at(self) -> int:
        """The number of the one to take; 0 before anything was looked at."""
        return self._kept[0].at if self._kept else 0

    @property
    def value(self) -> Value | None:
        """The one to take; None before anything was looked at."""
        return self._kept[0].value if self._kept else None

    @property
    def metrics(self) -> Mapping[str, float]:
        """Of the one to take."""
        return self._kept[0].metrics if self._kept else {}

    @property
    def highest_at(self) -> int:
        """The number of the highest ndcg@100 so far."""
        return self._kept[-1].at if self._kept else 0
