"""Two runs side by side: their figures before and after, and what else changed, from their reports and metrics.json."""

from collections.abc import Iterator, Mapping
from typing import Any

from bakeoff.evaluation.compare_runs import RunResults, compare_lists, why_untested

METRICS = ("ndcg@10", "recall@10", "coverage@10")
LATENCY, TRAINING = "latency p95 (ms)", "training (s)"
FIGURES = (*METRICS, LATENCY, TRAINING)
_DECIMALS = 6


def side_by_side(before: RunResults, after: RunResults) -> dict[str, Any]:
    """Everything that is shown of two runs, for JSON.

    Returns:
        ``before`` and ``after`` (ids), ``measuredOn`` (whose seconds each has), ``untested`` (why there is no test;
        null where there is), ``contestants`` (in both: ``name``, ``figures``, ``test``), ``onlyBefore``, ``onlyAfter``
        (names), ``changes`` (``what``, ``before``, ``after``).
    """
    untested = why_untested(before, after)
    verdicts = compare_lists(before.lists, after.lists) if untested is None else {}
    ours, theirs = _contestants(before), _contestants(after)
    return {
        "before": before.report["runId"],
        "after": after.report["runId"],
        "measuredOn": {"before": _place(before), "after": _place(after)},
        "untested": untested,
        "contestants": [
            {
                "name": name,
                "figures": {figure: _figure(figure, one, theirs[name]) for figure in FIGURES},
                "test": verdicts[name].to_json() if name in verdicts else None,
            }
            for name, one in ours.items()
            if name in theirs
        ],
        "onlyBefore": [name for name in ours if name not in theirs],
        "onlyAfter": [name for name in theirs if name not in ours],
        "changes": [*_changes(before.report, after.report, ours, theirs), *_settings(before, after)],
    }


def _place(run: RunResults) -> str | None:
    """Where a run's seconds and milliseconds were measured, in words."""
    words: str | None = (run.report.get("measuredOn") or {}).get("words")
    return words


def _contestants(run: RunResults) -> dict[str, dict[str, Any]]:
    """By name, with the metrics of the evaluation, which a failed run's report has none of."""
    evaluated = (run.metrics or {}).get("contestants", {})
    return {
        one["name"]: {**one, "metrics": evaluated.get(one["name"], {}).get("metrics") or one.get("metrics") or {}}
        for one in run.report["contestants"]
    }


def _figure(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float | None]:
    was, now = _value(name, before), _value(name, after)
    difference = None if was is None or now is None else round(now - was, _DECIMALS)
    return {"before": was, "after": now, "difference": difference}


def _value(name: str, contestant: Mapping[str, Any]) -> float | None:
    if name == LATENCY:
        return (contestant.get("latency") or {}).get("p95")
    if name == TRAINING:
        return contestant.get("trainingSeconds")
    return (contestant["metrics"].get(name) or {}).get("value")


def _changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    ours: Mapping[str, Mapping[str, Any]],
    theirs: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    named = {"data set": "dataset", "data version": "dataVersion", "split": "split", "default": "default"}
    for what, key in named.items():
        yield from _change(what, before.get(key), after.get(key))
    for name in ours:
        if name in theirs:
            versions = [one[name].get("modelVersion") for one in (ours, theirs)]
            yield from _change(f"model of {name}", *versions)
            yield from _change(f"status of {name}", ours[name]["status"], theirs[name]["status"])


def _settings(before: RunResults, after: RunResults) -> Iterator[dict[str, Any]]:
    """The settings of the protocol; the split's hash stands among the changes by itself."""
    one, other = dict(_flat(before.protocol)), dict(_flat(after.protocol))
    for name in dict.fromkeys([*one, *other]):
        if name != "split.hash":
            yield from _change(f"protocol: {name}", one.get(name), other.get(name))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting under its path, such as ``split.parameters.seed``."""
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def _change(what: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
    if before != after:
        yield {"what": what, "before": before, "after": after}
