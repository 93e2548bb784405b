"""What the gate looks at: is the challenger's default better beyond noise, and not worse on what it must not lose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["passed", "failed", "not evaluated"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The configuration's ``[gate]``.

    Args:
        metric: the one that the challenger must be better on, such as ``ndcg@10``.
        max_coverage_loss: the share of the incumbent's coverage that may be lost.
        max_latency_increase: by what share of the incumbent's p95 the answers may be slower.
        max_cost_increase: by what share of the incumbent's cost of a month it may cost more.
        requests_per_month: the traffic at which costs are compared.
        alpha: p below it is beyond noise.
    """

    metric: str
    max_coverage_loss: float
    max_latency_increase: float
    max_cost_increase: float
    requests_per_month: int
    alpha: float = 0.05

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Rules":
        return cls(
            metric=value["metric"],
            max_coverage_loss=value["maxCoverageLoss"],
            max_latency_increase=value["maxLatencyIncrease"],
            max_cost_increase=value["maxCostIncrease"],
            requests_per_month=value["requestsPerMonth"],
        )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Args:
        name: ``accuracy``, ``coverage``, ``latency`` or ``cost``.
        says: one sentence with the figures, or why there are none.
    """

    name: str
    verdict: Verdict
    says: str

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "verdict": self.verdict, "says": self.says}


def check_all(
    challenger: Mapping[str, Any], incumbent: Mapping[str, Any], compared: Mapping[str, Any] | None, rules: Rules
) -> list[Check]:
    """Every check of one default against the other, in the order of the report.

    Args:
        challenger: with ``name`` and, where measured, ``latency``, ``place`` (where that was measured) and
            ``costPerMonth`` (``usd`` and ``requestsPerMonth``).
        incumbent: likewise, from the promoted run's record.
        compared: ``incumbent`` of metrics.json; None where the evaluation compared nothing.
    """
    found = _comparison(challenger["name"], compared, rules.metric)
    reason = (compared or {}).get("reason") or "the evaluation did not compare the two"
    return [
        _accuracy(found, incumbent["name"], reason, rules),
        _coverage(found, reason, rules),
        _latency(challenger, incumbent, rules),
        _cost(challenger, incumbent, rules),
    ]


def _comparison(name: str, compared: Mapping[str, Any] | None, metric: str) -> Mapping[str, Any] | None:
    candidates = (compared or {}).get("comparisons") or []
    return next((one for one in candidates if (one["contestant"], one["metric"]) == (name, metric)), None)


def _accuracy(found: Mapping[str, Any] | None, rival: str, reason: str, rules: Rules) -> Check:
    if found is None:
        return Check(name="accuracy", verdict="not evaluated", says=f"Not comparable (n = 0): {reason.rstrip('.')}.")
    difference, p = found["difference"], found["p"]
    is_beyond_noise = p < rules.alpha
    is_better = is_beyond_noise and difference["low"] > 0
    verdict = "better beyond noise" if is_better else "no better beyond noise"
    if is_beyond_noise and difference["high"] < 0:
        verdict = "worse beyond noise"
    says = (
        f"{found['contestant']} reaches {rules.metric} {found['value']:.4f}, the promoted run's {rival} "
        f"{found['incumbentValue']:.4f} for the same {difference['n']} users: difference {difference['value']:+.4f} "
        f"({difference['low']:+.4f} to {difference['high']:+.4f}), p = {p:.4f}, {verdict}."
    )
    return Check(name="accuracy", verdict="passed" if is_better else "failed", says=says)


def _coverage(found: Mapping[str, Any] | None, reason: str, rules: Rules) -> Check:
    ratio = None if found is None else found["coverageRatio"]
    if ratio is None:
        why = reason if found is None else "the incumbent covers nothing"
        return Check(name="coverage", verdict="not evaluated", says=f"No coverage to compare: {why.rstrip('.')}.")
    allowed = 1 - rules.max_coverage_loss
    says = f"coverage@10 is {ratio:.2f} times the incumbent's; at least {allowed:.2f} times is asked for."
    return Check(name="coverage", verdict="passed" if ratio >= allowed else "failed", says=says)


def _latency(challenger: Mapping[str, Any], incumbent: Mapping[str, Any], rules: Rules) -> Check:
    ours, theirs = _p95(challenger), _p95(incumbent)
    if ours is None or theirs is None:
        whose = challenger["name"] if ours is None else f"the promoted run's {incumbent['name']}"
        return Check(name="latency", verdict="not evaluated", says=f"There is no p95 of {whose}.")
    ways = _way(challenger), _way(incumbent)
    if ways[0] != ways[1]:
        says = f"The two were measured in different ways: {ways[0]}; {ways[1]}."
        return Check(name="latency", verdict="not evaluated", says=says)
    allowed = theirs * (1 + rules.max_latency_increase)
    says = f"p95 is {ours:.1f} ms, the incumbent's {theirs:.1f} ms; at most {allowed:.1f} ms is asked for."
    return Check(name="latency", verdict="passed" if ours <= allowed else "failed", says=says)


def _way(contestant: Mapping[str, Any]) -> str:
    """On what it was measured, and how many questions were under way at once."""
    return f"{contestant.get('place') or 'unknown'}, {(contestant.get('latency') or {}).get('concurrency')} at once"


def _p95(contestant: Mapping[str, Any]) -> float | None:
    latency = contestant.get("latency") or {}
    return float(latency["p95"]) if latency.get("n") and latency.get("p95") is not None else None


def _cost(challenger: Mapping[str, Any], incumbent: Mapping[str, Any], rules: Rules) -> Check:
    ours, theirs = (_usd(one, rules.requests_per_month) for one in (challenger, incumbent))
    at = f"at {rules.requests_per_month:,} requests a month"
    if ours is None or theirs is None:
        whose = challenger["name"] if ours is None else f"the promoted run's {incumbent['name']}"
        return Check(name="cost", verdict="not evaluated", says=f"The cost of {whose} {at} is not known.")
    allowed = theirs * (1 + rules.max_cost_increase)
    says = f"{at.capitalize()} it costs ${ours:.2f}, the incumbent ${theirs:.2f}; at most ${allowed:.2f} is asked for."
    return Check(name="cost", verdict="passed" if ours <= allowed else "failed", says=says)


def _usd(contestant: Mapping[str, Any], requests_per_month: int) -> float | None:
    cost = contestant.get("costPerMonth") or {}
    return cost.get("usd") if cost.get("requestsPerMonth") == requests_per_month else None
