"""The seam for S3 in state machines: ``aws-sdk:s3:putObject`` and ``getObject``, numbers, and errors of HEAD requests.

MiniStack leaves out the two operations that carry a body. On AWS a body is written as JSON, a string with its quotes,
and read as text. A HEAD request has no body to tell its error in; the SDK names it by the operation.
"""

import functools
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import ministack.app as gateway
from ministack.services import stepfunctions

from local_cloud.service import service_model

_ABSENT = {"headObject": "S3.NoSuchKeyException", "headBucket": "S3.NoSuchBucketException"}
_SIGNATURE = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request"


def mount() -> None:
    """Wrap MiniStack's dispatcher of S3 operations."""
    if not hasattr(stepfunctions._dispatch_aws_sdk_rest_xml, "__wrapped__"):
        stepfunctions._dispatch_aws_sdk_rest_xml = _with_objects(stepfunctions._dispatch_aws_sdk_rest_xml)


def _with_objects(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(dispatch)
    def with_objects(service: dict[str, Any], name: str, action: str, parameters: dict[str, Any]) -> Any:
        if name == "s3" and action in ("putObject", "getObject"):
            return _exchange(f"{action[0].upper()}{action[1:]}", dict(parameters))
        try:
            answer = dispatch(service, name, action, parameters)
            return _typed(answer, _output_shape(action)) if name == "s3" else answer
        except stepfunctions._ExecutionError as error:
            if name == "s3" and action in _ABSENT and error.error == "S3.S3Exception" and "404" in error.cause:
                raise stepfunctions._ExecutionError(_ABSENT[action], error.cause) from error
            raise

    return with_objects


def _output_shape(action: str) -> Any:
    return service_model("s3").operation_model(f"{action[0].upper()}{action[1:]}").output_shape


def _typed(value: Any, shape: Any) -> Any:
    """`value` with the numbers and truth values that the model names; MiniStack leaves some as the text of the XML."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {key: _typed(item, shape.members.get(key)) for key, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_typed(item, shape.member) for item in value]
    if shape.type_name in ("integer", "long") and isinstance(value, str):
        return int(value)
    return value == "true" if shape.type_name == "boolean" and isinstance(value, str) else value


def _exchange(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Send one object request as the model binds its members; the answer's members.

    Raises:
        _ExecutionError: a parameter that S3 does not have, or S3's own error.
    """
    model: Any = service_model("s3").operation_model(operation)
    body = json.dumps(parameters.pop("Body"), separators=(",", ":")).encode() if "Body" in parameters else b""
    headers, query = {"authorization": _SIGNATURE}, {}
    path = f"/{parameters.pop('Bucket', '')}/{parameters.pop('Key', '')}"
    for name, value in parameters.items():
        member = model.input_shape.members.get(name)
        if member is None:
            raise stepfunctions._ExecutionError("States.Runtime", f"{operation} has no parameter {name}")
        location, wire_name = member.serialization["location"], member.serialization["name"]
        if location == "headers":
            headers |= {f"{wire_name}{key}".lower(): str(item) for key, item in value.items()}
        elif location == "header":
            headers[wire_name.lower()] = str(value)
        else:
            query[wire_name] = [str(value)]
    status, given, content = gateway.call_service_handler_sync(
        gateway.SERVICE_HANDLERS["s3"], model.http["method"], path, headers, body, query
    )
    if status >= 400:
        raise _error(content)
    return _answer(model.output_shape, {key.lower(): value for key, value in given.items()}, content)


def _answer(shape: Any, headers: dict[str, Any], content: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire_name = member.serialization.get("name", name).lower()
        if member.serialization.get("location") == "headers":
            found = {key[len(wire_name) :]: value for key, value in headers.items() if key.startswith(wire_name)}
            answer |= {name: found} if found else {}
        elif member.serialization.get("location") == "header" and wire_name in headers:
            answer[name] = int(headers[wire_name]) if member.type_name in ("long", "integer") else headers[wire_name]
    if shape.serialization.get("payload") == "Body":
        answer["Body"] = content.decode()
    return answer


def _error(content: bytes) -> Exception:
    root = ElementTree.fromstring(content)
    error: Exception = stepfunctions._ExecutionError(
        f"S3.{root.findtext('Code', 'S3').removesuffix('Exception')}Exception", root.findtext("Message", "")
    )
    return error
