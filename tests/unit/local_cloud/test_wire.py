"""Requests and answers in AWS's wire formats."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local_cloud.errors import ServiceError
from local_cloud.service import service_model
from local_cloud.wire import Request, read_request, to_wire, write_answer, write_error


def request(path: str = "/", *, method: str = "POST", body: bytes = b"", **headers: str) -> Request:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method=method, path=path, headers=spelled, body=body, query={})


def read(service: str, asked: Request) -> tuple[str, dict[str, Any]]:
    operation, parameters = read_request(asked, [service_model(service)])
    return operation.name, parameters


def test_a_target_names_the_operation_and_the_body_its_parameters() -> None:
    asked = request(x_amz_target="SageMaker.DescribeModel", body=b'{"ModelName": "m"}')
    assert read("sagemaker", asked) == ("DescribeModel", {"ModelName": "m"})


def test_a_target_of_another_service_is_no_operation() -> None:
    with pytest.raises(ServiceError) as caught:
        read("sagemaker", request(x_amz_target="AmazonPersonalize.CreateSchema"))
    assert caught.value.code == "UnknownOperationException"


@pytest.mark.parametrize("body", [b"{", b"[1]"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(ServiceError) as caught:
        read("sagemaker", request(x_amz_target="SageMaker.DescribeModel", body=body))
    assert caught.value.code == "SerializationException"


def test_path_headers_and_payload_are_read_where_the_model_binds_them() -> None:
    asked = request("/endpoints/ease-1/invocations", body=b"\xff", content_type="text/csv", accept="*/*")
    expected = {"EndpointName": "ease-1", "ContentType": "text/csv", "Accept": "*/*", "Body": b"\xff"}
    assert read("sagemaker-runtime", asked) == ("InvokeEndpoint", expected)


def test_a_longer_path_is_another_operation() -> None:
    asked = request("/endpoints/ease-1/async-invocations", x_amzn_sagemaker_inputlocation="s3://b/k")
    expected = {"EndpointName": "ease-1", "InputLocation": "s3://b/k"}
    assert read("sagemaker-runtime", asked) == ("InvokeEndpointAsync", expected)


@pytest.mark.parametrize(("method", "path"), [("GET", "/recommendations"), ("POST", "/recommendations/7")])
def test_an_unknown_path_is_a_404(method: str, path: str) -> None:
    with pytest.raises(ServiceError) as caught:
        read("personalize-runtime", request(path, method=method))
    assert caught.value.status == 404


def test_the_answer_has_the_members_of_the_model_and_no_others() -> None:
    operation = service_model("personalize").operation_model("DescribeSchema")
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    answer = write_answer(
        operation, {"schema": {"name": "a", "creationDateTime": created, "secret": 1, "domain": None}}
    )
    assert json.loads(answer.body) == {"schema": {"name": "a", "creationDateTime": created.timestamp()}}
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"


def test_a_payload_is_the_body_and_its_type_the_members() -> None:
    operation = service_model("sagemaker-runtime").operation_model("InvokeEndpoint")
    answer = write_answer(operation, {"Body": b"1,2", "ContentType": "text/csv", "InvokedProductionVariant": "all"})
    expected = {"Content-Type": "text/csv", "x-Amzn-Invoked-Production-Variant": "all"}
    assert (answer.body, answer.headers) == (b"1,2", expected)


def test_an_error_has_its_further_members() -> None:
    answer = write_error(ServiceError("ModelError", "It broke", status=424, members={"OriginalStatusCode": 500}))
    content = json.loads(answer.body)
    assert (answer.status, content["OriginalStatusCode"], content["Message"]) == (424, 500, "It broke")
    assert answer.headers["x-amzn-errortype"] == "ModelError"


def test_blobs_travel_as_base64_in_json_both_ways() -> None:
    shape = service_model("kms").operation_model("Encrypt").input_shape
    assert shape is not None
    assert to_wire({"Plaintext": b"ab"}, shape) == {"Plaintext": "YWI="}
    body = json.dumps({"Plaintext": base64.b64encode(b"ab").decode()}).encode()
    assert read("kms", request(x_amz_target="TrentService.Encrypt", body=body))[1] == {"Plaintext": b"ab"}
