"""Reads metrics.json (docs/schemas/metrics.schema.json) by name: figures, paired comparisons, agreement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with its 95 % interval over n users (items, for usefulness)."""

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Figure":
        return cls(value=value["value"], low=value["low"], high=value["high"], n=value["n"])

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f}, n = {self.n:,})"

    def minus(self, other: "Figure") -> tuple[float, float]:
        """Bounds of the difference of two figures that no test pairs.

        The widest difference that two intervals allow. It holds at least 90 % (Bonferroni), whatever the two have to
        do with each other, and nearly always more.
        """
        return self.low - other.high, self.high - other.low


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two contestants on one metric and the same users.

    Args:
        one: the contestant asked about.
        other: whom it is compared with.
        difference: of the means, one - other.
        ratio: of the means, one / other; None where a mean touches 0 in some draw.
        p: of the paired test, corrected over all pairs of the run (Holm).
        different: whether the corrected test tells the two apart.
        smallest: the smallest true difference that these users could show in one test, before the correction; None for
            a single user, and 0 where no user's values differ.
    """

    one: str
    other: str
    difference: Figure
    ratio: Figure | None
    p: float
    different: bool
    smallest: float | None

    @property
    def better(self) -> bool:
        """Whether `one` is better and told apart."""
        return self.different and self.difference.value > 0

    @property
    def worse(self) -> bool:
        return self.different and self.difference.value < 0

    def within(self, margin: float) -> bool:
        """Whether the whole interval of the ratio says that the two differ by less than `margin`, a share."""
        return self.ratio is not None and self.ratio.low >= 1 / (1 + margin) and self.ratio.high <= 1 + margin

    def beyond(self, margin: float) -> bool:
        """Whether the whole interval of the ratio lies outside `margin`."""
        return self.ratio is not None and (self.ratio.low > 1 + margin or self.ratio.high < 1 / (1 + margin))

    @property
    def power(self) -> str:
        """What these users could show, for a sentence on a difference that was not found."""
        if not self.smallest:
            scatter = "its scatter is not known" if self.smallest is None else "nobody's two values differ"
            users = f"{self.difference.n:,} user{'s' if self.difference.n != 1 else ''}"
            return f"what a test of {users} could show cannot be told, for {scatter}"
        return (
            f"a single test of these {self.difference.n:,} users, before the correction, would show a difference of "
            f"{self.smallest:.4f} with a probability of 0.8"
        )

    def __str__(self) -> str:
        times = f", {self.ratio.value:.3f} times ({self.ratio.low:.3f} to {self.ratio.high:.3f})" if self.ratio else ""
        difference = self.difference
        return f"{difference.value:+.4f} ({difference.low:+.4f} to {difference.high:+.4f}, n = {difference.n:,}){times}"


class Evidence:
    """What the evaluation of a run found.

    Args:
        metrics: metrics.json; empty where nothing was evaluated.
    """

    def __init__(self, metrics: Mapping[str, Any]) -> None:
        self._contestants: Mapping[str, Any] = metrics.get("contestants") or {}
        self._pairs = {(one["metric"], one["a"], one["b"]): one for one in metrics.get("comparisons") or []}
        self._agreement = {frozenset((one["a"], one["b"])): one["rbo"] for one in metrics.get("agreement") or []}
        protocol = metrics.get("protocol") or {}
        self.n_candidates: int = (protocol.get("candidates") or {}).get("count") or 0

    @property
    def names(self) -> list[str]:
        """Who has figures; unhealthy contestants have none."""
        return [name for name, one in self._contestants.items() if one["metrics"]]

    def healthy(self, name: str) -> bool:
        """Whether the evaluation found nothing wrong with the lists; True of a contestant that it was not given."""
        one = self._contestants.get(name)
        return one is None or bool(one["health"]["healthy"])

    def figure(self, name: str, metric: str) -> Figure | None:
        """A contestant's figure; None where it has none."""
        found = self._contestants.get(name, {}).get("metrics", {}).get(metric)
        return Figure.from_json(found) if found else None

    def pair(self, one: str, other: str, metric: str) -> Pair | None:
        """The comparison of two contestants, seen from `one`; None where they were not compared."""
        if (found := self._pairs.get((metric, one, other))) is not None:
            difference, ratio = Figure.from_json(found["difference"]), found["ratio"]
            return _pair(found, one, other, difference, Figure.from_json(ratio) if ratio else None)
        if (found := self._pairs.get((metric, other, one))) is not None:
            difference, ratio = _negated(Figure.from_json(found["difference"])), found["ratio"]
            return _pair(found, one, other, difference, _inverted(Figure.from_json(ratio)) if ratio else None)
        return None

    def agreement(self, one: str, other: str) -> Figure | None:
        """How far the lists of two contestants agree, 0 to 1 (rank-biased overlap)."""
        found = self._agreement.get(frozenset((one, other)))
        return Figure.from_json(found) if found else None


def _pair(found: Mapping[str, Any], one: str, other: str, difference: Figure, ratio: Figure | None) -> Pair:
    return Pair(
        one=one,
        other=other,
        difference=difference,
        ratio=ratio,
        p=found["pHolm"],
        different=found["different"],
        smallest=found["smallest"],
    )


def _negated(figure: Figure) -> Figure:
    return Figure(value=-figure.value, low=-figure.high, high=-figure.low, n=figure.n)


def _inverted(figure: Figure) -> Figure | None:
    if figure.low <= 0:
        return None
    return Figure(value=1 / figure.value, low=1 / figure.high, high=1 / figure.low, n=figure.n)
