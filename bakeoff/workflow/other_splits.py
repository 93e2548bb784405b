"""Other splits side by side: what a run that only compares leaves on record, and whether the order changes."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.records import compact, read_record, write_record
from bakeoff.workflow.standing import problem_of_lists

METRIC = "ndcg@10"
SHOWN = (METRIC, "ndcg@100", "recall@10", "coverage@10")


def close_comparison(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """What stands instead of the gate's decision where a run only compares: it is never promoted.

    Args:
        given: ``runId``, ``order`` and ``lists`` of the steps before.
    """
    key = given["lists"]["evaluationKey"]
    metrics = cloud.read_json(f"{key}metrics.json")
    strategy = metrics["protocol"]["split"]["strategy"]
    contestants = [_as_evaluated(one, metrics["contestants"]) for one in given["lists"]["contestants"]]
    reason = f"A comparison on the split {strategy}; it is not asked to serve."
    outcome = {"default": None, "contestants": [compact(one) for one in contestants]}
    record = read_record(cloud, given["runId"]) or {}
    here = {"runId": given["runId"], "split": given["order"]["split"], "decision": reason, "onlyCompare": True}
    write_record(cloud, {**record, **here, **outcome})
    return {"promote": False, "reason": reason, **outcome}


def _as_evaluated(contestant: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The contestant with its metrics; no longer ``ok`` where its lists are not sound."""
    measured = metrics.get(contestant["name"], {})
    joined = {**contestant, "metrics": measured.get("metrics"), "latency": None}
    problem = problem_of_lists(measured)
    if contestant["status"] == "ok" and problem:
        return {**joined, "status": "failed", "reason": problem}
    return joined


def other_splits(cloud: Cloud, given: Mapping[str, Any], metrics: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The report's ``otherSplits``: each other split beside the run's own, and whether the order changes.

    Args:
        given: ``otherSplits`` as the run's machine gathered them, each with ``strategy``, ``runId``, ``status``,
            ``evaluationKey`` and ``reason``; null where the run did not come that far.
        metrics: the run's own metrics.json; None where nothing was evaluated.
    """
    if metrics is None:
        return []
    return [
        _side_by_side(one, metrics, cloud.read_json(f"{one['evaluationKey']}metrics.json"))
        if one["status"] == "ok"
        else _failed(one, metrics)
        for one in given.get("otherSplits") or []
    ]


def _failed(one: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "strategy": one["strategy"],
        "split": None,
        "runId": one["runId"],
        "users": None,
        "metrics": {},
        "here": _order(_figures(metrics)),
        "there": [],
        "kendallTau": None,
        "flips": [],
        "changes": False,
        "says": f"The comparison on {one['strategy']} failed, so nothing is known of the order there: {one['reason']}",
    }


def _side_by_side(one: Mapping[str, Any], here: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    ours, theirs = _figures(here), _figures(there)
    both = [name for name in ours if name in theirs]
    ours_of_both, theirs_of_both = {name: ours[name] for name in both}, {name: theirs[name] for name in both}
    flips = _flips(ours_of_both, theirs_of_both)
    tied = len(set(ours_of_both.values())) < len(both) or len(set(theirs_of_both.values())) < len(both)
    sure_here, sure_there = _leaders(here), _leaders(there)
    beyond = [pair for pair in flips if sure_here.get(frozenset(pair)) and sure_there.get(frozenset(pair))]
    alone = sorted(set(ours) ^ set(theirs))
    return {
        "strategy": one["strategy"],
        "split": there["protocol"]["split"]["hash"],
        "runId": one["runId"],
        "users": there["protocol"]["users"],
        "metrics": {
            name: {metric: found["metrics"][metric] for metric in SHOWN if metric in found["metrics"]}
            for name, found in there["contestants"].items()
            if found["metrics"]
        },
        "here": _order(ours_of_both),
        "there": _order(theirs_of_both),
        "kendallTau": kendall_tau(list(ours_of_both.values()), list(theirs_of_both.values())),
        "flips": [list(pair) for pair in flips],
        "changes": bool(beyond),
        "says": _says(
            here["protocol"], there["protocol"], both=both, flips=flips, beyond=beyond, alone=alone, tied=tied
        ),
    }


def _figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The metric of every contestant that has it, in the order of the evaluation."""
    return {
        name: found["metrics"][METRIC]["value"]
        for name, found in metrics["contestants"].items()
        if METRIC in found["metrics"]
    }


def _order(figures: Mapping[str, float]) -> list[str]:
    """The best first; equal ones by name."""
    return sorted(figures, key=lambda name: (-figures[name], name))


def kendall_tau(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Kendall's rank correlation of two scorings of the same things; None for fewer than two.

    (pairs in the same order - pairs in the opposite order) / all pairs; a pair that is equal in either counts as
    neither (tau-a). 1: the same order, -1: the reverse.
    Source: Kendall, "A new measure of rank correlation", Biometrika 30(1/2), 1938.
    """
    signs = [_sign(ours[i] - ours[j]) * _sign(theirs[i] - theirs[j]) for i, j in combinations(range(len(ours)), 2)]
    return round(sum(signs) / len(signs), 6) if signs else None


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _flips(ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[tuple[str, str]]:
    """The pairs that stand in opposite order, the one that is ahead here first."""
    order = _order(ours)
    return [
        (one, other) for one, other in combinations(order, 2) if ours[one] > ours[other] and theirs[one] < theirs[other]
    ]


def _leaders(metrics: Mapping[str, Any]) -> dict[frozenset[str], bool]:
    """By pair, whether the evaluation's own test (paired, Holm-corrected) finds the two different on the metric."""
    return {
        frozenset((pair["a"], pair["b"])): pair["different"]
        for pair in metrics["comparisons"]
        if pair["metric"] == METRIC
    }


def _says(
    here: Mapping[str, Any],
    there: Mapping[str, Any],
    *,
    both: Sequence[str],
    flips: Sequence[tuple[str, str]],
    beyond: Sequence[tuple[str, str]],
    alone: Sequence[str],
    tied: bool,
) -> str:
    """One sentence with the users of both splits."""
    ends = f" ({', '.join(alone)}: measured on one of the two only)." if alone else "."
    where = f"On {_named(there)}, beside {_named(here)}, "
    if len(both) < 2:
        return f"{where}fewer than two contestants can be compared by {METRIC}{ends}"
    if not flips and tied:
        return (
            f"{where}none of the {len(both)} contestants change places by {METRIC}, but some are equal on one of the "
            f"two{ends}"
        )
    if not flips:
        return f"{where}the order of the {len(both)} contestants by {METRIC} is the same{ends}"
    if not beyond:
        return (
            f"{where}no change of the order by {METRIC} is shown to be more than noise: {_pairs(flips)}, none of them "
            f"different beyond noise on both splits{ends}"
        )
    return f"{where}the order by {METRIC} changes beyond noise on both splits: {_pairs(beyond)}{ends}"


def _named(protocol: Mapping[str, Any]) -> str:
    return f"{protocol['split']['strategy']} (n = {protocol['users']} users)"


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return f"{'; '.join(f'{one} and {other}' for one, other in pairs)} change places"
