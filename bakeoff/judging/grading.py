"""Grades a run: every healthy contestant in every criterion, the order, and what the order hangs on."""

from collections.abc import Mapping
from typing import Any

from bakeoff.judging.accuracy import accuracy_grades
from bakeoff.judging.criteria import CRITERIA
from bakeoff.judging.evidence import Evidence
from bakeoff.judging.judged import judged_grade
from bakeoff.judging.lists import novelty_diversity_grades, personalization_grade
from bakeoff.judging.operations import latency_grade, running_cost_grade, training_time_grade
from bakeoff.judging.overall import overall, sensitivity
from bakeoff.judging.scale import Grade


def grade_run(report: Mapping[str, Any], metrics: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Grade the contestants of a run from 1 (best) to 5.

    Args:
        report: report.json so far: ``measuredOn`` and ``contestants``, each with ``name``, ``status``, ``kind``,
            ``twin``, ``health``, ``trainingSeconds``, ``latency`` and ``costs``; any of the last four may be null.
        metrics: metrics.json; empty where nothing was evaluated.
        settings: of config/grades.toml, as `bakeoff.grade_settings.GradeSettings.to_json` gives them.

    Returns:
        report.json's ``grades``, and the grades of each contestant beside them::

            {"criteria": [{"name", "title", "weight", "judged", "thresholds", "says"}],
             "overall": [{"name", "grade", "rank", "counted", "of", "missing"}],         # the best first
             "sensitivity": [{"criterion", "changes", "winnerChanges", "order"}],
             "contestants": {name: {criterion: {"grade", "because", "judged"}}}}

        A contestant that failed, is unhealthy or has no lists for users has ``{}`` and no place in the order.
    """
    evidence = Evidence(metrics)
    graded = {one["name"]: one for one in report["contestants"] if _is_graded(one, evidence)}
    grades = _grades(graded, report, evidence, settings)
    weights = {criterion.name: settings["criteria"][criterion.name]["weight"] for criterion in CRITERIA}
    return {
        "criteria": [
            {
                "name": criterion.name,
                "title": criterion.title,
                "weight": weights[criterion.name],
                "judged": criterion.judged,
                "thresholds": list(settings["criteria"][criterion.name].get("thresholds") or []),
                "says": criterion.says,
            }
            for criterion in CRITERIA
        ],
        "overall": overall(grades, weights),
        "sensitivity": sensitivity(grades, weights),
        "contestants": {one["name"]: grades.get(one["name"], {}) for one in report["contestants"]},
    }


def _is_graded(contestant: Mapping[str, Any], evidence: Evidence) -> bool:
    """Healthy, and with lists for users: of the few criteria that are left without any, a mean would say nothing."""
    healthy = (contestant.get("health") or {}).get("healthy", True)
    recommends = "recommend" in contestant.get("answers", ["recommend"])
    return contestant["status"] == "ok" and healthy and recommends and evidence.healthy(contestant["name"])


def _grades(
    graded: Mapping[str, Mapping[str, Any]],
    report: Mapping[str, Any],
    evidence: Evidence,
    settings: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """By contestant and criterion, in the order of `CRITERIA`."""
    names, measured_on = list(graded), report["measuredOn"]["words"]
    asked = {name: one.get("thresholds") for name, one in settings["criteria"].items()}
    by_criterion: dict[str, dict[str, Grade]] = {
        "accuracy": accuracy_grades(names, evidence=evidence, floor=settings["floor"], thresholds=asked["accuracy"]),
        "personalization": {
            name: personalization_grade(name, evidence=evidence, thresholds=asked["personalization"]) for name in names
        },
        "novelty_diversity": novelty_diversity_grades(
            names, evidence=evidence, floor=settings["floor"], thresholds=asked["novelty_diversity"]
        ),
        "training_time": {
            name: training_time_grade(one, measured_on=measured_on, thresholds=asked["training_time"])
            for name, one in graded.items()
        },
        "latency": {
            name: latency_grade(one, measured_on=measured_on, thresholds=asked["latency"])
            for name, one in graded.items()
        },
        "running_cost": {
            name: running_cost_grade(
                one, requests_per_month=settings["requestsPerMonth"], thresholds=asked["running_cost"]
            )
            for name, one in graded.items()
        },
    }
    for criterion in CRITERIA:
        if criterion.judged:
            by_criterion[criterion.name] = {
                name: judged_grade(one, criterion.name, settings=settings) for name, one in graded.items()
            }
    return {name: {one.name: by_criterion[one.name][name].to_json() for one in CRITERIA} for name in names}
