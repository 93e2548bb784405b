"""What runs made outside of CloudFormation: found by name and tag, removed in the order in which AWS allows it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.following import Pause
from bakeoff.errors import CloudError

TAG = "bakeoff:environment"
LONGEST_SECONDS = 1800.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource that a run makes.

    Args:
        name: what a person reads.
        service: boto3's name of the service.
        paginator: of the listing operation.
        entries: the key of the listing.
        label: the key of an entry's name.
        arn: the key of an entry's ARN.
        delete: removes one, given a client and its entry.
    """

    name: str
    service: str
    paginator: str
    entries: str
    label: str
    arn: str
    delete: Callable[[Any, dict[str, Any]], object]


# An endpoint goes before its configuration, a campaign before its solution.
KINDS = (
    Kind(
        name="endpoint",
        service="sagemaker",
        paginator="list_endpoints",
        entries="Endpoints",
        label="EndpointName",
        arn="EndpointArn",
        delete=lambda client, entry: client.delete_endpoint(EndpointName=entry["EndpointName"]),
    ),
    Kind(
        name="endpoint configuration",
        service="sagemaker",
        paginator="list_endpoint_configs",
        entries="EndpointConfigs",
        label="EndpointConfigName",
        arn="EndpointConfigArn",
        delete=lambda client, entry: client.delete_endpoint_config(EndpointConfigName=entry["EndpointConfigName"]),
    ),
    Kind(
        name="model",
        service="sagemaker",
        paginator="list_models",
        entries="Models",
        label="ModelName",
        arn="ModelArn",
        delete=lambda client, entry: client.delete_model(ModelName=entry["ModelName"]),
    ),
    Kind(
        name="campaign",
        service="personalize",
        paginator="list_campaigns",
        entries="campaigns",
        label="name",
        arn="campaignArn",
        delete=lambda client, entry: client.delete_campaign(campaignArn=entry["campaignArn"]),
    ),
    Kind(
        name="solution",
        service="personalize",
        paginator="list_solutions",
        entries="solutions",
        label="name",
        arn="solutionArn",
        delete=lambda client, entry: client.delete_solution(solutionArn=entry["solutionArn"]),
    ),
)


def find_leftovers(cloud: Cloud) -> list[str]:
    """Every resource that runs of this environment made and that is still there, as ``kind name``."""
    return [f"{kind.name} {entry[kind.label]}" for kind in KINDS for entry in _entries(cloud, kind)]


def remove_leftovers(cloud: Cloud, *, told: Callable[[str], None], every: float, pause: Pause = time.sleep) -> None:
    """Delete what `find_leftovers` finds, one kind after the other, and wait until each kind has gone.

    Raises:
        CloudError: something does not go.
    """
    for kind in KINDS:
        client = cloud.client(kind.service)
        asked: set[str] = set()
        waited = 0.0
        while entries := _entries(cloud, kind):
            for entry in entries:
                if entry[kind.arn] not in asked:
                    asked.add(entry[kind.arn])
                    kind.delete(client, entry)
                    told(f"Deleting {kind.name} {entry[kind.label]}")
            if waited > LONGEST_SECONDS:
                names = ", ".join(entry[kind.label] for entry in entries)
                raise CloudError(f"Still there after {LONGEST_SECONDS / 60:.0f} minutes: {kind.name} {names}.")
            pause(every)
            waited += every


def stop_runs(cloud: Cloud, machines: list[str]) -> list[str]:
    """Stop every execution of `machines` that is under way; their names."""
    sfn = cloud.client("stepfunctions")
    stopped = []
    for machine in machines:
        pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
        for execution in [execution for page in pages for execution in page["executions"]]:
            sfn.stop_execution(executionArn=execution["executionArn"], cause="The environment is being destroyed")
            stopped.append(execution["name"])
    return stopped


def _entries(cloud: Cloud, kind: Kind) -> list[dict[str, Any]]:
    """Entries whose name begins with the environment's prefix and whose tag names the environment."""
    client = cloud.client(kind.service)
    prefix = f"{cloud.config.prefix}-"
    return [
        entry
        for page in client.get_paginator(kind.paginator).paginate()
        for entry in page[kind.entries]
        if entry[kind.label].startswith(prefix) and _is_ours(client, kind, entry, cloud.config.name)
    ]


def _is_ours(client: Any, kind: Kind, entry: dict[str, Any], environment: str) -> bool:
    """Whether the tag says so: another environment's name could begin like this one's."""
    try:
        if kind.service == "personalize":
            tags = client.list_tags_for_resource(resourceArn=entry[kind.arn])["tags"]
            return {"tagKey": TAG, "tagValue": environment} in tags
        tags = client.list_tags(ResourceArn=entry[kind.arn])["Tags"]
    except ClientError as error:
        # Deleted between the listing and the question.
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "ValidationException"):
            return False
        raise
    return {"Key": TAG, "Value": environment} in tags
