"""`report --compare`: reads what two runs published, and shows what changed and whether it is noise."""

import io
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from rich.table import Table

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.results import read_report_json
from bakeoff.command_line.screen import console, say, table, titled
from bakeoff.evaluation.changes import FIGURES, METRICS, side_by_side
from bakeoff.evaluation.compare_runs import DECISIVE, SAME_LISTS, RunResults, why_untested
from bakeoff.evaluation.lists_table import LISTS_PARQUET
from bakeoff.evaluation.published import read_published
from bakeoff.evaluation.results import METRICS_JSON

COLUMNS = ("contestant", *FIGURES, "on the same users")
LONGEST_SHOWN = 60


def compare(s3: Any, deployed: Deployed, *, before: str, after: str) -> dict[str, Any]:
    """The two runs side by side; lists are read only where they can be tested.

    Raises:
        RunError: one of them has no report.
    """
    runs = [_without_lists(s3, deployed, run) for run in (before, after)]
    if why_untested(*runs) is None:
        runs = [_with_lists(s3, deployed, run) for run in runs]
    return side_by_side(*runs)


def _without_lists(s3: Any, deployed: Deployed, run: str) -> RunResults:
    report = read_report_json(s3, deployed, run=run)
    if not report.get("evaluationKey"):
        return RunResults(report=report, metrics=None)
    try:
        metrics = json.loads(_evaluated(s3, deployed, report, METRICS_JSON))
    except ClientError as error:
        # A run that failed names the evaluation that it would have made.
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        metrics = None
    return RunResults(report=report, metrics=metrics)


def _with_lists(s3: Any, deployed: Deployed, run: RunResults) -> RunResults:
    body = _evaluated(s3, deployed, run.report, LISTS_PARQUET)
    return RunResults(report=run.report, metrics=run.metrics, lists=read_published(io.BytesIO(body)))


def _evaluated(s3: Any, deployed: Deployed, report: Mapping[str, Any], file: str) -> bytes:
    body: bytes = s3.get_object(Bucket=deployed.bucket, Key=f"{report['evaluationKey']}{file}")["Body"].read()
    return body


def show_json(found: Mapping[str, Any]) -> None:
    say(json.dumps(found, indent=2, ensure_ascii=False))


def show(found: Mapping[str, Any]) -> None:
    """Print the comparison for a person."""
    title = f"From run {found['before']} to run {found['after']}: before → after (difference)"
    console().print(titled(title, comparison_table(found)))
    if found["untested"]:
        say(f"No test: {found['untested']}")
    else:
        say(
            f"Beyond noise: a paired permutation test on {DECISIVE} with p < 0.05 after Holm's correction over the "
            "contestants; in brackets the 95 % interval of the difference."
        )
    if any(found["measuredOn"].values()):
        places = [found["measuredOn"][side] or "machines unknown" for side in ("before", "after")]
        where = places[0] if places[0] == places[1] else f"{places[0]} before, {places[1]} after"
        say(f"Seconds and milliseconds were measured on {where}; no test compares them.")
    for which, run in (("onlyBefore", "before"), ("onlyAfter", "after")):
        if found[which]:
            say(f"Only in run {found[run]}: {', '.join(found[which])}")
    if not found["changes"]:
        say("Nothing else changed.")
        return
    rows = [(one["what"], _words(one["before"]), _words(one["after"])) for one in found["changes"]]
    console().print(titled("What changed otherwise", table(("what", "before", "after"), rows)))


def comparison_table(found: Mapping[str, Any]) -> Table:
    """One row a contestant that is in both runs."""
    rows = [
        (one["name"], *(_cell(name, figure) for name, figure in one["figures"].items()), _verdict(one["test"]))
        for one in found["contestants"]
    ]
    return table(COLUMNS, rows)


def _cell(name: str, figure: Mapping[str, float | None]) -> str:
    """``0.195 → 0.201 (+0.006)``; a dash where one was not measured."""
    decimals = 3 if name in METRICS else 1
    shown = [_number(figure[side], decimals) for side in ("before", "after")]
    difference = figure["difference"]
    return " → ".join(shown) + ("" if difference is None else f" ({difference:+.{decimals}f})")


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def _verdict(test: Mapping[str, Any] | None) -> str:
    """Never a verdict without its n, nor a difference without its interval."""
    if test is None:
        return "not tested"
    if test["says"] == SAME_LISTS:
        return f"{SAME_LISTS}, n = {test['n']}"
    difference = test["differences"][DECISIVE]
    return f"{test['says']} [{difference['low']:+.4f} to {difference['high']:+.4f}], n = {test['n']}"


def _words(value: Any) -> str:
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
