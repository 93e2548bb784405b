"""Publishes what a run found: JSON for programs, Markdown for people. A failed run has a report too."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import run_prefix
from bakeoff.workflow.cloud import Cloud

METRICS = ("ndcg@10", "ndcg@100", "recall@10", "coverage@10")


def publish_report(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``runs/<runId>/report.json`` and ``report.md`` and return the report's head.

    Args:
        given: ``runId``, ``startedAt``, ``decision``, and what the run has learnt so far: ``plan``, ``order``,
            ``outcomes``, ``lists``, ``staging``, ``latencies``, each null where the run did not come that far.
    """
    decision, plan, order = given["decision"], given["plan"] or {}, given["order"] or {}
    head = {
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
    report = {**head, "protocol": _protocol(cloud, given), "contestants": _contestants(given)}
    key = run_prefix(given["runId"])
    cloud.write_json(f"{key}report.json", report)
    cloud.write(f"{key}report.md", markdown(report).encode(), content_type="text/markdown; charset=utf-8")
    return {**head, "reportKey": f"{key}report.json"}


def _protocol(cloud: Cloud, given: Mapping[str, Any]) -> Any:
    """How the figures came about; null where nothing was evaluated."""
    if "contestants" not in given["decision"]:
        return None
    return cloud.read_json(f"{given['lists']['evaluationKey']}metrics.json").get("protocol")


def _contestants(given: Mapping[str, Any]) -> list[Any]:
    """As far as the run came, the best first."""
    if "contestants" in given["decision"]:
        return sorted(given["decision"]["contestants"], key=_rank)
    if given["lists"]:
        return list(given["lists"]["contestants"])
    return list(given["outcomes"] or [])


def _rank(contestant: Mapping[str, Any]) -> tuple[float, str]:
    figure = (contestant.get("metrics") or {}).get("ndcg@10") or {}
    return -(figure.get("value") or 0.0), contestant["name"]


def markdown(report: Mapping[str, Any]) -> str:
    """The report as a page of Markdown: decision, one table, what failed and why."""
    outcome = "serves now" if report["promoted"] else "failed" if report["failed"] else "does not serve"
    lines = [
        f"# Run {report['runId']}",
        "",
        f"The run {outcome}. {report['reason']}",
        "",
        f"Data set {report['dataset'] or 'unknown'}, split {report['split'] or 'not made'}.",
        "",
        f"| contestant | {' | '.join(METRICS)} | training s | latency p50 / p95 ms | status |",
        f"|---|{'---|' * (len(METRICS) + 3)}",
        *[_row(contestant, report["default"]) for contestant in report["contestants"]],
    ]
    if any(contestant.get("twin") for contestant in report["contestants"]):
        lines += ["", "A local twin stands in for a managed service: its figures are the twin's, not the service's."]
    return "\n".join(lines) + "\n"


def _row(contestant: Mapping[str, Any], default: str | None) -> str:
    metrics, latency = contestant.get("metrics") or {}, contestant.get("latency") or {}
    seconds = contestant.get("trainingSeconds")
    cells = [
        contestant["name"] + (" (local twin)" if contestant.get("twin") else ""),
        *[_figure(metrics.get(name)) for name in METRICS],
        "" if seconds is None else f"{seconds:.0f}",
        f"{latency['p50']} / {latency['p95']}" if latency.get("n") else "",
        _status(contestant, default),
    ]
    # A reason may hold line ends and bars, which would end the row and the cell.
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |"


def _status(contestant: Mapping[str, Any], default: str | None) -> str:
    if contestant["status"] != "ok":
        return f"failed: {contestant.get('reason') or 'no reason was given'}"
    return "ok, the default" if contestant["name"] == default else "ok"


def _figure(figure: Mapping[str, Any] | None) -> str:
    """A value with its 95 % interval; nothing where it was not measured."""
    if not figure or figure.get("value") is None:
        return ""
    if figure.get("low") is None:
        return f"{figure['value']:.4f}"
    return f"{figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"
