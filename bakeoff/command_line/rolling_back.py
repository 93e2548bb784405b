"""Lets the run that served before serve again: which one it is, the question whether to, and the way there."""

from bakeoff.command_line import following, results, runs, status
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.deployment import Confirm
from bakeoff.command_line.screen import say
from bakeoff.command_line.serving_run import serving_run
from bakeoff.errors import RunError


def roll_back(cloud: Cloud, deployed: Deployed, *, to: str | None, yes: bool, confirm: Confirm) -> None:
    """Ask, then bring up what the former run served with, and switch to it once it answers.

    Args:
        to: the run that is to serve again; None for the one that served before.
        yes: do not ask.

    Raises:
        RunError: nothing serves and no run is named, there is no former run, or it cannot serve again.
    """
    former = to or _former_run(cloud, deployed)
    say(f"The run {former} is to serve again, with the contestants and the data that it had.")
    if not yes and not confirm("Go back to it?"):
        say("Nothing was changed.")
        return
    sfn = cloud.client("stepfunctions")
    arn = runs.start_restoration(sfn, deployed, run=former)
    observer = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=())
    runs.require_success(
        following.follow(observer, every=following.LOCAL_SECONDS if cloud.is_local else following.AWS_SECONDS)
    )
    report = results.read_report(cloud.client("s3"), deployed, run=runs.run_id(arn))
    status.show_report(report)
    say(report.reason)


def _former_run(cloud: Cloud, deployed: Deployed) -> str:
    record = serving_run(cloud, deployed)
    if record is None:
        raise RunError("No run serves yet, so there is nothing to go back from; `python -m bakeoff run` starts one.")
    former: str | None = record.get("formerRunId")
    if former is None:
        raise RunError(f"Before the run {record['runId']} no run served. Name one with --to to let it serve.")
    return former
