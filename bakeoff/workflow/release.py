"""Releases what does not serve: endpoints, campaigns and rows of every run that is over and not promoted."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.errors import CloudError
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.plan import loaded_key, table_parts
from bakeoff.workflow.records import mark_released, promoted_run_id, records_that_hold
from bakeoff.workflow.stored import rows_to_delete

# What deleting answers when there is nothing to delete: the work is done already.
_GONE = {"ResourceNotFoundException", "ResourceNotFound"}


def release_backends(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """Delete the backends that no run needs any more, and name the table rows to remove.

    A run needs what it holds while it is promoted or under way. `given["runId"]` is the run that asks, which has
    nothing more to do. Models, training jobs and solutions stay: they cost nothing idle and let a re-run go on.
    A run that was stopped may have a backend that is still being made and cannot be deleted yet: its record goes on
    holding it, so that the next run tries again. A run that only compares staged nothing and releases nothing: the
    run that started it goes on and needs its own.

    Returns:
        ``released``, the backends deleted, and ``parts``, the files whose rows are to be deleted.
    """
    if given.get("onlyCompare"):
        return {"released": [], "parts": []}
    promoted = promoted_run_id(cloud)
    records = records_that_hold(cloud)
    needed = [one for one in records if one["runId"] == promoted or _goes_on(cloud, one, given["runId"])]
    over = [one for one in records if one not in needed]
    needed_backends = [backend for one in needed for backend in one["backends"]]
    backends = [backend for one in over for backend in one["backends"] if backend not in needed_backends]
    released = [backend for position, backend in enumerate(backends) if backend not in backends[:position]]
    busy = [backend for backend in released if not _DELETE[backend["type"]](cloud, backend)]
    parts = _parts_to_delete(cloud, over, needed)
    parts += rows_to_delete(cloud, [one for one in released if one not in busy], needed=needed_backends)
    for record in over:
        if not any(backend in busy for backend in record["backends"]):
            mark_released(cloud, record["runId"])
    return {"released": [backend for backend in released if backend not in busy], "parts": parts}


def _goes_on(cloud: Cloud, record: Mapping[str, Any], asking: str) -> bool:
    if record["executionArn"].endswith(f":{asking}"):  # it is the run that asks, or the one that this restores
        return False
    try:
        answer = cloud.client("stepfunctions").describe_execution(executionArn=record["executionArn"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":  # forgotten 90 days after its end
            return False
        raise
    return bool(answer["status"] == "RUNNING")


def _delete_endpoint(cloud: Cloud, backend: Mapping[str, Any]) -> bool:
    """The endpoint and its configuration, which have the same name; False where they cannot be deleted yet."""
    sagemaker = cloud.client("sagemaker")
    return _delete(sagemaker.delete_endpoint, EndpointName=backend["name"]) and _delete(
        sagemaker.delete_endpoint_config, EndpointConfigName=backend["name"]
    )


def _delete_campaign(cloud: Cloud, backend: Mapping[str, Any]) -> bool:
    return _delete(cloud.client("personalize").delete_campaign, campaignArn=backend["arn"])


def _nothing_runs(cloud: Cloud, backend: Mapping[str, Any]) -> bool:
    """Stored lists are rows alone."""
    return True


_DELETE = {
    "sagemaker-endpoint": _delete_endpoint,
    "personalize-campaign": _delete_campaign,
    "stored-lists": _nothing_runs,
    "autopilot-endpoint": _delete_endpoint,
}


def _delete(call: Any, **request: str) -> bool:
    """Delete, and take "there is none" for an answer; False where it is being made, changed or deleted just now.

    SageMaker says "Could not find" and "Cannot update in-progress endpoint" with its all-purpose ValidationException.
    """
    try:
        call(**request)
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] in _GONE or "Could not find" in said["Message"]:
            return True
        if said["Code"] == "ResourceInUseException" or "in-progress" in said["Message"]:
            return False
        raise CloudError(f"Releasing {request} failed: {said['Code']}: {said['Message']}") from error
    return True


def _parts_to_delete(cloud: Cloud, over: list[dict[str, Any]], needed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files of data versions that no run needs. The mark that they are loaded goes first: rows half deleted must
    never pass for loaded ones. Where the prepared folder was deleted, nobody knows the rows any more, and they stay."""
    kept = {record["dataVersion"] for record in needed}
    gone = {record["dataVersion"]: record["preparedKey"] for record in over if record["dataVersion"] not in kept}
    parts: list[dict[str, Any]] = []
    for data_version, key in sorted(gone.items()):
        cloud.client("dynamodb").delete_item(
            TableName=cloud.settings.items_table, Key={"key": {"S": loaded_key(data_version)}}
        )
        manifest = f"{key}manifest.json"
        parts += table_parts(key, data_version, cloud.read_json(manifest)) if cloud.exists(manifest) else []
    return parts
