"""AWS's wire formats for the played services: a request becomes an operation and parameters, an answer becomes bytes.

JSON 1.1 (`personalize`, `sagemaker`) and REST-JSON (their runtimes) are read from botocore's models: the operation by
its target header or its method and path, each member where the model binds it (path, query, header, payload, body).
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel, ServiceModel

from local_cloud.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; header names are lower-case, the path is decoded, query values are lists."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def read_request(request: Request, models: Iterable[ServiceModel]) -> tuple[OperationModel, dict[str, Any]]:
    """The operation that `request` asks for, and its parameters.

    Raises:
        ServiceError: no operation of `models` fits, or the body is not JSON.
    """
    target = request.headers.get("x-amz-target", "")
    if target:
        operation = _by_target(target, models)
        return operation, _json_body(request.body, operation.input_shape)
    operation, from_path = _by_path(request, models)
    return operation, {**from_path, **_rest_parameters(request, operation.input_shape)}


def write_answer(operation: OperationModel, answer: Mapping[str, Any]) -> Answer:
    """`answer` as AWS sends it: only the members that the model names, each where the model binds it."""
    shape = operation.output_shape
    media = "application/x-amz-json-1.1" if operation.service_model.protocol == "json" else "application/json"
    if shape is None:
        return Answer(status=200, headers={"Content-Type": media}, body=b"")
    bound = {
        member.serialization["name"]: str(answer[name])
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header" and answer.get(name) is not None
    }
    headers = {"Content-Type": media, **bound}
    payload = shape.serialization.get("payload")
    if payload is not None:
        body = answer.get(payload, b"")
        return Answer(status=200, headers=headers, body=body.encode() if isinstance(body, str) else body)
    content = {
        name: to_wire(answer[name], member)
        for name, member in shape.members.items()
        if "location" not in member.serialization and answer.get(name) is not None
    }
    return Answer(status=200, headers=headers, body=json.dumps(content).encode())


def write_error(error: ServiceError) -> Answer:
    """`error` as AWS sends it: the code in the body and in a header."""
    content = {"__type": error.code, "message": error.message, "Message": error.message, **error.members}
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
    return Answer(status=error.status, headers=headers, body=json.dumps(content).encode())


def to_wire(value: Any, shape: Any) -> Any:
    """`value` as JSON types: timestamps as seconds since 1970, blobs as base64, unknown members left out."""
    if shape.type_name == "structure":
        return {
            name: to_wire(value[name], member) for name, member in shape.members.items() if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [to_wire(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {key: to_wire(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return _seconds(value)
    if shape.type_name == "blob" and isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value)


def _by_target(target: str, models: Iterable[ServiceModel]) -> OperationModel:
    prefix, _, name = target.partition(".")
    for model in models:
        if model.metadata.get("targetPrefix") == prefix and name in model.operation_names:
            return model.operation_model(name)
    raise ServiceError("UnknownOperationException", f"{target} names no operation")


def _by_path(request: Request, models: Iterable[ServiceModel]) -> tuple[OperationModel, dict[str, Any]]:
    for model in models:
        if not model.protocol.startswith("rest"):
            continue
        for name in model.operation_names:
            operation = model.operation_model(name)
            found = re.fullmatch(_path_pattern(operation.http["requestUri"]), request.path)
            if found and operation.http["method"] == request.method:
                return operation, _path_parameters(operation, found.groupdict())
    raise ServiceError("UnknownOperationException", f"{request.method} {request.path} is no operation", status=404)


def _path_pattern(template: str) -> str:
    """A request URI template as a regular expression; the query part of a template is no part of the path."""
    pieces = re.split(r"\{(\w+\+?)\}", template.partition("?")[0])
    return "".join(
        re.escape(piece) if position % 2 == 0 else f"(?P<{piece.rstrip('+')}>{'.+' if '+' in piece else '[^/]+'})"
        for position, piece in enumerate(pieces)
    )


def _path_parameters(operation: OperationModel, found: dict[str, str]) -> dict[str, Any]:
    return {
        name: found[member.serialization["name"]]
        for name, member in _members(operation.input_shape)
        if member.serialization.get("location") == "uri"
    }


def _members(shape: Any) -> list[tuple[str, Any]]:
    return [] if shape is None else list(shape.members.items())


def _rest_parameters(request: Request, shape: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name, member in _members(shape):
        location, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "header" and wire_name.lower() in request.headers:
            parameters[name] = _from_text(request.headers[wire_name.lower()], member)
        elif location == "querystring" and wire_name in request.query:
            values = request.query[wire_name]
            parameters[name] = values if member.type_name == "list" else _from_text(values[0], member)
    payload = None if shape is None else shape.serialization.get("payload")
    if payload is None:
        return {**parameters, **_json_body(request.body, shape)}
    if shape.members[payload].type_name == "blob":
        given = request.body or payload in shape.required_members
        return {**parameters, payload: request.body} if given else parameters
    return {**parameters, payload: _json_body(request.body, shape.members[payload])}


def _from_text(text: str, shape: Any) -> Any:
    """A header or query value as the type that the model gives it; unreadable text is left for the validation."""
    try:
        if shape.type_name in ("integer", "long"):
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    return text == "true" if shape.type_name == "boolean" else text


def _json_body(body: bytes, shape: Any) -> dict[str, Any]:
    if not body:
        return {}
    try:
        content = json.loads(body)
    except ValueError as error:
        raise ServiceError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ServiceError("SerializationException", "The body is not a JSON object")
    return content if shape is None else _with_blobs(content, shape)


def _with_blobs(value: Any, shape: Any) -> Any:
    """`value` with base64 text decoded where the model says blob; anything malformed is left for the validation."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            name: _with_blobs(item, shape.members[name]) if name in shape.members else item
            for name, item in value.items()
            if item is not None
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_with_blobs(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _with_blobs(item, shape.value) for key, item in value.items()}
    return base64.b64decode(value) if shape.type_name == "blob" and isinstance(value, str) else value
