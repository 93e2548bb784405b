"""What CreateAutoMLJobV2 asks for: the rules that go beyond botocore's model, and the request's defaults."""

import json
from contextlib import closing
from typing import Any

from local_cloud.automl.algorithms import FAMILIES
from local_cloud.automl.problem import OBJECTIVES
from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.channels import NoObjectsError, inputs_of
from local_cloud.sagemaker.locations import checked
from local_cloud.storage import Storage, StorageError

CSV, PARQUET = "text/csv;header=present", "x-application/vnd.amazon+parquet"
# AWS trains up to 100 or 250 candidates unless told otherwise.
DEFAULT_CANDIDATES = 10
DEFAULT_RUNTIME = DEFAULT_TRAINING_RUNTIME = 86_400  # seconds
DEFAULT_VALIDATION_FRACTION = 0.2


def tabular(request: dict[str, Any]) -> dict[str, Any]:
    """The request's TabularJobConfig.

    Raises:
        ServiceError: ``ValidationException`` where there is none.
    """
    config: dict[str, Any] | None = request["AutoMLProblemTypeConfig"].get("TabularJobConfig")
    if config is None:
        raise ServiceError("ValidationException", "Exactly one problem type configuration is needed")
    return config


def families(request: dict[str, Any]) -> list[str]:
    """The algorithms that are searched.

    Raises:
        NotPlayedError: one is not played.
        ServiceError: ``ValidationException``: there is more than one list, or none may be given in this mode.
    """
    config = tabular(request)
    listed = config.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig", [])
    if listed and config.get("Mode", "AUTO") == "AUTO":
        raise ServiceError("ValidationException", "AlgorithmsConfig should not be set if the Mode is AUTO")
    if len(listed) > 1:
        raise ServiceError("ValidationException", "AlgorithmsConfig takes one list of AutoMLAlgorithms")
    asked = listed[0]["AutoMLAlgorithms"] if listed else []
    unplayed = [name for name in asked if name not in FAMILIES]
    if unplayed:
        raise NotPlayedError(f"AlgorithmsConfig.AutoMLAlgorithms={', '.join(unplayed)} of CreateAutoMLJobV2")
    return list(dict.fromkeys(asked)) or list(FAMILIES)


def check_problem(request: dict[str, Any]) -> None:
    """Problem type and objective are given together or not at all.

    Raises:
        ServiceError: ``ValidationException`` where they are not, or do not go together.
    """
    kind = tabular(request).get("ProblemType")
    objective = request.get("AutoMLJobObjective", {}).get("MetricName")
    if (kind is None) != (objective is None):
        raise ServiceError("ValidationException", "ProblemType and AutoMLJobObjective must be provided together")
    if kind is not None and objective not in OBJECTIVES[kind]:
        allowed = ", ".join(OBJECTIVES[kind])
        raise ServiceError("ValidationException", f"The objective {objective} of {kind} must be one of: {allowed}")


def completion(request: dict[str, Any]) -> dict[str, int]:
    """CompletionCriteria with what the request leaves out."""
    return {
        "MaxCandidates": DEFAULT_CANDIDATES,
        "MaxRuntimePerTrainingJobInSeconds": DEFAULT_TRAINING_RUNTIME,
        "MaxAutoMLJobRuntimeInSeconds": DEFAULT_RUNTIME,
        **tabular(request).get("CompletionCriteria", {}),
    }


def channels(request: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The inputs by channel: training, and validation where there is one.

    Raises:
        ServiceError: ``ValidationException``: there is no training channel, or one twice, or they differ in form.
    """
    found: dict[str, dict[str, Any]] = {}
    for channel in request["AutoMLJobInputDataConfig"]:
        name = channel.get("ChannelType", "training")
        if name in found:
            raise ServiceError("ValidationException", f"There is more than one channel of the type {name}")
        found[name] = channel
    if "training" not in found:
        raise ServiceError("ValidationException", "A channel of the type training is needed")
    if len({channel.get("ContentType", CSV) for channel in found.values()}) > 1:
        raise ServiceError("ValidationException", "All channels must have the same ContentType")
    if "validation" in found and "DataSplitConfig" in request:
        raise ServiceError("ValidationException", "DataSplitConfig is not taken with a validation channel")
    return found


def refuse_missing_inputs(storage: Storage, request: dict[str, Any]) -> None:
    """Autopilot looks for its inputs before it accepts a job.

    Raises:
        ServiceError: ``ValidationException`` naming what is missing.
    """
    for channel in channels(request).values():
        source = channel["DataSource"]["S3DataSource"]
        checked(source["S3Uri"])
        try:
            inputs_of(storage, uri=source["S3Uri"], kind=source["S3DataType"])
        except (NoObjectsError, StorageError) as error:
            raise ServiceError("ValidationException", str(error)) from error


def features(storage: Storage, request: dict[str, Any]) -> tuple[list[str] | None, dict[str, str]]:
    """The columns that count, None for all, and the declared types.

    Raises:
        ServiceError: ``ValidationException`` where the specification cannot be read, or names the target.
    """
    uri = tabular(request).get("FeatureSpecificationS3Uri")
    if uri is None:
        return None, {}
    try:
        with closing(storage.read(checked(uri))) as stream:
            content = json.loads(stream.read())
        types = dict(content.get("FeatureDataTypes", {}))
        names = list(content["FeatureAttributeNames"]) if "FeatureAttributeNames" in content else None
    except (StorageError, ValueError, TypeError, AttributeError) as error:
        raise ServiceError("ValidationException", f"The feature specification {uri} cannot be read: {error}") from error
    target = tabular(request)["TargetAttributeName"]
    if target in {*(names or ()), *types}:
        raise ServiceError("ValidationException", f"The feature specification {uri} names the target {target}")
    strangers = sorted(set(types) - set(names)) if names is not None else []
    if strangers:
        listed = ", ".join(strangers)
        raise ServiceError("ValidationException", f"FeatureDataTypes names columns that are no features: {listed}")
    unplayed = sorted(set(types.values()) - {"numeric", "categorical", "text", "datetime"})
    if unplayed:
        raise NotPlayedError(f"FeatureDataTypes of the kind {', '.join(unplayed)}")
    return names, types
