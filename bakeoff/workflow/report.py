"""Publishes what a run found: report.json for programs, report.md for people. A failed run has a report too."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.contracts.naming import run_prefix
from bakeoff.judging.claims.examine import examine_claims
from bakeoff.judging.grading import grade_run
from bakeoff.pricing.contestant import prices_used
from bakeoff.pricing.table import PriceTable
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.costs import costs_of
from bakeoff.workflow.other_splits import other_splits
from bakeoff.workflow.report_markdown import markdown

FORMAT = 2


def publish_report(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``runs/<runId>/report.json`` and ``report.md`` and return the report's head.

    Args:
        given: ``runId``, ``startedAt``, ``decision``, and what the run has learnt so far: ``plan``, ``order``,
            ``outcomes``, ``lists``, ``staging``, ``latencies``, ``otherSplits``, each null where the run did not come
            that far; and of the deployment: ``measuredOn``, ``deployment`` and ``prices`` for the costs, ``grades``,
            the settings of the grades.
    """
    head = _head(given)
    report = {**head, **_found(cloud, given)}
    key = run_prefix(given["runId"])
    cloud.write_json(f"{key}report.json", report)
    cloud.write(f"{key}report.md", markdown(report).encode(), content_type="text/markdown; charset=utf-8")
    return {**head, "reportKey": f"{key}report.json"}


def _head(given: Mapping[str, Any]) -> dict[str, Any]:
    decision, plan, order = given["decision"], given["plan"] or {}, given["order"] or {}
    return {
        "format": FORMAT,
        "runId": given["runId"],
        "startedAt": given["startedAt"],
        "dataset": plan.get("dataset"),
        "dataVersion": order.get("dataVersion"),
        "split": order.get("split"),
        "evaluationKey": (given["lists"] or {}).get("evaluationKey"),
        "promoted": bool(decision["promote"]),
        "failed": bool(decision.get("failed")),
        "reason": decision["reason"],
        "default": decision.get("default"),
    }


def _found(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but the head; null or empty where the run did not come that far."""
    decision = given["decision"]
    found: dict[str, Any] = {
        "measuredOn": given["measuredOn"],
        "gate": decision.get("gate"),
        "protocol": None,
        "contestants": _as_far_as_it_came(given),
        "prices": None,
        "grades": None,
        "claims": [],
        "otherSplits": [],
    }
    if "contestants" not in decision:
        return found
    metrics = cloud.read_json(f"{given['lists']['evaluationKey']}metrics.json")
    prices = PriceTable.from_json(given["prices"])
    contestants = [_measured(one, metrics) for one in decision["contestants"]]
    for one in contestants:
        priced = one["status"] == "ok" and one["kind"] != BLEND  # a blend costs what its members cost
        one["costs"] = costs_of(one, given) if priced else None
    found |= {
        "protocol": metrics["protocol"],
        "contestants": sorted(contestants, key=_rank),
        "prices": prices_used([one["costs"] for one in contestants], prices=prices),
        "otherSplits": other_splits(cloud, given, metrics),
    }
    graded = grade_run(found, metrics, given["grades"])
    for one in found["contestants"]:
        one["grades"] = graded["contestants"][one["name"]]
    grades = {name: value for name, value in graded.items() if name != "contestants"}
    return {**found, "grades": grades, "claims": examine_claims(found, metrics)}


def _as_far_as_it_came(given: Mapping[str, Any]) -> list[Any]:
    if given["lists"]:
        return list(given["lists"]["contestants"])
    # The promoted run's default, asked beside them, is no contestant of this run.
    asked = (((given["order"] or {}).get("incumbent") or {}).get("spec") or {}).get("name")
    return [one for one in given["outcomes"] or [] if one["name"] != asked]


def _measured(contestant: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The contestant as the gate left it, with all its figures."""
    evaluated = metrics["contestants"].get(contestant["name"]) or {}
    return {**contestant, "metrics": evaluated.get("metrics"), "health": evaluated.get("health")}


def _rank(contestant: Mapping[str, Any]) -> tuple[float, str]:
    figure = (contestant.get("metrics") or {}).get("ndcg@10") or {}
    return -(figure.get("value") or 0.0), contestant["name"]
