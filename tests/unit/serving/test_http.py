"""HTTP: routing, reading of events, and the one place where errors become answers."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from bakeoff.errors import RequestError, SettingsError
from bakeoff.serving.errors import HttpError, NotServingError
from bakeoff.serving.http import MOST_BODY_BYTES, Api, Reply, Request, Route

CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 9_000)


def event(method: str = "GET", path: str = "/things/1", **fields: Any) -> dict[str, Any]:
    return {"httpMethod": method, "path": path, "requestContext": {"requestId": "gateway-1"}, **fields}


def respond(given: dict[str, Any], answer: Any = lambda request: Reply(body={"fine": True})) -> dict[str, Any]:
    api = Api(
        Route(method="GET", path="/things/{thing_id}", answer=answer),
        Route(method="POST", path="/things", answer=answer),
    )
    return api.respond(given, CONTEXT)


def body_of(response: dict[str, Any]) -> Any:
    return json.loads(response["body"])


def raising(error: Exception) -> Any:
    def answer(request: Request) -> Reply:
        raise error

    return answer


def seen_by_route(given: dict[str, Any]) -> Request:
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return Reply(body={})

    assert respond(given, answer)["statusCode"] == 200
    return seen[0]


def test_a_reply_becomes_a_proxy_response() -> None:
    assert respond(event()) == {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "x-request-id": "gateway-1"},
        "body": '{"fine":true}',
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("segment", "decoded"),
    [("1", "1"), ("a%2Fb", "a/b"), ("%C3%A9", "é"), ("a+b", "a+b"), ("50%", "50%"), ("", ""), ("%ff", "\ufffd")],
)
def test_a_path_parameter_is_decoded_once(segment: str, decoded: str) -> None:
    assert seen_by_route(event(path=f"/things/{segment}")).path_parameters == {"thing_id": decoded}


def test_a_request_has_lower_case_headers_every_query_value_and_the_time_left() -> None:
    request = seen_by_route(
        event(headers={"Content-Type": "x"}, multiValueQueryStringParameters={"n": ["1", "2"]}, body="b")
    )
    assert request.headers == {"content-type": "x"}
    assert request.query == {"n": ["1", "2"]}
    assert (request.body, request.body_is_base64, request.remaining_ms()) == ("b", False, 9_000)


def test_a_query_without_the_multi_value_form_is_read_too() -> None:
    assert seen_by_route(event(queryStringParameters={"n": "1"})).query == {"n": ["1"]}


def test_an_event_full_of_nulls_is_read() -> None:
    """What API Gateway sends where there is nothing to send."""
    nulls: Any = dict.fromkeys(("headers", "queryStringParameters", "multiValueQueryStringParameters", "body"))
    request = seen_by_route(event(**nulls))
    assert (request.query, request.headers, request.body) == ({}, {}, None)


@pytest.mark.parametrize("path", ["/", "", "/other", "/things/1/more", "things/1", "/things/1/", "/THINGS/1"])
def test_an_unknown_path_is_a_404_that_names_the_routes(path: str) -> None:
    response = respond(event(path=path))
    assert response["statusCode"] == 404
    assert body_of(response)["error"]["code"] == "not_found"
    assert "GET /things/{thing_id}" in body_of(response)["error"]["message"]


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/things/1", "GET"), ("GET", "/things", "POST")])
def test_another_method_is_a_405_that_names_the_allowed_one(method: str, path: str, allowed: str) -> None:
    response = respond(event(method, path))
    assert (response["statusCode"], response["headers"]["allow"]) == (405, allowed)


def test_a_request_error_is_a_400_with_its_field() -> None:
    response = respond(event(), raising(RequestError("'n' must be small.", field="n")))
    assert response["statusCode"] == 400
    error = {"code": "invalid_request", "message": "'n' must be small.", "field": "n"}
    assert body_of(response) == {"error": error, "requestId": "gateway-1"}


def test_an_http_error_has_its_own_status() -> None:
    response = respond(event(), raising(HttpError(413, "too_large", "Less.")))
    assert (response["statusCode"], body_of(response)["error"]) == (413, {"code": "too_large", "message": "Less."})


def test_nothing_to_serve_is_a_503_that_says_when_to_ask_again() -> None:
    response = respond(event(), raising(NotServingError("no_promoted_run", "Start a run.")))
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "30")
    assert body_of(response)["error"] == {"code": "no_promoted_run", "message": "Start a run."}


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), SettingsError("RUNS_TABLE secret"), RuntimeError()])
def test_anything_else_is_a_500_whose_traceback_goes_to_the_log_only(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    response = respond(event(), raising(error))
    assert response["statusCode"] == 500
    assert "secret" not in response["body"]
    assert body_of(response)["requestId"] == "gateway-1"
    unexpected, request = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (unexpected["kind"], unexpected["requestId"]) == ("unexpected", "gateway-1")
    assert type(error).__name__ in unexpected["traceback"]
    assert (request["kind"], request["status"]) == ("request", 500)


def test_an_answer_that_json_cannot_spell_is_a_500() -> None:
    assert respond(event(), lambda request: Reply(body={"score": float("nan")}))["statusCode"] == 500


def test_each_request_is_one_line_of_log(capsys: pytest.CaptureFixture[str]) -> None:
    respond(event(path="/things/user-17"), lambda request: Reply(body={}, log={"runId": "run-1"}))
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert logged.pop("ms") >= 0
    assert logged == {
        "kind": "request",
        "requestId": "gateway-1",
        "lambdaRequestId": "lambda-1",
        "route": "GET /things/{thing_id}",
        "status": 200,
        "runId": "run-1",
    }


def test_without_a_gateways_request_id_lambdas_is_given() -> None:
    assert respond({"httpMethod": "GET", "path": "/things/1"})["headers"]["x-request-id"] == "lambda-1"


def test_a_json_body_is_read_plain_and_as_base64() -> None:
    text = '{"title": "Amélie"}'
    assert Request(body=text).json_object() == {"title": "Amélie"}
    encoded = base64.b64encode(text.encode()).decode()
    assert Request(body=encoded, body_is_base64=True).json_object() == {"title": "Amélie"}


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_may_be_named_in_any_spelling(content_type: str) -> None:
    assert Request(headers={"content-type": content_type}, body="{}").json_object() == {}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_a_415(content_type: str) -> None:
    with pytest.raises(HttpError) as failure:
        Request(headers={"content-type": content_type}, body="{}").json_object()
    assert failure.value.status == 415


@pytest.mark.parametrize(
    "body",
    [None, "", "{", "[]", "3", "null", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000, '{"a":' + "1" * 9_999 + "}"],
)
def test_a_body_that_is_no_json_object_is_refused(body: str | None) -> None:
    with pytest.raises(RequestError) as failure:
        Request(body=body).json_object()
    assert failure.value.field in ("body", None)


@pytest.mark.parametrize("body", ["!!!", "e30", base64.b64encode(b"\xff\xfe").decode(), "é"])
def test_a_body_that_is_no_base64_of_json_is_refused(body: str) -> None:
    with pytest.raises(RequestError):
        Request(body=body, body_is_base64=True).json_object()


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_may_be_256_kib_and_no_more(encoded: bool) -> None:
    def request(size: int) -> Request:
        text = '{"a":"' + "x" * (size - 8) + '"}'
        return Request(body=base64.b64encode(text.encode()).decode() if encoded else text, body_is_base64=encoded)

    assert request(MOST_BODY_BYTES - 3).json_object()
    with pytest.raises(HttpError) as failure:
        request(MOST_BODY_BYTES + 3).json_object()
    assert failure.value.status == 413
