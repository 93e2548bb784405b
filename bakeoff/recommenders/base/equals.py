"""Choosing among models that validation users cannot tell apart: the one that recommends more of the catalogue."""

from collections.abc import Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class WidestOfEquals(Generic[Value]):
    """The widest coverage@10 among what comes within `tie` of the highest ndcg@100, kept while it is looked for.

    So close, validation users cannot tell two models apart, and the wider one is worth more.

    Args:
        tie: a share of the highest ndcg@100; 0: the highest is taken.
    """

    def __init__(self, tie: float) -> None:
        self._tie = tie
        self.at = self.highest_at = 0
        self.value: Value | None = None
        self.metrics: Mapping[str, float] = {}
        self._highest = 0.0

    def look_at(self, at: int, metrics: Mapping[str, float], value: Value) -> None:
        """Keep `value`, numbered `at`, if it is better; read then `value`, `at`, `metrics` and `highest_at`."""
        if self.value is None or metrics["ndcg@100"] > self._highest:
            self._highest, self.highest_at = metrics["ndcg@100"], at
        floor = (1 - self._tie) * self._highest
        if metrics["ndcg@100"] < floor:
            return
        fallen = self.value is None or self.metrics["ndcg@100"] < floor
        if fallen or metrics["coverage@10"] > self.metrics["coverage@10"]:
            self.at, self.value, self.metrics = at, value, metrics
