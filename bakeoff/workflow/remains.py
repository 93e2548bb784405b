"""Removes what runs made outside of CloudFormation and would go on billing; empties buckets that are to go."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.errors import CloudError
from bakeoff.workflow.cloud import Cloud

# Between two rounds: the first are quick, for what is gone in seconds; a campaign takes minutes.
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True)
class _Kind:
    """How one kind of resource is listed and deleted.

    Args:
        listed: the list in the answer of the listing call.
        key: of the name or ARN in a listed entry, with which it is deleted.
        argument: of the deleting call.
        named: of what in a listed entry tells by whom it was made; None where `key` does.
        made: what follows the environment's prefix in the names of what runs made: of some kinds a stack makes others.
        only: what else the listing call is asked for.
    """

    service: str
    lists: str
    listed: str
    deletes: str
    key: str
    argument: str
    named: str | None = None
    made: tuple[str, ...] = ("",)
    only: Mapping[str, str] = field(default_factory=dict)


# The stack has datasets and schemas of interactions, runs those of items and users.
_METADATA = ("items-", "users-")
# In this order: Personalize refuses to delete a solution that has a campaign, a dataset while a version is trained, and
# a schema that a dataset uses.
_KINDS = (
    _Kind("sagemaker", "list_endpoints", "Endpoints", "delete_endpoint", "EndpointName", "EndpointName"),
    _Kind(
        "sagemaker",
        "list_endpoint_configs",
        "EndpointConfigs",
        "delete_endpoint_config",
        "EndpointConfigName",
        "EndpointConfigName",
    ),
    _Kind("sagemaker", "list_models", "Models", "delete_model", "ModelName", "ModelName"),
    # A search cannot be deleted, and bills until it ends: one that goes on is stopped.
    _Kind(
        "sagemaker",
        "list_auto_ml_jobs",
        "AutoMLJobSummaries",
        "stop_auto_ml_job",
        "AutoMLJobName",
        "AutoMLJobName",
        only={"StatusEquals": "InProgress"},
    ),
    _Kind("personalize", "list_campaigns", "campaigns", "delete_campaign", "campaignArn", "campaignArn"),
    _Kind("personalize", "list_solutions", "solutions", "delete_solution", "solutionArn", "solutionArn"),
    _Kind("personalize", "list_datasets", "datasets", "delete_dataset", "datasetArn", "datasetArn", "name", _METADATA),
    _Kind("personalize", "list_schemas", "schemas", "delete_schema", "schemaArn", "schemaArn", made=_METADATA),
)


def remains(cloud: Cloud) -> list[str]:
    """Names and ARNs of what is left, of every kind."""
    return [name for kind in _KINDS for name in _left(cloud, kind)]


def remove_remains(
    cloud: Cloud, *, may_go_on: Callable[[], bool], sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Delete until nothing is left; deletions take minutes, and some have to wait for others.

    Returns:
        The names and ARNs that were there at the beginning.

    Raises:
        CloudError: time is up; with what is left.
    """
    found, pause = remains(cloud), _FIRST_PAUSE_SECONDS
    while left := remains(cloud):
        for kind in _KINDS:
            for name in _left(cloud, kind):
                _delete(cloud, kind, name)
        if not remains(cloud):
            break
        if not may_go_on():
            raise CloudError(f"Not yet deleted: {', '.join(left)}. Delete the stack again in a few minutes.")
        sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    return found


def _left(cloud: Cloud, kind: _Kind) -> list[str]:
    pages = cloud.client(kind.service).get_paginator(kind.lists).paginate(**kind.only)
    prefixes = tuple(f"{cloud.settings.prefix}-{word}" for word in kind.made)
    entries = (entry for page in pages for entry in page[kind.listed])
    return [
        entry[kind.key] for entry in entries if entry[kind.named or kind.key].rpartition("/")[2].startswith(prefixes)
    ]


def _delete(cloud: Cloud, kind: _Kind, name: str) -> None:
    """Ask for one deletion; a refusal means that something else has to go first, which the next round sees."""
    request: dict[str, Any] = {kind.argument: name}
    try:
        getattr(cloud.client(kind.service), kind.deletes)(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("ResourceInUseException", "ResourceNotFoundException", "ValidationException"):
            raise CloudError(f"Deleting {name} failed: {code}: {error.response['Error']['Message']}") from error


def empty_buckets(cloud: Cloud) -> None:
    """Delete every object: CloudFormation deletes empty buckets only."""
    s3 = cloud.client("s3")
    for bucket in cloud.settings.buckets.split(","):
        # Access logs arrive hours late, and a bucket that is not empty stays: nobody may deliver any more.
        s3.delete_bucket_policy(Bucket=bucket)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys}).get("Errors", []) if keys else []
            if refused:
                raise CloudError(f"S3 refused to delete {refused[0]['Key']} in {bucket}: {refused[0]['Message']}")
