"""API Gateway's proxy events in, responses out: the one place where a request is read and an error becomes HTTP.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import binascii
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bakeoff.errors import RequestError
from bakeoff.serving import log
from bakeoff.serving.errors import HttpError, NotServingError

MOST_BODY_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, as a route's function sees it.

    Args:
        path_parameters: decoded, by their name in the route's path.
        query: every value of every parameter.
        headers: by lower-case name.
        body: as in the event; `json_object` reads it.
        remaining_ms: tells what Lambda leaves for this request now, in milliseconds.
    """

    path_parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_is_base64: bool = False
    remaining_ms: Callable[[], float] = lambda: 30_000.0

    def single_query(self, known: Collection[str]) -> dict[str, str]:
        """The query's parameters, each given once.

        Raises:
            RequestError: a parameter is not `known` (a silently ignored typo would cost more), or given twice.
        """
        for name, values in self.query.items():
            if name not in known:
                offered = f"only {', '.join(sorted(known))}" if known else "no parameters in the query"
                raise RequestError(f"There is no such parameter; this route takes {offered}.", field=name[:256])
            if len(values) != 1:
                raise RequestError(f"'{name}' must be given once.", field=name)
        return {name: values[0] for name, values in self.query.items()}

    def json_object(self) -> dict[str, Any]:
        """The body's JSON object.

        Raises:
            HttpError: 413 for more than 256 KiB, 415 for another content type than JSON.
            RequestError: it is not a JSON object.
        """
        content_type = self.headers.get("content-type", "application/json").split(";")[0].strip().lower()
        if content_type != "application/json":
            raise HttpError(415, "unsupported_media_type", "Send the body as 'content-type: application/json'.")
        try:
            value = json.loads(self._body_bytes().decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise RequestError("The body is not JSON in UTF-8.", field="body") from None
        if not isinstance(value, dict):
            raise RequestError("The body must be a JSON object.", field="body")
        return value

    def _body_bytes(self) -> bytes:
        body = self.body or ""
        # Base64 is a third longer than what it stands for; measured before decoding, so that no memory is wasted.
        if len(body) * (3 / 4 if self.body_is_base64 else 1) > MOST_BODY_BYTES:
            raise HttpError(413, "too_large", f"The body may have {MOST_BODY_BYTES // 1024} KiB at most.")
        if not self.body_is_base64:
            return body.encode(errors="surrogatepass")
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise RequestError("The body is marked as base64 and is not.", field="body") from None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a route's function gives back.

    Args:
        body: JSON, answered with status 200.
        log: fields for the request's line in the log.
    """

    body: Mapping[str, Any]
    log: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """A method, a path with parameters in braces (``/recommendations/{user_id}``) and what answers it."""

    method: str
    path: str
    answer: Callable[[Request], Reply]


class Api:
    """The routes of one function; call `respond` with Lambda's event and context."""

    def __init__(self, *routes: Route) -> None:
        self._routes = routes

    def respond(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The proxy response. Whatever goes wrong becomes one: a traceback goes to the log, never into an answer."""
        start = time.perf_counter()
        request_id = str((event.get("requestContext") or {}).get("requestId") or context.aws_request_id)
        route_name, fields = "none", {}
        try:
            route, parameters = self._match(event)
            route_name = f"{route.method} {route.path}"
            reply = route.answer(_request(event, parameters, context))
            response, fields = _response(200, reply.body, request_id), dict(reply.log)
        except Exception as error:  # noqa: BLE001 - the outermost frame: there is nobody else to answer the client
            response = _error_response(error, request_id)
        line = {"requestId": request_id, "lambdaRequestId": context.aws_request_id, "route": route_name}
        elapsed = round((time.perf_counter() - start) * 1000, 2)
        log.write("request", **line, status=response["statusCode"], ms=elapsed, **fields)
        return response

    def _match(self, event: Mapping[str, Any]) -> tuple[Route, dict[str, str]]:
        method, path = str(event.get("httpMethod") or ""), str(event.get("path") or "")
        matches = [
            (route, parameters) for route in self._routes if (parameters := _parameters(route.path, path)) is not None
        ]
        for route, parameters in matches:
            if route.method == method:
                return route, parameters
        if matches:
            allowed = ", ".join(sorted({route.method for route, _ in matches}))
            raise HttpError(405, "method_not_allowed", f"This path answers {allowed} only.", headers={"allow": allowed})
        offered = ", ".join(f"{route.method} {route.path}" for route in self._routes)
        raise HttpError(404, "not_found", f"There is no such path; there is {offered}.")


def _parameters(template: str, path: str) -> dict[str, str] | None:
    """The path's parameters where it fits the template. A REST API hands the path on as the client encoded it."""
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    parameters = {}
    for expected, segment in zip(wanted, given, strict=True):
        if expected.startswith("{"):
            parameters[expected.strip("{}")] = unquote(segment)
        elif expected != segment:
            return None
    return parameters


def _request(event: Mapping[str, Any], parameters: dict[str, str], context: Any) -> Request:
    single = event.get("queryStringParameters") or {}
    query = event.get("multiValueQueryStringParameters") or {name: [value] for name, value in single.items()}
    headers = event.get("headers") or {}
    return Request(
        path_parameters=parameters,
        query={name: list(values) for name, values in query.items()},
        headers={name.lower(): str(value) for name, value in headers.items()},
        body=event.get("body"),
        body_is_base64=bool(event.get("isBase64Encoded")),
        remaining_ms=context.get_remaining_time_in_millis,
    )


def _error_response(error: Exception, request_id: str) -> dict[str, Any]:
    if isinstance(error, HttpError):
        return _response(error.status, _error_body(error.code, error, request_id), request_id, error.headers)
    if isinstance(error, RequestError):
        return _response(400, _error_body("invalid_request", error, request_id, error.field), request_id)
    if isinstance(error, NotServingError):
        return _response(503, _error_body(error.code, error, request_id), request_id, {"retry-after": "30"})
    log.write("unexpected", requestId=request_id, **log.describe(error))
    message = "The request failed for a reason of ours; name the request id when you report it."
    return _response(500, _error_body("internal", message, request_id), request_id)


def _error_body(code: str, message: object, request_id: str, at: str | None = None) -> dict[str, Any]:
    error = {"code": code, "message": str(message)} | ({} if at is None else {"field": at})
    return {"error": error, "requestId": request_id}


def _response(
    status: int, body: Mapping[str, Any], request_id: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "x-request-id": request_id, **(headers or {})},
        "body": json.dumps(body, separators=(",", ":"), allow_nan=False),
        "isBase64Encoded": False,
    }


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
