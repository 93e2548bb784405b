"""Requests for SageMaker and Glue jobs, as the state machines send them."""

from typing import Any

from bakeoff.config import Job
from stacks.workflow.asl import State, task
from stacks.workflow.resources import JobSource, SparkJob

_INPUT = "/opt/ml/processing/input"
# The scripts read these instead of knowing where a container puts its folders.
_FOLDERS = {
    "RAW_DIR": f"{_INPUT}/raw",
    "PREPARED_DIR": f"{_INPUT}/prepared",
    "LISTS_DIR": f"{_INPUT}/lists",
    "RUN_DIR": f"{_INPUT}/run",
    "INCUMBENT_DIR": f"{_INPUT}/incumbent",
    "REPORT_DIR": f"{_INPUT}/report",
    "EVALUATION_DIR": f"{_INPUT}/evaluation",
    "CURVES_DIR": f"{_INPUT}/curves",
    "ORDER_DIR": f"{_INPUT}/order",
    "SCORES_DIR": f"{_INPUT}/scores",
    "OUTPUT_DIR": "/opt/ml/processing/output",
    # Its first 1,024 characters become the job's ExitMessage.
    "MESSAGE_FILE": "/opt/ml/output/message",
}


# The image's Python is Ubuntu's, which pip leaves alone unless it is told that it may write there.
PIP = {"PIP_BREAK_SYSTEM_PACKAGES": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def start_script(base: str, script: str, *, with_wheels: bool = False) -> list[str]:
    """The container's entrypoint: unpack the source tarball and run `script`, the same on any image.

    Each of its items has at most 256 characters.

    Args:
        with_wheels: first install the wheels that travel as a channel of their own, without asking any index.
    """
    unpack = f"mkdir -p /opt/ml/code && tar -xzf {base}/code/* -C /opt/ml/code && cd /opt/ml/code"
    install = f"tar -xf {base}/wheels/* && python3 -m pip install -q --no-index --no-deps -f . -r wheels.txt && "
    return ["bash", "-c", f"{unpack} && {install if with_wheels else ''}exec python3 {script}"]


def cluster(job: Job) -> dict[str, Any]:
    return {"InstanceCount": 1, "InstanceType": job.instance_type, "VolumeSizeInGB": 30}


def processing_job(
    *,
    name: str,
    source: JobSource,
    image: str,
    script: str,
    job: Job,
    inputs: dict[str, dict[str, str]],
    output_uri: str,
    environment: dict[str, str],
    tags: list[dict[str, str]],
) -> State:
    """``createProcessingJob.sync`` with one output, ``/opt/ml/processing/output``.

    Args:
        inputs: by name, the ``S3Uri`` and ``S3DataType`` of a folder under ``/opt/ml/processing/input``.
    """
    shipped = {"code": source.uri} | ({"wheels": source.wheels_uri} if source.wheels_uri else {})
    all_inputs = {**{channel: {"S3Uri": uri, "S3DataType": "S3Prefix"} for channel, uri in shipped.items()}, **inputs}
    return task(
        "sagemaker:createProcessingJob.sync",
        {
            "ProcessingJobName": name,
            "RoleArn": source.role_arn,
            "AppSpecification": {
                "ImageUri": image,
                "ContainerEntrypoint": start_script(_INPUT, script, with_wheels=source.wheels_uri is not None),
            },
            "Environment": {**_FOLDERS, **(PIP if source.wheels_uri else {}), **environment},
            "NetworkConfig": {"EnableNetworkIsolation": True},
            "ProcessingInputs": [
                {
                    "InputName": input_name,
                    "S3Input": {
                        **where,
                        "LocalPath": f"{_INPUT}/{input_name}",
                        "S3InputMode": "File",
                        "S3DataDistributionType": "FullyReplicated",
                    },
                }
                for input_name, where in all_inputs.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "output",
                        "S3Output": {
                            "S3Uri": output_uri,
                            "LocalPath": _FOLDERS["OUTPUT_DIR"],
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
            "ProcessingResources": {"ClusterConfig": cluster(job)},
            "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime_seconds},
            "Tags": tags,
        },
    )


def spark_job_run(job: SparkJob, arguments: dict[str, str]) -> State:
    """``startJobRun.sync`` of a Glue job; `arguments` are its script's, beside those of the job's definition."""
    return task("glue:startJobRun.sync", {"JobName": job.name, "Arguments": arguments})
