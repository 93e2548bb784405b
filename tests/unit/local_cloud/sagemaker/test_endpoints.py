"""Endpoints: serving, dying, coming back, updating and going; models and configurations; the runtime's errors."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from local_cloud.errors import NotPlayedError, ServiceError


def pid_of(world: Any, name: str) -> int:
    return int(world.ask(name, {})["pid"])


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_endpoint_comes_into_service_and_answers(world: Any) -> None:
    described = world.serve("ease")
    assert described["EndpointStatus"] == "InService", described
    assert described["EndpointArn"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/ease"
    (variant,) = described["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentInstanceCount"]) == ("main", 1)
    assert not {"Wanted", "Serving"} & described.keys()
    answer = world.call(
        "InvokeEndpoint", EndpointName="ease", Body=b'{"a": 1}', ContentType="application/json", Accept="x/y"
    )
    assert answer["ContentType"] == "x/y"
    assert answer["InvokedProductionVariant"] == "main"
    assert b'"model": "ease", "row": {"a": 1}' in answer["Body"]


def test_content_type_decides_whether_the_program_sees_text_or_bytes(world: Any) -> None:
    code = """
def model_fn(folder): return None
def input_fn(body, content_type): return f"{type(body).__name__} {content_type}"
def predict_fn(data, model): return data
def output_fn(data, accept): return f"{data} {accept}"
"""
    world.model("types", code=code)
    world.config("types", "types")
    world.call("CreateEndpoint", EndpointName="types", EndpointConfigName="types")
    world.endpoint("types", "InService")
    answers = {
        kind: world.call("InvokeEndpoint", EndpointName="types", Body=b"x", **({"ContentType": kind} if kind else {}))
        for kind in ("application/json", "application/jsonlines", "")
    }
    assert answers["application/json"]["Body"] == b"str application/json application/json"
    assert answers["application/jsonlines"]["Body"] == b"bytes application/jsonlines application/json"
    assert answers[""]["Body"] == b"str application/json application/json"
    assert answers[""]["ContentType"] == "text/html; charset=utf-8"


def test_error_of_the_model_is_a_model_error_with_its_words(world: Any) -> None:
    world.serve("raises")
    with pytest.raises(ServiceError) as raised:
        world.ask("raises", {"raise": "no such user"})
    error = raised.value
    assert (error.code, error.status) == ("ModelError", 424)
    assert error.message.startswith(
        'Received server error (500) from primary with message "no such user". See https://'
    )
    assert error.members["OriginalStatusCode"] == 500
    assert error.members["OriginalMessage"] == "no such user"
    assert error.members["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/raises")
    assert world.ask("raises", {"b": 2})["row"] == {"b": 2}
    world.until(lambda: "ValueError: no such user" in world.logs.lines("/aws/sagemaker/Endpoints/raises"))


@pytest.mark.parametrize("by_itself", [True, False])
def test_endpoint_that_died_fails_fast_and_recovers_by_itself(world: Any, by_itself: bool) -> None:
    world.serve("mortal")
    first = pid_of(world, "mortal")
    began = time.monotonic()
    if by_itself:
        with pytest.raises(ServiceError) as raised:
            world.ask("mortal", {"leave": True})
        assert raised.value.code == "ModelError"
        assert "could not get a response from the mortal endpoint" in raised.value.message
        assert raised.value.members["OriginalStatusCode"] == 0
    else:
        os.kill(first, signal.SIGKILL)
    assert time.monotonic() - began < 2
    answers: list[int] = []
    codes: set[str] = set()

    def recovered() -> bool:
        try:
            answers.append(pid_of(world, "mortal"))
        except ServiceError as error:
            codes.add(error.code)
        return bool(answers)

    world.until(recovered)
    assert answers[0] != first
    assert codes <= {"ModelError"}
    assert world.call("DescribeEndpoint", EndpointName="mortal")["EndpointStatus"] == "InService"


def test_health_check_replaces_a_dead_process_that_nobody_asks(world: Any) -> None:
    world.serve("mortal")
    process = world.service.process_of("mortal")
    os.kill(process.pid, signal.SIGKILL)
    world.until(lambda: world.service.process_of("mortal") not in (None, process))


def test_deleted_endpoint_ends_its_process_and_is_not_found(world: Any) -> None:
    world.serve("short")
    pid = pid_of(world, "short")
    world.call("DeleteEndpoint", EndpointName="short")
    world.until(lambda: world.call("ListEndpoints") == {"Endpoints": []})
    assert gone(pid)
    with pytest.raises(ServiceError, match=r'Could not find endpoint "arn:aws:.*:endpoint/short"') as refused:
        world.call("DescribeEndpoint", EndpointName="short")
    assert refused.value.code == "ValidationException"
    with pytest.raises(ServiceError, match="Endpoint short of account 123456789012 not found") as refused:
        world.ask("short", {})
    assert refused.value.code == "ValidationError"
    assert not list((world.folder / "state/sagemaker/endpoints").iterdir())


def test_endpoint_cannot_be_deleted_or_updated_while_it_is_created(world: Any) -> None:
    world.model("slow", code="import time; time.sleep(60)")
    world.config("slow", "slow")
    world.call("CreateEndpoint", EndpointName="slow", EndpointConfigName="slow")
    for operation, more in (("DeleteEndpoint", {}), ("UpdateEndpoint", {"EndpointConfigName": "slow"})):
        with pytest.raises(ServiceError, match="Cannot update in-progress endpoint") as refused:
            world.call(operation, EndpointName="slow", **more)
        assert refused.value.code == "ValidationException"
    with pytest.raises(ServiceError, match="not found"):
        world.ask("slow", {})


@pytest.mark.parametrize(
    "code",
    ["raise RuntimeError('broken')", "def model_fn(folder): return 1", "def transform_fn(*_): pass"],
    ids=["broken", "without functions", "transform_fn"],
)
def test_model_that_does_not_start_fails_the_endpoint(world: Any, code: str) -> None:
    world.model("broken", code=code)
    world.config("broken", "broken")
    world.call("CreateEndpoint", EndpointName="broken", EndpointConfigName="broken")
    described = world.endpoint("broken", "Failed")
    assert described["FailureReason"] == (
        "The primary container for production variant main did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    world.until(lambda: bool(world.logs.lines("/aws/sagemaker/Endpoints/broken")))
    world.call("DeleteEndpoint", EndpointName="broken")
    world.until(lambda: world.call("ListEndpoints") == {"Endpoints": []})


def test_update_serves_the_old_model_until_the_new_one_answers(world: Any) -> None:
    world.serve("live")
    old = pid_of(world, "live")
    world.model("next", before="import time; time.sleep(0.5)\n")
    world.config("next", "next")
    world.call("UpdateEndpoint", EndpointName="live", EndpointConfigName="next")
    models = {world.ask("live", {})["model"]}
    assert world.call("DescribeEndpoint", EndpointName="live")["EndpointStatus"] in ("Updating", "InService")

    def switched() -> bool:
        models.add(world.ask("live", {})["model"])
        return "next" in models

    world.until(switched)
    assert models == {"live", "next"}
    described = world.endpoint("live", "InService")
    assert described["EndpointConfigName"] == "next"
    world.until(lambda: gone(old))


def test_update_lets_a_request_that_is_under_way_come_to_its_answer(world: Any) -> None:
    world.serve("live")
    world.model("next")
    world.config("next", "next")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(world.ask, "live", {"sleep": 1.0})
        world.until(lambda: "asleep" in world.logs.lines("/aws/sagemaker/Endpoints/live"))
        world.call("UpdateEndpoint", EndpointName="live", EndpointConfigName="next")
        world.endpoint("live", "InService")
        assert world.ask("live", {})["model"] == "next"
        assert slow.result()["model"] == "live"


def test_update_that_fails_leaves_the_old_model_in_service(world: Any) -> None:
    world.serve("live")
    world.model("broken", code="raise RuntimeError('broken')")
    world.config("broken", "broken")
    world.call("UpdateEndpoint", EndpointName="live", EndpointConfigName="broken")
    described = world.endpoint("live", "InService")
    assert described["EndpointConfigName"] == "live"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert world.ask("live", {})["model"] == "live"


def test_endpoint_outlives_its_model_its_configuration_and_its_archive(world: Any) -> None:
    world.serve("kept")
    world.call("DeleteModel", ModelName="kept")
    world.call("DeleteEndpointConfig", EndpointConfigName="kept")
    (world.folder / "s3/bucket/kept/model.tar.gz").unlink()
    process = world.service.process_of("kept")
    os.kill(process.pid, signal.SIGKILL)
    world.until(lambda: world.service.process_of("kept") not in (None, process))
    assert world.ask("kept", {})["model"] == "kept"


def test_archive_that_vanished_fails_the_endpoint(world: Any) -> None:
    world.model("lost")
    world.config("lost", "lost")
    (world.folder / "s3/bucket/lost/model.tar.gz").unlink()
    world.call("CreateEndpoint", EndpointName="lost", EndpointConfigName="lost")
    assert "Failed to download model data" in world.endpoint("lost", "Failed")["FailureReason"]


@pytest.mark.parametrize(("changes", "largest"), [({}, 6), ({"serverless": True}, 4)], ids=["instance", "serverless"])
def test_body_beyond_the_limit_is_refused(world: Any, changes: dict[str, bool], largest: int) -> None:
    world.model("small")
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}} if changes else {}
    variant: dict[str, Any] = {"VariantName": "main", "ModelName": "small", **serverless}
    world.call("CreateEndpointConfig", EndpointConfigName="small", ProductionVariants=[variant])
    world.call("CreateEndpoint", EndpointName="small", EndpointConfigName="small")
    described = world.endpoint("small", "InService")
    assert ("CurrentServerlessConfig" in described["ProductionVariants"][0]) == bool(changes)
    with pytest.raises(ServiceError) as refused:
        world.call("InvokeEndpoint", EndpointName="small", Body=b"x" * (largest * 1024 * 1024 + 1))
    assert refused.value.status == 413


def test_answer_that_takes_too_long_is_a_model_error(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_cloud.sagemaker.invocations.LONGEST_SECONDS", 0.2)
    code = """
