"""Brings together what the run measured, asks the gate, and writes the record that the front will read."""

from collections.abc import Mapping
from typing import Any

from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.gate import decide
from bakeoff.workflow.records import promoted_run_id, read_record, write_record


def decide_promotion(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """The gate's decision, with the contestants as they stand.

    Args:
        given: ``runId``, ``order``, ``lists``, ``staging`` and ``latencies`` of the steps before, and
            ``defaultContestant`` of the configuration.
    """
    metrics = cloud.read_json(f"{given['lists']['evaluationKey']}metrics.json")["contestants"]
    contestants = [_as_it_stands(one, metrics, given) for one in given["lists"]["contestants"]]
    promoted = promoted_run_id(cloud)
    incumbent = read_record(cloud, promoted) if promoted else None
    decision = decide(
        contestants, incumbent, dataset=given["order"]["dataset"], default_contestant=given["defaultContestant"]
    )
    record = read_record(cloud, given["runId"]) or {}
    write_record(
        cloud,
        {
            **record,
            "runId": given["runId"],
            "split": given["order"]["split"],
            "default": decision.default,
            "contestants": contestants,
            "decision": decision.reason,
        },
    )
    return {
        "promote": decision.promote,
        "reason": decision.reason,
        "default": decision.default,
        "formerRunId": promoted,
        "contestants": contestants,
    }


def _as_it_stands(
    contestant: Mapping[str, Any], metrics: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The contestant with its metrics and latency; no longer ``ok`` where its lists, staging or answers were not."""
    name = contestant["name"]
    measured = metrics.get(name, {})
    latency = next((one for one in given["latencies"] if one["name"] == name), None)
    joined = {**contestant, "metrics": measured.get("metrics"), "latency": latency, "weight": _weight(contestant)}
    problem = _problem(measured, next((one for one in given["staging"] if one["name"] == name), None), latency)
    if contestant["status"] == "ok" and problem:
        return {**joined, "status": "failed", "reason": problem}
    return joined


def _problem(
    measured: Mapping[str, Any], staged: Mapping[str, Any] | None, latency: Mapping[str, Any] | None
) -> str | None:
    health = measured.get("health") or {"healthy": False, "problems": ["it was not evaluated"]}
    if not health["healthy"]:
        return f"Its lists are not sound: {'; '.join(health['problems'])}"
    if staged is None or staged["status"] != "ok":
        return f"It could not be staged: {(staged or {}).get('reason', 'nothing was tried')}"
    if latency is None or not latency["n"]:
        return f"Its backend answered no question: {(latency or {}).get('errors', {})}"
    return None


def _weight(contestant: Mapping[str, Any]) -> float:
    """Its say in the blended list: its quality on validation; none for what was not measured there."""
    figure = (contestant.get("validation") or {}).get("ndcg@10") or {}
    return float(figure.get("value") or 0.0)
