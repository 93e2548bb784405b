"""Deploys and destroys an environment; on AWS only after it was shown and confirmed."""

from collections.abc import Callable

from bakeoff.command_line.cdk import Cdk
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import STACKS, describe_stack, stack_name, stack_outputs
from bakeoff.command_line.following import AWS_SECONDS, LOCAL_SECONDS
from bakeoff.command_line.leftovers import find_leftovers, remove_leftovers, stop_runs
from bakeoff.command_line.screen import say
from bakeoff.errors import CloudError

Confirm = Callable[[str], bool]


def deploy(cloud: Cloud, cdk: Cdk, *, yes: bool, confirm: Confirm) -> None:
    """Bootstrap where needed, and deploy every stack; on AWS the changes are shown first.

    Args:
        yes: do not ask.
        confirm: asks; False ends the command.
    """
    account = cloud.account()
    if not cloud.is_local:
        cdk.diff()
        say(f"This deploys to account {account}, region {cloud.config.region}, and costs money there (docs/cost.md).")
        if not yes and not confirm("Deploy?"):
            say("Nothing was deployed.")
            return
    cdk.bootstrap()
    cdk.deploy()
    say(f"Deployed: {', '.join(stack_name(cloud, stack) for stack in STACKS)}.")


def destroy(cloud: Cloud, cdk: Cdk, *, yes: bool, verify: bool, confirm: Confirm) -> None:
    """Stop runs, remove what they made, then the stacks.

    Args:
        yes: do not ask.
        verify: afterwards look for what is left.
        confirm: asks; False ends the command.

    Raises:
        CloudError: with `verify`, something that was to go is left.
    """
    account = cloud.account()
    found = find_leftovers(cloud)
    say(f"Environment {cloud.config.name}, account {account}, region {cloud.config.region}:")
    for line in [f"stack {name}" for name in _stacks(cloud)] + found:
        say(f"  {line}")
    if cloud.config.removal == "retain":
        say("Buckets and tables outlive their stacks in this environment and stay.")
    if not yes and not confirm("Destroy all of this?"):
        say("Nothing was destroyed.")
        return
    for name in stop_runs(cloud, _machines(cloud)):
        say(f"Stopped run {name}")
    remove_leftovers(cloud, told=say, every=LOCAL_SECONDS if cloud.is_local else AWS_SECONDS)
    cdk.destroy()
    if verify:
        left = [f"stack {name}" for name in _stacks(cloud)] + find_leftovers(cloud)
        if left:
            raise CloudError(f"Still there: {', '.join(left)}. Run the command again, or look in the console.")
        say("Verified: no stack, endpoint, model, campaign or solution of this environment is left.")


def _stacks(cloud: Cloud) -> list[str]:
    names = [stack_name(cloud, stack) for stack in STACKS]
    return [name for name in names if describe_stack(cloud, name) is not None]


def _machines(cloud: Cloud) -> list[str]:
    """The run's state machine, where its stack is there; stopping a run stops its children."""
    outputs = stack_outputs(cloud, "training") or {}
    return [outputs["RunStateMachineArn"]] if "RunStateMachineArn" in outputs else []
