"""What is deployed, which run serves and how far the newest is, in words and tables."""

from bakeoff.command_line import runs
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import STACKS, Deployed, describe_stack, read_deployed, stack_name
from bakeoff.command_line.following import progress_table, progress_title
from bakeoff.command_line.results import Report, results_table
from bakeoff.command_line.screen import console, say, titled
from bakeoff.command_line.serving_run import serving_run


def show(cloud: Cloud) -> None:
    """Print the state of an environment."""
    say(f"Environment {cloud.config.name} at {cloud.endpoint or f'AWS, {cloud.config.region}'}")
    described = {name: describe_stack(cloud, name) for name in (stack_name(cloud, stack) for stack in STACKS)}
    for name, stack in described.items():
        say(f"  stack {name}: {'not deployed' if stack is None else stack['StackStatus']}")
    # A stack whose first deployment failed is there and gives nothing.
    if any(stack is None or not stack.get("Outputs") for stack in described.values()):
        say(f"  Not everything is deployed: python -m bakeoff deploy --env {cloud.config.name}")
        return
    deployed = read_deployed(cloud)
    say(f"  API: {deployed.api_url}")
    record = serving_run(cloud, deployed)
    say(f"  serving: {'no run yet' if record is None else 'run ' + str(record['runId'])}")
    _show_newest(cloud, deployed)


def show_report(report: Report) -> None:
    """Print a run's comparison and what was decided."""
    console().print(titled(f"Run {report.run}", results_table(report)))
    say("This run serves." if report.promoted else f"This run does not serve: {report.reason or 'no reason was given'}")


def _show_newest(cloud: Cloud, deployed: Deployed) -> None:
    sfn = cloud.client("stepfunctions")
    arn = runs.latest_run(sfn, deployed)
    if arn is None:
        say("  newest run: none yet")
        return
    progress = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=()).look()
    say(f"  newest run: {runs.run_id(arn)}")
    if progress.problem:
        say(f"  {progress.problem}")
    console().print(titled(progress_title(progress), progress_table(progress)))
