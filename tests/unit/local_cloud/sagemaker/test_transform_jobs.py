"""Batch transform jobs: records in, answers out, in order; what fails and how."""

import json
from typing import Any

import pytest

from local_cloud.errors import NotPlayedError, ServiceError


def job(name: str, model: str, **changes: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "TransformJobName": name,
        "ModelName": model,
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 1,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/requests/"}},
            "ContentType": "application/jsonlines",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": "s3://bucket/lists",
            "Accept": "application/jsonlines",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    return {**request, **changes}


def run(world: Any, name: str, model: str, **changes: Any) -> dict[str, Any]:
    world.service.call("CreateTransformJob", job(name, model, **changes))
    described: dict[str, Any] = world.ended("TransformJob", name)
    return described


def answers(world: Any, uri: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.storage.get(uri).splitlines()]


def test_every_record_is_answered_in_order_across_batches_and_objects(world: Any) -> None:
    rows = [{"n": n, "padding": "x" * 40_000} for n in range(60)]  # 2.4 MB: three batches of at most 1 MB
    world.storage.put("s3://bucket/requests/all.jsonl", "\n".join(json.dumps(row) for row in rows))
    world.storage.put("s3://bucket/requests/deep/one.jsonl", json.dumps({"n": 1}) + "\n")
    world.model("ease")
    described = run(world, "lists", "ease")
    assert described["TransformJobStatus"] == "Completed", described
    assert [row["row"]["n"] for row in answers(world, "s3://bucket/lists/all.jsonl.out")] == list(range(60))
    assert [row["model"] for row in answers(world, "s3://bucket/lists/deep/one.jsonl.out")] == ["ease"]
    assert described["CreationTime"] <= described["TransformStartTime"] <= described["TransformEndTime"]
    assert "Definition" not in described
    (row,) = world.call("ListTransformJobs")["TransformJobSummaries"]
    assert row["TransformJobStatus"] == "Completed"


def test_record_that_fails_fails_the_job_and_stores_nothing_of_its_object(world: Any) -> None:
    world.storage.put("s3://bucket/requests/a.jsonl", '{"n": 1}\n')
    world.storage.put("s3://bucket/requests/b.jsonl", '{"n": 2}\n{"raise": "no such user"}\n')
    world.model("ease")
    described = run(world, "bad", "ease", BatchStrategy="SingleRecord")
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"] == "ClientError: See job logs for more information"
    assert world.storage.objects("s3://bucket/lists") == ["s3://bucket/lists/a.jsonl.out"]
    data_log = [
        event.message for (_, stream), events in world.logs.streams.items() if "data-log" in stream for event in events
    ]
    assert data_log == [
        "bucket/requests/b.jsonl: Bad HTTP status received from algorithm: 500",
        "bucket/requests/b.jsonl: no such user",
    ]


def test_model_that_does_not_start_fails_the_job(world: Any) -> None:
    world.storage.put("s3://bucket/requests/a.jsonl", "{}")
    world.model("broken", code="raise RuntimeError('broken')")
    described = run(world, "bad", "broken")
    assert described["FailureReason"].startswith("AlgorithmError: Model container failed to respond to ping.")


def test_model_that_dies_fails_the_job(world: Any) -> None:
    world.storage.put("s3://bucket/requests/a.jsonl", '{"leave": true}')
    world.model("mortal")
    assert run(world, "bad", "mortal")["FailureReason"] == "AlgorithmError: See job logs for more information"


def test_input_without_objects_fails_the_job(world: Any) -> None:
    world.model("ease")
    assert "No S3 objects found" in run(world, "empty", "ease")["FailureReason"]


def test_job_can_be_stopped(world: Any) -> None:
    world.storage.put("s3://bucket/requests/a.jsonl", "{}")
    world.model("slow", code="print('loading', flush=True); import time; time.sleep(60)")
    world.service.call("CreateTransformJob", job("stopped", "slow"))
    world.until(lambda: "loading" in world.logs.lines("/aws/sagemaker/TransformJobs"))
    world.call("StopTransformJob", TransformJobName="stopped")
    assert world.ended("TransformJob", "stopped")["TransformJobStatus"] == "Stopped"


def test_model_that_is_missing_is_named(world: Any) -> None:
    with pytest.raises(ServiceError, match=r'Could not find model "arn:.*:model/none"') as refused:
        world.service.call("CreateTransformJob", job("none", "none"))
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MaxPayloadInMB": 0}, "MaxPayloadInMB=0"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "DataProcessing.JoinSource='Input'"),
        ({"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2}}, "InstanceCount=2"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c"}}, "DataCaptureConfig.DestinationS3Uri"),
    ],
)
def test_option_that_changes_results_is_refused_by_name(world: Any, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(NotPlayedError) as refused:
        world.service.call("CreateTransformJob", job("refused", "ease", **changes))
    assert named in refused.value.message
