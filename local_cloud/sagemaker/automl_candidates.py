"""Candidates as AWS describes them: their steps, their metrics, and the containers that answer with them."""

import hashlib
from typing import Any

from local_cloud.automl.algorithms import XGBOOST
from local_cloud.automl.problem import MINIMIZED, REGRESSION
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.jobs import LONGEST_REASON
from local_cloud.service import Place

# Accounts of the images in us-east-1; the tag says what answers here.
TWIN = "local-twin"
FEATURE_IMAGE = "683313688378.dkr.ecr.{region}.amazonaws.com/sagemaker-sklearn-automl:2.5-1-cpu-py3-" + TWIN
ALGORITHM_IMAGES = {
    XGBOOST: "683313688378.dkr.ecr.{region}.amazonaws.com/sagemaker-xgboost:3.2-0-" + TWIN,
    "linear-learner": "382416733822.dkr.ecr.{region}.amazonaws.com/linear-learner:1-" + TWIN,
}
_SHORT = {XGBOOST: "xgb", "linear-learner": "ll"}
_KEYS = "predicted_label,probability,probabilities"


def candidate_name(job: str, number: int, family: str) -> str:
    """At most 64 characters; says that a twin was trained."""
    digest = hashlib.sha256(f"{job}\n{number}".encode()).hexdigest()[:8]
    return f"{TWIN}-{job}-{_SHORT[family]}-{number + 1:03d}-{digest}"


def begun(place: Place, job: str, step: dict[str, Any]) -> dict[str, Any]:
    """The record of a candidate whose training has begun."""
    name, at = candidate_name(job, step["number"], step["family"]), now()
    steps = (("ProcessingJob", "processing-job", f"{job}-db-1"), ("TrainingJob", "training-job", name))
    return {
        "CandidateName": name,
        "ObjectiveStatus": "Pending",
        "CandidateSteps": [
            {
                "CandidateStepType": f"AWS::SageMaker::{kind}",
                "CandidateStepArn": place.arn("sagemaker", f"{resource}/{label.lower()}"),
                "CandidateStepName": label,
            }
            for kind, resource, label in steps
        ],
        "CandidateStatus": "InProgress",
        "CreationTime": at,
        "LastModifiedTime": at,
    }


def completed(step: dict[str, Any], *, objective: str) -> dict[str, Any]:
    """What changes when its training is done."""
    at = now()
    metrics = step["metrics"]
    return {
        "FinalAutoMLJobObjectiveMetric": {
            "Type": "Minimize" if objective in MINIMIZED else "Maximize",
            "MetricName": objective,
            "StandardMetricName": objective,
            "Value": metrics["Validation"][objective],
        },
        "Value": metrics["Validation"][objective],  # sorted by, not shown
        "ObjectiveStatus": "Succeeded",
        "CandidateStatus": "Completed",
        "EndTime": at,
        "LastModifiedTime": at,
        "CandidateProperties": {
            "CandidateMetrics": [
                {"MetricName": name, "StandardMetricName": name, "Value": value, "Set": part}
                for part, found in metrics.items()
                for name, value in found.items()
            ]
        },
    }


def failed(reason: str) -> dict[str, Any]:
    """What changes when its training has failed."""
    at = now()
    return {
        "CandidateStatus": "Failed",
        "ObjectiveStatus": "Failed",
        "FailureReason": reason[:LONGEST_REASON],
        "EndTime": at,
        "LastModifiedTime": at,
    }


def containers(
    *, region: str, family: str, problem_type: str, features_url: str, algorithm_url: str
) -> list[dict[str, Any]]:
    """InferenceContainers: features, algorithm, and of a classification the way back to labels.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
    """
    program = {"SAGEMAKER_PROGRAM": "sagemaker_serve", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    image = FEATURE_IMAGE.format(region=region)
    features = {
        "Image": image,
        "ModelDataUrl": features_url,
        "Environment": {
            "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1",
            "AUTOML_TRANSFORM_MODE": "feature-transform",
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/x-recordio-protobuf",
            **program,
        },
    }
    environment = {"MAX_CONTENT_LENGTH": "20971520", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    algorithm = {
        "Image": ALGORITHM_IMAGES[family].format(region=region),
        "ModelDataUrl": algorithm_url,
        "Environment": environment,
    }
    if problem_type == REGRESSION:
        return [features, algorithm]
    environment |= {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label", "SAGEMAKER_INFERENCE_SUPPORTED": _KEYS}
    labels = {
        "Image": image,
        "ModelDataUrl": features_url,
        "Environment": {
            "AUTOML_TRANSFORM_MODE": "inverse-label-transform",
            "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
            "SAGEMAKER_INFERENCE_INPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_SUPPORTED": f"{_KEYS},labels",
            **program,
        },
    }
    return [features, algorithm, labels]


def best(candidates: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The completed candidate with the best objective; the first of equal ones."""
    done = [candidate for candidate in candidates if candidate["CandidateStatus"] == "Completed"]
    return min(done, key=_rank) if done else None


def _rank(candidate: dict[str, Any]) -> float:
    metric = candidate["FinalAutoMLJobObjectiveMetric"]
    value: float = metric["Value"]
    return value if metric["Type"] == "Minimize" else -value
