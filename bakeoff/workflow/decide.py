"""Brings together what the run measured, asks the gate, and writes the record that the front will read."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import AUTO
from bakeoff.workflow.checks import Rules
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.gate import decide
from bakeoff.workflow.records import compact, note_newest, promoted_run_id, read_record, write_record
from bakeoff.workflow.restore import decide_restoration
from bakeoff.workflow.standing import as_it_stands
from bakeoff.workflow.time_series import send_metrics


def decide_promotion(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """The gate's decision, with the contestants as they stand; or that a former run serves again.

    The run's main metrics go to CloudWatch. Where it does not take them, the reason says so, and the run goes on.

    Args:
        given: ``runId``, ``order``, ``lists``, ``staging`` and ``latencies`` of the steps before; of the configuration
            ``defaultContestant``, ``rules``, ``place`` (on what the endpoints answer), ``deployment``, ``prices`` and
            ``measuredOn``; of whoever started the run ``default`` (a contestant's name, or ``auto``), ``byPerson`` and
            ``restore`` (null, or a run's id).
    """
    if given["restore"]:
        return decide_restoration(cloud, given)
    evaluated = cloud.read_json(f"{given['lists']['evaluationKey']}metrics.json")
    contestants = [as_it_stands(one, evaluated["contestants"], given) for one in given["lists"]["contestants"]]
    promoted = promoted_run_id(cloud)
    incumbent = read_record(cloud, promoted) if promoted else None
    decision = decide(
        contestants,
        incumbent,
        dataset=given["order"]["dataset"],
        default_contestant=given["default"] if given["default"] != AUTO else given["defaultContestant"],
        rules=Rules.from_json(given["rules"]),
        compared=_compared(evaluated, given["order"], promoted),
        by_person=given["byPerson"],
    )
    trouble = send_metrics(cloud, contestants, promoted=decision.promote)
    gate = decision.to_json() | ({"reason": f"{decision.reason} {trouble}"} if trouble else {})
    record = read_record(cloud, given["runId"]) or {}
    write_record(
        cloud,
        {
            **record,
            "runId": given["runId"],
            "split": given["order"]["split"],
            "default": decision.default,
            "contestants": [compact(one) for one in contestants],
            "decision": gate["reason"],
            "gate": gate,
            "formerRunId": promoted,
        },
    )
    note_newest(cloud, given["runId"], promoted=decision.promote, reason=gate["reason"])
    return {
        "promote": decision.promote,
        "reason": gate["reason"],
        "default": decision.default,
        "formerRunId": promoted,
        "gate": gate,
        "contestants": contestants,
    }


def _compared(evaluated: Mapping[str, Any], order: Mapping[str, Any], promoted: str | None) -> Mapping[str, Any] | None:
    """The evaluation's comparison, where it is with what serves now and not with what served when the run began."""
    planned = (order.get("incumbent") or {}).get("runId")
    if planned != promoted:
        return {"reason": f"the run {promoted} was promoted while this one was under way"}
    found: Mapping[str, Any] | None = evaluated.get("incumbent")
    return found
