"""Processing jobs: folders in, folders out."""

import json
from typing import Any

import numpy
import pytest

from local_cloud.errors import NotPlayedError, ServiceError

COPY = (
    "import os, pathlib, shutil; out = pathlib.Path(os.environ['OUT']);"
    "shutil.copytree(os.environ['IN'], out / 'copied'); print(os.getcwd())"
)


def job(name: str, *command: str, **changes: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": "arn:aws:iam::123456789012:role/jobs",
        "AppSpecification": {
            "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
            "ContainerEntrypoint": ["python3", "-c"],
            "ContainerArguments": list(command),
        },
        "Environment": {"IN": "/opt/ml/processing/input/raw", "OUT": "/opt/ml/processing/output"},
        "ProcessingInputs": [given("raw", "s3://bucket/raw")],
        "ProcessingOutputConfig": {"Outputs": [produced("out", "s3://bucket/prepared/1")]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
        },
    }
    return {**request, **changes}


def given(name: str, uri: str, **changes: Any) -> dict[str, Any]:
    source = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/input/{name}", "S3DataType": "S3Prefix"}
    return {"InputName": name, "S3Input": {**source, "S3InputMode": "File", **changes}}


def produced(name: str, uri: str, **changes: Any) -> dict[str, Any]:
    target = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": {**target, **changes}}


def run(world: Any, name: str, *command: str, **changes: Any) -> dict[str, Any]:
    world.service.call("CreateProcessingJob", job(name, *command, **changes))
    described: dict[str, Any] = world.ended("ProcessingJob", name)
    return described


def test_inputs_are_where_they_were_asked_for_and_outputs_are_stored_at_the_end(world: Any) -> None:
    world.storage.put("s3://bucket/raw/a.csv", "A")
    world.storage.put("s3://bucket/raw/deep/b.csv", "B")
    described = run(world, "copies", COPY)
    assert described["ProcessingJobStatus"] == "Completed", described
    assert world.storage.get("s3://bucket/prepared/1/copied/a.csv") == b"A"
    assert world.storage.get("s3://bucket/prepared/1/copied/deep/b.csv") == b"B"
    assert described["CreationTime"] <= described["ProcessingStartTime"] <= described["ProcessingEndTime"]
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}
    ((group, stream),) = world.logs.streams
    assert group == "/aws/sagemaker/ProcessingJobs"
    assert stream == f"copies/algo-1-{int(described['CreationTime'])}"


def test_manifest_input_brings_what_it_names(world: Any) -> None:
    for key in ("a/1/x.out", "b/2/x.out", "c/3/x.out"):
        world.storage.put(f"s3://bucket/lists/{key}", key)
    world.storage.put("s3://bucket/m.json", json.dumps([{"prefix": "s3://bucket/lists/"}, "a/1/x.out", "b/2/x.out"]))
    described = run(
        world, "listed", COPY, ProcessingInputs=[given("raw", "s3://bucket/m.json", S3DataType="ManifestFile")]
    )
    assert described["ProcessingJobStatus"] == "Completed", described
    stored = world.storage.objects("s3://bucket/prepared/1")
    assert stored == [f"s3://bucket/prepared/1/copied/{key}" for key in ("a/1/x.out", "b/2/x.out")]


