"""The function behind the route of alike items, from API Gateway's event to the proxy response."""

import json
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from bench.stub_backends import StubBackends, recommends

CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 30_000)


@pytest.fixture
def handler(front_environment: dict[str, str], tables: Any, stub: StubBackends) -> Iterator[ModuleType]:
    """The function as a fresh process has it, on tables in moto and stub backends."""
    from lambdas.get_similar_items import handler as module

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


def call(handler: ModuleType, path: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    event = {"httpMethod": "GET", "path": path, "requestContext": {"requestId": "r-1"}, **fields}
    response = handler.lambda_handler(event, CONTEXT)
    return response["statusCode"], json.loads(response["body"])


def test_an_item_gets_the_lists_of_those_that_answer(
    handler: ModuleType, tables: Any, stub: StubBackends, contestant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.promote("run-1", [contestant("content", answers=["recommend", "similar"]), contestant("ease")])
    stub.manners["content"] = recommends("a", "b", "c")
    path = f"/items/{quote('film 7/a', safe='')}/similar"
    status, body = call(handler, path, multiValueQueryStringParameters={"n": ["2"]})
    assert status == 200
    assert body["itemId"] == "film 7/a"
    assert [item["itemId"] for item in body["blended"]] == ["a", "b"]
    assert stub.received[0].body == {"itemId": "film 7/a", "n": 3}
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["route"], line["runId"], line["n"]) == ("GET /items/{item_id}/similar", "run-1", 2)
    assert line["contestants"]["content"]["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/items/a/similar", {"n": ["0"]}, "n"),
        ("/items/a/similar", {"n": ["101"]}, "n"),
        ("/items/a/similar", {"m": ["1"]}, "m"),
        ("/items//similar", {}, "item_id"),
        (f"/items/{'a' * 257}/similar", {}, "item_id"),
    ],
)
def test_a_malformed_request_is_refused_with_its_field(
    handler: ModuleType, path: str, query: dict[str, list[str]], field: str
) -> None:
    status, body = call(handler, path, multiValueQueryStringParameters=query)
    assert (status, body["error"]["code"], body["error"]["field"]) == (400, "invalid_request", field)


def test_without_a_promoted_run_the_answer_says_so(handler: ModuleType) -> None:
    status, body = call(handler, "/items/a/similar")
    assert (status, body["error"]["code"]) == (503, "no_promoted_run")
