"""The grades of what running a contestant takes: training time, latency, cost. What is unknown is not graded."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.judging.scale import Grade, Scale, in_seconds

Contestant = Mapping[str, Any]


def training_time_grade(contestant: Contestant, *, measured_on: str, thresholds: Sequence[float]) -> Grade:
    """Seconds from the training's begin to its end.

    Args:
        contestant: of report.json.
        measured_on: words for the machines, such as "a laptop's local cloud".
        thresholds: seconds.
    """
    seconds = contestant.get("trainingSeconds")
    if seconds is None:
        return Grade(grade=None, because="No training time was recorded.")
    scale = Scale(thresholds=thresholds, more_is_better=False, write=in_seconds)
    grade = scale.grade(round(seconds, 1 if seconds < 10 else 0))
    return Grade(
        grade=grade,
        because=f"Trained in {in_seconds(seconds)}, {_where(contestant, measured_on)}; {scale.needs(grade)}.",
    )


def latency_grade(contestant: Contestant, *, measured_on: str, thresholds: Sequence[float]) -> Grade:
    """The 95th percentile of the answers' milliseconds, over the questions that were answered."""
    latency = contestant.get("latency") or {}
    p95, n = latency.get("p95"), latency.get("n")
    if p95 is None or not n:
        return Grade(grade=None, because="No answer's latency was measured.")
    scale = Scale(thresholds=thresholds, more_is_better=False, write=_milliseconds)
    grade = scale.grade(round(p95, 1))
    return Grade(
        grade=grade,
        because=f"p95 {_milliseconds(p95)} over {n} answers, {_where(contestant, measured_on)}; {scale.needs(grade)}.",
    )


def running_cost_grade(contestant: Contestant, *, requests_per_month: int, thresholds: Sequence[float]) -> Grade:
    """Dollars a month at `requests_per_month`, served as deployed.

    Args:
        contestant: of report.json, with its `costs`.
        requests_per_month: one of the levels of `costs.traffic`.
        thresholds: dollars.
    """
    levels = (contestant.get("costs") or {}).get("traffic") or []
    level = next((one for one in levels if one["requestsPerMonth"] == requests_per_month), None)
    if level is None:
        reckoned = ", ".join(f"{one['requestsPerMonth']:,}" for one in levels) or "none"
        return Grade(
            grade=None,
            because=f"No costs at {requests_per_month:,} requests a month were reckoned (levels: {reckoned}).",
        )
    cost = level.get("asDeployed") or {}
    if cost.get("usd") is None:
        missing = ", ".join(cost.get("missing") or []) or "the costs as deployed"
        return Grade(
            grade=None,
            because=f"The costs at {requests_per_month:,} requests a month are unknown; missing: {missing}.",
        )
    scale = Scale(thresholds=thresholds, more_is_better=False, write=_dollars)
    grade = scale.grade(round(cost["usd"], 2))
    kind = ", an estimate" if cost.get("estimate") else ""
    kind += " from a laptop's seconds" if cost.get("measuredOnLaptop") else ""
    return Grade(
        grade=grade,
        because=f"{_dollars(cost['usd'])} a month at {requests_per_month:,} requests{kind}; {scale.needs(grade)}."
        + _unverified(cost),
    )


def _unverified(cost: Mapping[str, Any]) -> str:
    parts = cost.get("parts") or []
    doubtful = sum(not part.get("verified") for part in parts)
    return f" Prices not verified: {doubtful} of {len(parts)}." if doubtful else ""


def _where(contestant: Contestant, measured_on: str) -> str:
    twin = " of a local twin, not of the service" if contestant.get("twin") else ""
    return f"measured on {measured_on}{twin}"


def _milliseconds(milliseconds: float) -> str:
    return f"{milliseconds:,.1f} ms" if milliseconds != round(milliseconds) else f"{milliseconds:,.0f} ms"


def _dollars(dollars: float) -> str:
    return f"{dollars:,.2f} USD" if dollars != round(dollars) else f"{dollars:,.0f} USD"
