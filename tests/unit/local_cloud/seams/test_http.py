"""The HTTP seam, through MiniStack's own routing."""

import asyncio
import json
from typing import Any

import ministack.app as gateway
from ministack.core import iam_actions

from local_cloud.mount import Played


def signed_for(service: str) -> dict[str, str]:
    scope = f"Credential=local/20260101/us-east-1/{service}/aws4_request"
    return {"host": "127.0.0.1:4566", "authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


def ask(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    dispatched: Any = gateway._dispatch_service_request(method, path, headers, body, {}, "request-1")
    status, answered, content = asyncio.run(dispatched)
    return status, {key.lower(): value for key, value in answered.items()}, content


def test_a_json_operation_reaches_its_service_by_target(played: Played) -> None:
    headers = {**signed_for("personalize"), "x-amz-target": "AmazonPersonalize.CreateSchema"}
    status, answered, body = ask("POST", "/", headers, json.dumps({"name": "films", "schema": "{}"}).encode())
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/films"
    assert (status, json.loads(body)) == (200, {"schemaArn": arn})
    assert answered["content-type"] == "application/x-amz-json-1.1"
    assert played.personalize.records.of("schema")[arn]["schema"] == "{}"


def test_an_error_carries_its_code_in_body_and_header(played: Played) -> None:
    headers = {**signed_for("personalize"), "x-amz-target": "AmazonPersonalize.DescribeSchema"}
    status, answered, body = ask("POST", "/", headers, b'{"schemaArn": "arn:aws:personalize:us-east-1:1:schema/no"}')
    assert (status, json.loads(body)["__type"]) == (400, "ResourceNotFoundException")
    assert answered["x-amzn-errortype"] == "ResourceNotFoundException"


def test_an_operation_that_is_not_played_names_itself(played: Played) -> None:
    headers = {**signed_for("personalize"), "x-amz-target": "AmazonPersonalize.ListSchemas"}
    status, _, body = ask("POST", "/", headers, b"{}")
    assert (status, json.loads(body)["__type"]) == (501, "NotPlayedLocally")
    assert "personalize:ListSchemas" in json.loads(body)["message"]


def test_a_runtime_operation_is_found_by_its_path(played: Played) -> None:
    status, _, body = ask("POST", "/recommendations", signed_for("personalize"), b'{"userId": "7"}')
    assert (status, json.loads(body)["itemList"]) == (200, [{"itemId": "of 7", "score": 0.5}])


def test_an_invocation_passes_its_raw_body_and_headers_both_ways(played: Played) -> None:
    headers = {**signed_for("sagemaker"), "content-type": "application/json", "accept": "text/csv"}
    status, answered, body = ask("POST", "/endpoints/ease/invocations", headers, b"\x00{}")
    assert (status, body, answered["content-type"]) == (200, b"\x00{}!", "text/csv")
    assert answered["x-amzn-invoked-production-variant"] == "all"


def test_a_fault_of_a_played_service_is_a_500(played: Played) -> None:
    headers = {**signed_for("sagemaker"), "x-amz-target": "SageMaker.DescribeTrainingJob"}
    status, _, body = ask("POST", "/", headers, b'{"TrainingJobName": "absent"}')
    assert (status, json.loads(body)["__type"]) == (500, "InternalFailure")


def test_policies_see_the_actions_of_both_protocols(played: Played) -> None:
    runtime = iam_actions.extract_iam_action("sagemaker", "POST", "/endpoints/ease/invocations", {}, b"", {})
    control = iam_actions.extract_iam_action(
        "personalize", "POST", "/", {"x-amz-target": "AmazonPersonalize.CreateSchema"}, b"{}", {}
    )
    assert (runtime, control) == ("sagemaker:InvokeEndpoint", "personalize:CreateSchema")
