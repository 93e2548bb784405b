"""The function behind the two recommendation routes, from API Gateway's event to the proxy response."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bench.stub_backends import StubBackends, recommends

CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 30_000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.fixed_dictionaries(
    {}, optional={"itemId": JSON | st.text(min_size=1), "value": JSON, "timestamp": JSON | st.integers(0, 2**31)}
)
BODIES = (
    st.none() | st.text() | JSON.map(json.dumps) | st.fixed_dictionaries(
        {"history": st.lists(EVENTS, max_size=4)}, optional={"n": JSON | st.integers(-1, 120)}
    ).map(json.dumps)
)  # fmt: skip


@pytest.fixture
def handler(front_environment: dict[str, str], tables: Any, stub: StubBackends) -> Iterator[ModuleType]:
    """The function as a fresh process has it, on tables in moto and stub backends."""
    from lambdas.get_recommendations import handler as module

    module.settings.cache_clear()
    module.front.cache_clear()
    yield module
    if module.front.cache_info().currsize:
        made = module.front()
        made.store.close()
        made.fan_out.close()
        made.transport.close()
    module.settings.cache_clear()
    module.front.cache_clear()


def call(handler: ModuleType, method: str, path: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    event = {"httpMethod": method, "path": path, "requestContext": {"requestId": "r-1"}, **fields}
    response = handler.lambda_handler(event, CONTEXT)
    return response["statusCode"], json.loads(response["body"])


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["itemId"] for item in items]


@pytest.fixture
def promoted(tables: Any, stub: StubBackends, contestant: Any) -> None:
    tables.promote("run-1", [contestant("ease", needsHistory=True), contestant("pop", "personalize-campaign")])
    tables.put_history("user 7/a", "x")
    tables.put_title("a", "Alien", year=1979)
    stub.manners |= {"ease": recommends("x", "a", "b", "c"), "pop": recommends("b", "x", "a")}


@pytest.mark.usefixtures("promoted")
def test_a_known_user_gets_lists_and_a_blend(
    handler: ModuleType, stub: StubBackends, capsys: pytest.CaptureFixture[str]
) -> None:
    status, body = call(
        handler,
        "GET",
        f"/recommendations/{quote('user 7/a', safe='')}",
        multiValueQueryStringParameters={"n": ["2"]},
    )
    assert status == 200
    assert (body["userId"], body["runId"], body["default"]) == ("user 7/a", "run-1", "ease")
    assert [ids(one["items"]) for one in body["contestants"]] == [["a", "b"], ["b", "a"]]
    assert set(ids(body["blended"])) == {"a", "b"}
    assert body["contestants"][0]["items"][0]["title"] == "Alien"
    assert stub.of("ease")[0].body["n"] == 3
    assert stub.of("pop")[0].body == {**stub.of("pop")[0].body, "userId": "user 7/a", "numResults": 3}
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["route"], line["status"], line["runId"]) == ("GET /recommendations/{user_id}", 200, "run-1")
    assert {name: one["status"] for name, one in line["contestants"].items()} == {"ease": "ok", "pop": "ok"}
    assert "user 7" not in json.dumps(line)


@pytest.mark.usefixtures("promoted")
@pytest.mark.parametrize("as_base64", [False, True])
def test_a_posted_history_is_answered(as_base64: bool, handler: ModuleType, stub: StubBackends) -> None:
    text = json.dumps({"history": [{"itemId": "a", "value": 5}], "n": 2})
    body = base64.b64encode(text.encode()).decode() if as_base64 else text
    status, answer = call(
        handler,
        "POST",
        "/recommendations",
        body=body,
        isBase64Encoded=as_base64,
        headers={"Content-Type": "application/json"},
    )
    assert status == 200
    assert answer["userId"] is None
    assert [ids(one["items"]) for one in answer["contestants"]] == [["x", "b"], ["b", "x"]]
    assert stub.of("ease")[0].body["history"] == [{"itemId": "a", "value": 5.0, "timestamp": 0}]


@pytest.mark.usefixtures("promoted")
def test_an_unknown_user_gets_what_popularity_knows(handler: ModuleType) -> None:
    status, body = call(handler, "GET", "/recommendations/nobody")
    assert status == 200
    assert [one["status"] for one in body["contestants"]] == ["cold", "ok"]
    assert ids(body["blended"]) == ["b", "x", "a"]


def test_without_a_promoted_run_it_is_a_503_that_says_what_to_do(handler: ModuleType) -> None:
    status, body = call(handler, "GET", "/recommendations/u1")
    assert status == 503
    assert body["error"]["code"] == "no_promoted_run"
    assert "Start a run" in body["error"]["message"]


def test_a_missing_setting_is_a_500_that_names_it_in_the_log_only(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RUNS_TABLE")
    status, body = call(handler, "GET", "/recommendations/u1")
    assert (status, body["error"]["code"]) == (500, "internal")
    assert "RUNS_TABLE" not in json.dumps(body)
    assert "RUNS_TABLE is not set" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "path", "fields", "status", "code"),
    [
        ("GET", "/recommendations/", {}, 400, "invalid_request"),
        ("GET", "/recommendations/u1", {"queryStringParameters": {"n": "0"}}, 400, "invalid_request"),
        ("GET", "/recommendations/u1", {"queryStringParameters": {"limit": "5"}}, 400, "invalid_request"),
        ("GET", "/recommendations/u1/x", {}, 404, "not_found"),
        ("GET", "/", {}, 404, "not_found"),
        ("GET", "/recommendations", {}, 405, "method_not_allowed"),
        ("DELETE", "/recommendations/u1", {}, 405, "method_not_allowed"),
        ("POST", "/recommendations", {"body": "{"}, 400, "invalid_request"),
        ("POST", "/recommendations", {"body": None}, 400, "invalid_request"),
        ("POST", "/recommendations", {"body": "a=1", "headers": {"content-type": "text/plain"}}, 415,
         "unsupported_media_type"),
        ("POST", "/recommendations", {"body": "x" * 300_000}, 413, "too_large"),
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused_before_anything_is_read(
    method: str, path: str, fields: dict[str, Any], status: int, code: str, handler: ModuleType
) -> None:
    got, body = call(handler, method, path, **fields)
    assert (got, body["error"]["code"], body["requestId"]) == (status, code, "r-1")
    assert handler.front.cache_info().currsize == 0


FUZZED = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@pytest.mark.usefixtures("promoted")
@FUZZED
@given(body=BODIES, is_base64=st.booleans(), content_type=st.sampled_from(["application/json", "text/html", "x", ""]))
def test_no_body_is_answered_with_a_5xx(
    handler: ModuleType, body: str | None, is_base64: bool, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else None
    status, answer = call(handler, "POST", "/recommendations", body=body, isBase64Encoded=is_base64, headers=headers)
    assert status == 200 or 400 <= status < 500
    assert ("blended" in answer) == (status == 200)
    assert ("error" in answer) == (status != 200)


@pytest.mark.usefixtures("promoted")
@FUZZED
@given(
    path=st.text(max_size=30).map(lambda text: "/recommendations/" + text) | st.text(max_size=20),
    query=st.none()
    | st.dictionaries(
        st.sampled_from(["n", "N", "limit", ""]) | st.text(max_size=4),
        st.lists(st.text(max_size=4) | st.integers(-2, 130).map(str), min_size=1, max_size=2),
        max_size=2,
    ),
)
def test_no_path_and_no_query_is_answered_with_a_5xx(
    handler: ModuleType, path: str, query: dict[str, list[str]] | None
) -> None:
    status, answer = call(handler, "GET", path, multiValueQueryStringParameters=query)
    assert status == 200 or 400 <= status < 500
    assert ("error" in answer) == (status != 200)


def test_a_cold_start_loads_neither_boto3_nor_a_framework() -> None:
    program = (
        "import sys, lambdas.get_recommendations.handler;"
        "print(sorted({name.split('.')[0] for name in sys.modules} &"
        " {'boto3', 'requests', 'numpy', 'pydantic', 'aws_lambda_powertools', 'local_cloud', 'stacks'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
