"""How a contestant stands once it was evaluated, staged and asked: its figures, and whether it may serve."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.workflow.costs import costs_of

# On what those answer whom the configuration of endpoints says nothing about.
_PLACES = {"stored-lists": "DynamoDB", "autopilot-endpoint": "an instance"}

Outcomes = Sequence[Mapping[str, Any]]


def as_it_stands(
    contestant: Mapping[str, Any], evaluated: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The contestant with its metrics and latency; no longer ``ok`` where its lists, staging or answers were not.

    Args:
        contestant: as `collect_lists` gave it.
        evaluated: ``contestants`` of metrics.json.
        given: as `decide_promotion` is given it.
    """
    name = contestant["name"]
    measured, latency = evaluated.get(name, {}), outcome_of(name, given["latencies"])
    if contestant["kind"] == BLEND:
        return _as_blended(contestant, measured, given)
    joined = {
        **contestant,
        "metrics": measured.get("metrics"),
        "latency": latency,
        "place": _PLACES.get(contestant["backend"]["type"], given["place"]),
        "weight": _weight(contestant, blend_of(evaluated)),
    }
    joined["costPerMonth"] = _cost_per_month(costs_of(joined, given), given["rules"]["requestsPerMonth"])
    problem = problem_of_lists(measured) or problem_of_backend(outcome_of(name, given["staging"]), latency)
    if contestant["status"] == "ok" and problem:
        return {**joined, "status": "failed", "reason": problem}
    return joined


def _as_blended(contestant: Mapping[str, Any], measured: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A blend is staged, asked and paid for with its members; its backend says what it is made of."""
    problem = problem_of_lists(measured)
    joined = {
        **contestant,
        "metrics": measured.get("metrics"),
        "latency": None,
        "place": given["place"],
        "weight": 0.0,
        "costPerMonth": None,
        "backend": {**contestant["backend"], **(measured.get("blend") or {})},
    }
    return joined if problem is None else {**joined, "status": "failed", "reason": problem}


def blend_of(evaluated: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How the run's blend is made, as the evaluation tuned it; None where the run has none that is sound."""
    return next((one["blend"] for one in evaluated.values() if one.get("blend")), None)


def outcome_of(name: str, outcomes: Outcomes) -> Mapping[str, Any] | None:
    """One contestant's outcome of a step; None where the step had none."""
    return next((one for one in outcomes if one["name"] == name), None)


def problem_of_backend(staged: Mapping[str, Any] | None, latency: Mapping[str, Any] | None) -> str | None:
    """Why a backend does not serve; None where it does."""
    if staged is None or staged["status"] != "ok":
        return f"It could not be staged: {(staged or {}).get('reason', 'nothing was tried')}"
    if latency is not None and latency.get("reason"):
        return f"Its latency could not be measured: {latency['reason']}"
    if latency is None or not latency["n"]:
        return f"Its backend answered no question: {(latency or {}).get('errors', {})}"
    return None


def problem_of_lists(measured: Mapping[str, Any]) -> str | None:
    """Why the evaluation gave no figures; None where it did."""
    health = measured.get("health") or {"healthy": False, "problems": ["it was not evaluated"]}
    return None if health["healthy"] else f"Its lists are not sound: {'; '.join(health['problems'])}"


def _weight(contestant: Mapping[str, Any], blend: Mapping[str, Any] | None) -> float:
    """Its say in the blended list: what the evaluation tuned where the run has a blend; else its quality on validation,
    none for what was not measured there."""
    if blend is not None:
        return float(blend["weights"].get(contestant["name"], 0.0))
    figure = (contestant.get("validation") or {}).get("ndcg@10") or {}
    return float(figure.get("value") or 0.0)


def _cost_per_month(costs: Mapping[str, Any], requests_per_month: int) -> dict[str, Any] | None:
    """What a month of serving it costs as it is deployed, in US dollars; None where that is not known."""
    levels = {one["requestsPerMonth"]: one["asDeployed"]["usd"] for one in costs["traffic"]}
    usd = levels.get(requests_per_month)
    return None if usd is None else {"usd": usd, "requestsPerMonth": requests_per_month}
