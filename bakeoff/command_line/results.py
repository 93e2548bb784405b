"""A run's report, read from the bucket, as the table that the command line shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from rich.table import Table

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.runs import innermost_cause
from bakeoff.command_line.screen import duration, table
from bakeoff.contracts.naming import run_prefix
from bakeoff.errors import RunError

COLUMNS = ("contestant", "ndcg@10", "coverage@10", "training", "status")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run published.

    Args:
        run: its id.
        promoted: whether the run serves now.
        reason: why it does not, or what was decided, in words.
        default: the contestant that leads the API's answer; None where none does.
        contestants: as in the report's JSON, in its order.
    """

    run: str
    promoted: bool
    reason: str
    default: str | None
    contestants: list[dict[str, Any]]


def report_key(run: str) -> str:
    """Where `Publish report` puts the report of `run` in the bucket."""
    return f"{run_prefix(run)}report.json"


def read_report(s3: Any, deployed: Deployed, *, run: str) -> Report:
    """Fetch the report of `run`; raises as `read_report_json`."""
    return parse_report(read_report_json(s3, deployed, run=run))


def read_report_json(s3: Any, deployed: Deployed, *, run: str) -> dict[str, Any]:
    """The report of `run` as it was published.

    Raises:
        RunError: there is none: an unknown run, or one that is not over yet.
    """
    try:
        body = s3.get_object(Bucket=deployed.bucket, Key=report_key(run))["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise RunError(
                f"There is no report of a run '{run}': it is not over yet, or there is no such run. "
                "`python -m bakeoff status` shows the newest."
            ) from error
        raise
    report: dict[str, Any] = json.loads(body)
    return report


def parse_report(report: Mapping[str, Any]) -> Report:
    """The report from its JSON."""
    return Report(
        run=report["runId"],
        promoted=bool(report.get("promoted")),
        reason=innermost_cause(report.get("reason") or ""),
        default=report.get("default"),
        contestants=list(report["contestants"]),
    )


def results_table(report: Report) -> Table:
    """One row a contestant: accuracy with its interval, coverage, training time, status in words."""
    rows = [
        (
            contestant["name"],
            _metric(contestant, "ndcg@10"),
            _metric(contestant, "coverage@10"),
            _training(contestant),
            _status(contestant, is_default=contestant["name"] == report.default),
        )
        for contestant in report.contestants
    ]
    return table(COLUMNS, rows)


def _metric(contestant: Mapping[str, Any], name: str) -> str:
    """``0.195 (0.181 to 0.209)``: never a value without its interval where there is one."""
    measured = (contestant.get("metrics") or {}).get(name)
    if not measured or measured.get("value") is None:
        return "–"
    low, high = measured.get("low"), measured.get("high")
    interval = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return f"{measured['value']:.3f}{interval}"


def _training(contestant: Mapping[str, Any]) -> str:
    seconds = contestant.get("trainingSeconds")
    return "–" if seconds is None else duration(seconds)


def _status(contestant: Mapping[str, Any], *, is_default: bool) -> str:
    if contestant["status"] != "ok":
        return f"failed: {contestant.get('reason') or 'no reason was given'}"
    words = ["blended" if contestant.get("kind") == "blend" else "trained"]
    if contestant.get("twin"):
        words.append("local twin")
    if is_default:
        words.append("the default")
    return ", ".join(words)