import time
def model_fn(folder): return None
def input_fn(body, content_type): time.sleep(30)
def output_fn(data, accept): return ""
"""
    world.model("slow", code=code)
    world.config("slow", "slow")
    world.call("CreateEndpoint", EndpointName="slow", EndpointConfigName="slow")
    world.endpoint("slow", "InService")
    with pytest.raises(ServiceError, match="Your invocation timed out") as raised:
        world.ask("slow", {})
    assert raised.value.code == "ModelError"


def test_names_are_compared_without_case_but_not_when_invoked(world: Any) -> None:
    world.serve("Mixed")
    assert world.call("DescribeEndpoint", EndpointName="mixed")["EndpointName"] == "Mixed"
    assert world.call("DescribeEndpoint", EndpointName="mixed")["EndpointArn"].endswith("endpoint/mixed")
    assert world.ask("Mixed", {})["model"] == "Mixed"
    with pytest.raises(ServiceError, match="not found"):
        world.ask("mixed", {})


def test_what_exists_cannot_be_created_again(world: Any) -> None:
    world.serve("one")
    creations: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("model", lambda: world.model("one")),
        ("endpoint configuration", lambda: world.config("one", "one")),
        ("endpoint", lambda: world.call("CreateEndpoint", EndpointName="ONE", EndpointConfigName="one")),
    )
    for words, create in creations:
        with pytest.raises(ServiceError, match=f'Cannot create already existing {words} "arn:') as refused:
            create()
        assert refused.value.code == "ValidationException"


def test_what_is_missing_is_named(world: Any) -> None:
    missing: tuple[tuple[str, Callable[[], Any]], ...] = (
        (
            "Could not find model data at s3://bucket/none",
            lambda: world.call("CreateModel", **_model("s3://bucket/none")),
        ),
        ('Could not find model "arn:.*:model/none"', lambda: world.config("c", "none")),
        ('Could not find model "arn:.*:model/none"', lambda: world.call("DeleteModel", ModelName="none")),
        (
            'Could not find endpoint configuration "arn:.*:endpoint-config/none"',
            lambda: world.call("CreateEndpoint", EndpointName="e", EndpointConfigName="none"),
        ),
        ('Could not find endpoint "arn:.*:endpoint/none"', lambda: world.call("DeleteEndpoint", EndpointName="none")),
    )
    for words, ask in missing:
        with pytest.raises(ServiceError, match=words) as refused:
            ask()
        assert refused.value.code == "ValidationException"


def test_model_that_is_not_played_is_refused_by_name(world: Any) -> None:
    torch = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cpu-amzn2023-sagemaker"
    with pytest.raises(NotPlayedError, match="as a model server"):
        world.model("torch", image=torch)
    world.storage.put("s3://bucket/m", "")
    request = _model("s3://bucket/m")
    with pytest.raises(ServiceError, match="either a PrimaryContainer or Containers"):
        world.call("CreateModel", **request, Containers=[request["PrimaryContainer"]])
    request["PrimaryContainer"]["Environment"]["SAGEMAKER_SUBMIT_DIRECTORY"] = "s3://bucket/code"
    with pytest.raises(NotPlayedError, match="SAGEMAKER_SUBMIT_DIRECTORY='s3://bucket/code'"):
        world.call("CreateModel", **request)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"ProductionVariants": [{"VariantName": "a", "ModelName": "m"}, {"VariantName": "b", "ModelName": "m"}]},
            "2 Prod",
        ),
        ({"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/o"}}}, "AsyncInferenceConfig"),
        (
            {
                "DataCaptureConfig": {
                    "EnableCapture": True,
                    "InitialSamplingPercentage": 1,
                    "DestinationS3Uri": "s3://b/",
                    "CaptureOptions": [{"CaptureMode": "Input"}],
                }
            },
            "DataCaptureConfig.EnableCapture=True",
        ),
    ],
)
def test_configuration_that_is_not_played_is_refused_by_name(world: Any, changes: dict[str, Any], named: str) -> None:
    request = {"ProductionVariants": [{"VariantName": "a", "ModelName": "m"}], **changes}
    with pytest.raises(NotPlayedError) as refused:
        world.call("CreateEndpointConfig", EndpointConfigName="c", **request)
    assert named in refused.value.message


def test_closing_ends_every_process(world: Any) -> None:
    world.serve("one")
    pid = pid_of(world, "one")
    world.service.close()
    assert gone(pid)


def _model(url: str) -> dict[str, Any]:
    return {
        "ModelName": "m",
        "PrimaryContainer": {
            "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
            "ModelDataUrl": url,
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        },
    }
