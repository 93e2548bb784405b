"""What is deployed in an environment, read from the outputs of its CloudFormation stacks."""

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.command_line.cloud import Cloud
from bakeoff.errors import CloudError

STACKS = ("data", "training", "serving")


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Names and addresses of an environment's resources.

    Args:
        bucket: holds raw and prepared data, models, lists and reports.
        runs_table: one record for each run, by `runId`.
        promoted_run_parameter: the SSM parameter that holds the id of the run that serves.
        run_machine: ARN of the state machine of a whole run.
        contestant_machines: ARNs of the state machines that train one contestant.
        api_url: the API's address as it can be called from here, without a slash at its end.
        api_key: the value of the header ``x-api-key``.
    """

    bucket: str
    runs_table: str
    promoted_run_parameter: str
    run_machine: str
    contestant_machines: tuple[str, ...]
    api_url: str
    api_key: str


def read_deployed(cloud: Cloud) -> Deployed:
    """Ask CloudFormation for the outputs of the environment's stacks.

    Raises:
        CloudError: a stack or an output is missing; with the command that deploys it.
    """
    stacks = {stack: describe_stack(cloud, stack_name(cloud, stack)) for stack in STACKS}

    def output(stack: str, key: str) -> str:
        described = stacks[stack]
        if described is None:
            raise CloudError(f"The stack {stack_name(cloud, stack)} is not deployed. {_deploy_first(cloud)}")
        found = _outputs(described)
        if key not in found:
            raise CloudError(
                f"The stack {stack_name(cloud, stack)} is in state {described['StackStatus']} and has no output {key}: "
                f"its deployment failed, or is an older version's. {_deploy_first(cloud)}"
            )
        return found[key]

    return Deployed(
        bucket=output("data", "BucketName"),
        runs_table=output("data", "RunsTableName"),
        promoted_run_parameter=output("data", "PromotedRunParameter"),
        run_machine=output("training", "RunStateMachineArn"),
        contestant_machines=(
            output("training", "SageMakerStateMachineArn"),
            output("training", "PersonalizeStateMachineArn"),
            output("training", "AutopilotStateMachineArn"),
        ),
        api_url=reachable_api_url(output("serving", "ApiUrl"), endpoint=cloud.endpoint),
        api_key=_api_key(cloud, output("serving", "ApiKeyId")),
    )


def stack_name(cloud: Cloud, stack: str) -> str:
    return f"{cloud.config.prefix}-{stack}"


def stack_outputs(cloud: Cloud, stack: str) -> dict[str, str] | None:
    """The outputs of one stack; None where there is no such stack."""
    described = describe_stack(cloud, stack_name(cloud, stack))
    return None if described is None else _outputs(described)


def _outputs(described: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def describe_stack(cloud: Cloud, name: str) -> dict[str, Any] | None:
    """CloudFormation's description of the stack `name`; None where there is none."""
    try:
        stacks = cloud.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    described: dict[str, Any] | None = stacks[0] if stacks else None
    return described


def reachable_api_url(url: str, *, endpoint: str | None) -> str:
    """`url` as it can be called from here: the local cloud serves the API under a path of its own address."""
    if endpoint is None:
        return url.rstrip("/")
    match = re.match(r"https?://([^./]+)\.execute-api\.[^/]+/([^/]+)", url)
    if match is None:
        raise CloudError(f"The output ApiUrl of the local cloud is '{url}', which is no API Gateway address.")
    return f"{endpoint}/restapis/{match[1]}/{match[2]}/_user_request_"


def _api_key(cloud: Cloud, key_id: str) -> str:
    value: str = cloud.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"]
    return value


def _deploy_first(cloud: Cloud) -> str:
    return f"Deploy first: python -m bakeoff deploy --env {cloud.config.name}"