def test_job_that_fails_stores_nothing_and_keeps_its_message(world: Any) -> None:
    script = (
        "import sys; open('/opt/ml/output/message', 'w').write('bad rows');"
        "open('/opt/ml/processing/output/x', 'w'); sys.exit(2)"
    )
    described = run(world, "bad", script, ProcessingInputs=[])
    assert described["ProcessingJobStatus"] == "Failed"
    assert described["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 2"
    assert described["ExitMessage"] == "bad rows"
    assert world.storage.objects("s3://bucket/prepared") == []
    (row,) = world.call("ListProcessingJobs", StatusEquals="Failed")["ProcessingJobSummaries"]
    assert row["ExitMessage"] == "bad rows"


def test_job_that_runs_too_long_is_stopped(world: Any) -> None:
    limit = {"MaxRuntimeInSeconds": 1}
    described = run(world, "slow", "import time; time.sleep(60)", ProcessingInputs=[], StoppingCondition=limit)
    assert described["ProcessingJobStatus"] == "Stopped"
    assert "MaxRuntimeInSeconds=1" in described["ExitMessage"]


def test_job_can_be_stopped(world: Any) -> None:
    script = "import time; print('ready', flush=True); time.sleep(60)"
    world.service.call("CreateProcessingJob", job("stopped", script, ProcessingInputs=[]))
    world.until(lambda: bool(world.logs.lines("/aws/sagemaker/ProcessingJobs")))
    world.call("StopProcessingJob", ProcessingJobName="stopped")
    assert world.ended("ProcessingJob", "stopped")["ProcessingJobStatus"] == "Stopped"


def test_job_without_its_input_fails(world: Any) -> None:
    described = run(world, "empty", COPY)
    assert described["FailureReason"].startswith(
        'ClientError: Data download failed: No S3 objects found under S3 URL "s3://bucket/raw"'
    )


def test_unknown_job_is_named(world: Any) -> None:
    with pytest.raises(ServiceError, match="Could not find requested job with name: nobody"):
        world.call("DescribeProcessingJob", ProcessingJobName="nobody")


def test_name_cannot_be_used_again(world: Any) -> None:
    run(world, "once", "", ProcessingInputs=[])
    with pytest.raises(ServiceError, match="already exists") as refused:
        run(world, "once", "")
    assert refused.value.code == "ResourceInUse"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ProcessingInputs": [given("raw", "s3://bucket/raw", LocalPath="/opt/ml/model")]}, "must begin with"),
        ({"ProcessingInputs": [given("a", "s3://b/a"), given("a", "s3://b/b")]}, "used more than once"),
        ({"ProcessingInputs": [given("raw", "s3://b/a", LocalPath="/opt/ml/processing/../model")]}, "must begin with"),
    ],
)
def test_paths_that_cannot_be_are_refused(world: Any, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ServiceError, match=named) as refused:
        world.service.call("CreateProcessingJob", job("paths", COPY, **changes))
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ProcessingInputs": [given("raw", "s3://b/a", S3InputMode="Pipe")]}, "S3InputMode='Pipe'"),
        ({"ProcessingInputs": [given("raw", "s3://b/a", S3DataDistributionType="ShardedByS3Key")]}, "ShardedByS3Key"),
        (
            {"ProcessingOutputConfig": {"Outputs": [produced("out", "s3://b/o", S3UploadMode="Continuous")]}},
            "S3UploadMode='Continuous'",
        ),
        (
            {"ProcessingResources": {"ClusterConfig": {"InstanceCount": 2, "InstanceType": "x", "VolumeSizeInGB": 5}}},
            "InstanceCount=2",
        ),
    ],
)
def test_option_that_changes_results_is_refused_by_name(world: Any, changes: dict[str, Any], named: str) -> None:
    if "ProcessingResources" in changes:
        changes["ProcessingResources"]["ClusterConfig"]["InstanceType"] = "ml.m5.large"
    with pytest.raises(NotPlayedError) as refused:
        world.service.call("CreateProcessingJob", job("refused", COPY, **changes))
    assert named in refused.value.message


# Pip in a job: what the local cloud's Python has is there already, anything else is installed for the job alone.
INSTALL = r"""
import importlib.metadata, os, pathlib, subprocess, sys, zipfile
name = "only_of_the_job"
with zipfile.ZipFile(f"{name}-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr(f"{name}.py", "VALUE = 1")
    wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    wheel.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
there = f"numpy=={importlib.metadata.version('numpy')}"
pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "-f", ".", there, f"{name}==1.0"]
print(subprocess.run(pip, check=True, capture_output=True, text=True).stdout)
installed = subprocess.run(["python3", "-c", f"import {name}, numpy; print({name}.__file__, numpy.__file__)"],
                           check=True, capture_output=True, text=True).stdout
pathlib.Path(os.environ["OUT"], "installed").write_text(installed)
"""


def test_what_a_job_installs_is_the_jobs_alone(world: Any) -> None:
    world.storage.put("s3://bucket/raw/install.py", INSTALL)
    described = run(world, "installs", "import os; exec(open(os.environ['IN'] + '/install.py').read())")
    lines = [line for events in world.logs.streams.values() for event in events for line in event.message.splitlines()]
    assert described["ProcessingJobStatus"] == "Completed", lines
    assert any(line.startswith("Requirement already satisfied: numpy==") for line in lines)
    own, shared = world.storage.get("s3://bucket/prepared/1/installed").decode().split()
    assert "/processing-jobs/installs/" in own
    assert shared == numpy.__file__
