"""The Step Functions seam: state machines call the played services, wait for what they start, and stop it when stopped.

Sources: "Call SageMaker AI APIs with Step Functions" and "Manage AWS Step Functions Executions as an integrated
service" in the AWS Step Functions Developer Guide; error names as in that guide's examples and botocore's models.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from local_cloud.errors import ServiceError
from local_cloud.seams import task_attempts
from local_cloud.service import PlayedService, service_model
from local_cloud.wire import to_wire

POLL_SECONDS = 0.05
Task = Callable[[str, dict[str, Any]], dict[str, Any]]

# What `.sync` waits for: the operation that describes the job, its status member, and the operation that stops it.
_JOBS = {
    "TrainingJob": ("TrainingJobStatus", "StopTrainingJob"),
    "ProcessingJob": ("ProcessingJobStatus", "StopProcessingJob"),
    "TransformJob": ("TransformJobStatus", "StopTransformJob"),
}
# MiniStack takes the first entry that is a prefix of the resource: the longer name stands first.
_REQUESTS = ("CreateEndpointConfig", "CreateEndpoint", "CreateModel", "UpdateEndpoint")
# The Java SDK, whose names Step Functions gives, has a class per modelled error and one for all the others.
_MODELLED_SAGEMAKER_ERRORS = {"ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound"}


def mount_sdk(name: str, service: PlayedService, *, error_prefix: str) -> None:
    """Let states call ``aws-sdk:<name>:<operation>``; `error_prefix` begins the names of the errors they see."""
    (prefix,) = {model.metadata["targetPrefix"] for model in service.models.values() if model.protocol == "json"}
    stepfunctions._AWS_SDK_SERVICE_MAP[name] = {"target_prefix": prefix, "protocol": "json"}
    stepfunctions._AWS_SDK_ERROR_PREFIX[name] = error_prefix
    stepfunctions._AWS_SDK_ERROR_CODE_OVERRIDES[name] = _sdk_error_names(service, error_prefix)


def mount_names() -> None:
    """Let states see members of answers under the names that Step Functions gives them.

    MiniStack lowers every run of capitals, and an AutoMLJobName becomes an AutomlJobName; the Java SDK, whose names
    Step Functions gives, lowers the first run alone.
    """
    stepfunctions._api_name_to_sfn_key = sdk_member_name


def sdk_member_name(name: str) -> str:
    """A member's name in the Java SDK, its first letter a capital again: DBInstanceARN becomes DbInstanceARN.

    Source: ``Utils.unCapitalize`` in the AWS SDK for Java v2's code generator.
    """
    end = 1
    while end < len(name) and name[end].isupper() and not name[end + 1 : end + 2].islower():
        end += 1
    return name[:1].upper() + name[1:end].lower() + name[end:]


def mount_sagemaker(service: PlayedService) -> None:
    """Let states call ``states:::sagemaker:<operation>``, with ``.sync`` for the jobs."""
    for operation in _REQUESTS:
        stepfunctions._SERVICE_DISPATCH[_resource(operation)] = _request_task(service, operation)
    for job in _JOBS:
        stepfunctions._SERVICE_DISPATCH[_resource(f"Create{job}")] = _job_task(service, job)


def mount_glue(service: PlayedService) -> None:
    """Let states call ``states:::glue:startJobRun``, with ``.sync``."""
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::glue:startJobRun"] = _glue_task(service)


def _glue_task(service: PlayedService) -> Task:
    def run(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
        started = _call(service, "StartJobRun", parameters, name=_glue_error_name)
        if not resource.endswith(".sync"):
            return started
        return _finished_run(service, {"JobName": parameters["JobName"], "RunId": started["JobRunId"]})

    return run


def _finished_run(service: PlayedService, which: dict[str, str]) -> dict[str, Any]:
    """Wait until a run of a Glue job has ended; the run, as GetJobRun gives it.

    Raises:
        _ExecutionError: ``States.TaskFailed`` whose cause is the run as JSON, when it has not succeeded.
    """
    attempt = task_attempts.current()
    while True:
        run: dict[str, Any] = _call(service, "GetJobRun", which, name=_glue_error_name)["JobRun"]
        if run["JobRunState"] == "SUCCEEDED":
            return run
        if run["JobRunState"] in ("FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(run))
        if attempt.is_over():
            stop = {"JobName": which["JobName"], "JobRunIds": [which["RunId"]]}
            _call(service, "BatchStopJobRun", stop, name=_glue_error_name)
            ended = f"The execution ended; {which['RunId']} is being stopped"
            raise stepfunctions._ExecutionError("States.TaskFailed", ended)
        time.sleep(POLL_SECONDS)


def _sdk_error_names(service: PlayedService, prefix: str) -> dict[str, str]:
    """The codes that carry another name in a state machine than on the wire."""
    modelled = {shape.name for model in service.models.values() for shape in model.error_shapes}
    renamed = {code: f"{code}Exception" for code in modelled if not code.endswith("Exception")}
    return {**renamed, **({} if "ValidationException" in modelled else {"ValidationException": f"{prefix}Exception"})}


def _resource(operation: str) -> str:
    return f"arn:aws:states:::sagemaker:{operation[0].lower()}{operation[1:]}"


def _request_task(service: PlayedService, operation: str) -> Task:
    return lambda resource, parameters: _call(service, operation, parameters)


def _job_task(service: PlayedService, job: str) -> Task:
    def run(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
        created = _call(service, f"Create{job}", parameters)
        return _finished(service, job, parameters[f"{job}Name"]) if resource.endswith(".sync") else created

    return run


def _finished(service: PlayedService, job: str, name: str) -> dict[str, Any]:
    """Wait until the job `name` has ended; the answer of its Describe operation.

    Raises:
        _ExecutionError: ``States.TaskFailed`` whose cause is that answer as JSON, when the job failed or was stopped.
    """
    status, stop = _JOBS[job]
    attempt = task_attempts.current()
    while True:
        described = _call(service, f"Describe{job}", {f"{job}Name": name})
        if described[status] == "Completed":
            return described
        if described[status] in ("Failed", "Stopped"):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(described))
        if attempt.is_over():
            _call(service, stop, {f"{job}Name": name})
            raise stepfunctions._ExecutionError("States.TaskFailed", f"The execution ended; {name} is being stopped")
        time.sleep(POLL_SECONDS)


def _call(
    service: PlayedService,
    operation: str,
    parameters: dict[str, Any],
    *,
    name: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """The operation's answer; `name` gives what a state sees of an error's code, as with SageMaker's by default."""
    shape = service.operation_model(operation).output_shape
    try:
        answer = service.call(operation, dict(parameters))
    except ServiceError as error:
        named = (name or _optimized_error_name)(error.code)
        raise stepfunctions._ExecutionError(named, error.message) from error
    content: dict[str, Any] = to_wire(answer, shape) if shape is not None else {}
    return content


def _optimized_error_name(code: str) -> str:
    if code in _MODELLED_SAGEMAKER_ERRORS:
        return f"SageMaker.{code.removesuffix('Exception')}Exception"
    return "SageMaker.AmazonSageMakerException"


def _glue_error_name(code: str) -> str:
    modelled = {shape.name for shape in service_model("glue").error_shapes}
    return f"Glue.{code if code in modelled else 'AWSGlueException'}"
