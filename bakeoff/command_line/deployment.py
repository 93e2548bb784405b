"""Deploys and destroys an environment; on AWS only after it was shown and confirmed."""

from collections.abc import Callable

from bakeoff.command_line.cdk import Cdk
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import STACKS, describe_stack, stack_name, stack_outputs
from bakeoff.command_line.screen import say
from bakeoff.errors import CloudError
from bakeoff.workflow.cloud import Cloud as WorkflowCloud
from bakeoff.workflow.cloud import WorkflowSettings
from bakeoff.workflow.remains import remains

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
        say(f"This deploys to account {account}, region {cloud.config.region}, and costs money there.")
        if not yes and not confirm("Deploy?"):
            say("Nothing was deployed.")
            return
    cdk.bootstrap()
    cdk.deploy()
    say(f"Deployed: {', '.join(stack_name(cloud, stack) for stack in STACKS)}.")


def destroy(cloud: Cloud, cdk: Cdk, *, yes: bool, verify: bool, confirm: Confirm) -> None:
    """Stop the runs and delete the stacks; deleting the training stack removes what runs made outside of it.

    Args:
        yes: do not ask.
        verify: afterwards look for what is left.
        confirm: asks; False ends the command.

    Raises:
        CloudError: with `verify`, something that was to go is left.
    """
    account = cloud.account()
    say(f"Environment {cloud.config.name}, account {account}, region {cloud.config.region}:")
    for line in left(cloud) or ["nothing is there"]:
        say(f"  {line}")
    if cloud.config.removal == "retain":
        say("Buckets and tables outlive their stacks in this environment and stay.")
    if not yes and not confirm("Destroy all of this?"):
        say("Nothing was destroyed.")
        return
    for name in stop_runs(cloud):
        say(f"Stopped run {name}")
    cdk.destroy()
    if not verify:
        return
    still_there = left(cloud)
    if still_there:
        raise CloudError(f"Still there: {', '.join(still_there)}. Run the command again, or look in the console.")
    say("Verified: no stack, endpoint, model, campaign, solution, dataset or schema of this environment is left.")


def left(cloud: Cloud) -> list[str]:
    """The environment's stacks, and what runs made outside of them."""
    stacks = [stack_name(cloud, stack) for stack in STACKS]
    seen = WorkflowCloud(
        settings=WorkflowSettings(prefix=cloud.config.prefix),
        clients={service: cloud.client(service) for service in ("sagemaker", "personalize")},
    )
    return [f"stack {name}" for name in stacks if describe_stack(cloud, name) is not None] + remains(seen)


def stop_runs(cloud: Cloud) -> list[str]:
    """Stop every run that is under way, and with it its children; their ids."""
    machine = (stack_outputs(cloud, "training") or {}).get("RunStateMachineArn")
    if machine is None:
        return []
    sfn = cloud.client("stepfunctions")
    pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    under_way = [execution for page in pages for execution in page["executions"]]
    for execution in under_way:
        sfn.stop_execution(executionArn=execution["executionArn"], cause="The environment is being destroyed")
    return [execution["name"] for execution in under_way]
