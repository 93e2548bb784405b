"""The report as Markdown, report.md: a summary that fits into a pull request."""

from collections.abc import Mapping
from typing import Any

from bakeoff.judging.markdown import line
from bakeoff.judging.scale import in_seconds
from bakeoff.judging.summary import claims_table, grade_table, overall_order

METRICS = ("ndcg@10", "ndcg@100", "recall@10", "coverage@10")


def markdown(report: Mapping[str, Any]) -> str:
    """Decision, figures, grades, other splits and the article's claims; as far as the run came."""
    outcome = "serves now" if report["promoted"] else "does not serve"
    if report["failed"]:
        outcome = "serves now, and failed after the switch" if report["promoted"] else "failed"
    lines = [
        f"# Run {report['runId']}",
        "",
        f"The run {outcome}. {line(report['reason'])}",
        "",
        f"Data set {line(report['dataset'] or 'unknown')}, split {report['split'] or 'not made'}.",
        *_checks(report["gate"]),
        "",
        f"| contestant | {' | '.join(METRICS)} | training s | latency p50 / p95 ms | status |",
        f"|---|{'---|' * (len(METRICS) + 3)}",
        *[_row(contestant, report["default"]) for contestant in report["contestants"]],
        *_remarks(report),
        *_section("SageMaker Autopilot", _searches(report)),
        *_section("Grades", _grades(report)),
        *_section("Other splits", [f"- {line(one['says'])}" for one in report["otherSplits"]]),
        *_section("What the article said, what we find", claims_table(report["claims"]) if report["claims"] else []),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"## {title}", "", *lines] if lines else []


def _grades(report: Mapping[str, Any]) -> list[str]:
    grades = report["grades"]
    return [*grade_table(grades, report["contestants"]), "", *overall_order(grades)] if grades else []


def _searches(report: Mapping[str, Any]) -> list[str]:
    """What kind of problem each search took the ratings for, and what its predictions miss by."""
    return [
        f"- {line(one['name'])}: {line(one['autopilot'].get('problemType') or 'problem type not told')}, "
        f"{'as asked' if one['autopilot'].get('problemTypeGiven') else 'decided by AWS'}; "
        f"RMSE {_figure((one.get('metrics') or {}).get('rmse')) or 'not measured'}."
        for one in report["contestants"]
        if one.get("autopilot")
    ]


def _checks(gate: Mapping[str, Any] | None) -> list[str]:
    checks = [f"- {one['name']}: {one['verdict']}. {line(one['says'])}" for one in (gate or {}).get("checks") or []]
    return ["", *checks] if checks else []


def _remarks(report: Mapping[str, Any]) -> list[str]:
    """What a reader must know before quoting a figure."""
    remarks = []
    if any(contestant.get("twin") for contestant in report["contestants"]):
        remarks.append("A local twin stands in for a managed service: its figures are the twin's, not the service's.")
    if report["measuredOn"]["laptop"]:
        remarks.append("Seconds and milliseconds were measured on a laptop's local cloud.")
    return [line for remark in remarks for line in ("", remark)]


def _row(contestant: Mapping[str, Any], default: str | None) -> str:
    metrics, latency = contestant.get("metrics") or {}, contestant.get("latency") or {}
    seconds = contestant.get("trainingSeconds")
    cells = [
        line(contestant["name"]) + (" (local twin)" if contestant.get("twin") else ""),
        *[_figure(metrics.get(name)) for name in METRICS],
        "" if seconds is None else in_seconds(seconds).removesuffix(" s"),
        f"{latency['p50']} / {latency['p95']} (n = {latency['n']})" if latency.get("n") else "",
        line(_status(contestant, default)),
    ]
    return f"| {' | '.join(cells)} |"


def _status(contestant: Mapping[str, Any], default: str | None) -> str:
    if contestant["status"] != "ok":
        return f"failed: {contestant.get('reason') or 'no reason was given'}"
    return "ok, the default" if contestant["name"] == default else "ok"


def _figure(figure: Mapping[str, Any] | None) -> str:
    """A value with its 95 % interval and n; nothing where it was not measured."""
    if not figure:
        return ""
    return f"{figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f}, n = {figure['n']:,})"
