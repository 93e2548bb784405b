"""Alike items: who is asked, what the answer holds, and what is left when parts fail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bakeoff.serving.deadline import Deadline
from bakeoff.serving.fan_out import FanOut
from bakeoff.serving.recommend import Front, RecommendationRequest, recommend
from bakeoff.serving.settings import Settings
from bakeoff.serving.similar import SimilarRequest, similar
from bakeoff.serving.store import Store
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import StubBackends, crashes, recommends

Ask = Callable[..., dict[str, Any]]
BOTH = ["recommend", "similar"]


@pytest.fixture
def front(settings: Settings, tables: Any, transport: AwsTransport) -> Iterator[Front]:
    store = Store(settings, dynamodb=tables.dynamodb, ssm=tables.ssm)
    fan_out = FanOut(slots=settings.slots_per_backend)
    yield Front(store=store, transport=transport, fan_out=fan_out, max_history=settings.max_history)
    fan_out.close()
    store.close()


@pytest.fixture
def ask(front: Front) -> Ask:
    def asked(item_id: str = "x", *, n: int = 3) -> dict[str, Any]:
        return similar(SimilarRequest(item_id=item_id, n=n), front=front, deadline=Deadline.after(20))

    return asked


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["itemId"] for item in items]


def test_the_whole_answer(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    campaign = contestant("semantic", "personalize-campaign", answers=["similar"], twin=True, weight=0.0)
    tables.promote("run-1", [contestant("ease"), contestant("content", answers=BOTH, weight=1.0), campaign])
    tables.put_title("a", "Alien", year=1979)
    stub.manners |= {"content": recommends("x", "a", "b"), "semantic": recommends("b", "c")}
    body = ask()
    latencies = [one.pop("latencyMs") for one in body["contestants"]]
    assert all(latency > 0 for latency in latencies)
    alien, unknown = {"itemId": "a", "title": "Alien", "year": 1979}, {"itemId": "b", "title": None}
    assert body == {
        "itemId": "x",
        "runId": "run-1",
        "default": None,
        "blended": [{**alien, "score": 1 / 61}, {**unknown, "score": 1 / 62}],
        "contestants": [
            {
                "name": "content",
                "status": "ok",
                "items": [{**alien, "score": 1 / 2}, {**unknown, "score": 1 / 3}],
                "modelVersion": "content-1",
                "twin": False,
                "reactsToEvents": True,
            },
            {
                "name": "semantic",
                "status": "ok",
                "items": [{**unknown, "score": 1.0}, {"itemId": "c", "title": None, "score": 1 / 2}],
                "modelVersion": "semantic-1",
                "twin": True,
                "reactsToEvents": True,
            },
        ],
    }


def test_backends_are_asked_about_the_item_and_for_one_more(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    campaign = contestant("semantic", "personalize-campaign", answers=["similar"])
    tables.promote("run-1", [contestant("content", answers=BOTH), campaign])
    stub.manners |= {"content": recommends("x", "a", "b", "c"), "semantic": recommends("a", "b", "c", "d")}
    body = ask(n=3)
    assert stub.of("content")[0].body == {"itemId": "x", "n": 4}
    sent = stub.of("semantic")[0].body
    assert (sent["itemId"], sent["numResults"], "userId" in sent) == ("x", 4, False)
    assert [ids(one["items"]) for one in body["contestants"]] == [["a", "b", "c"], ["a", "b", "c"]]


def test_the_default_is_named_where_it_answers(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    tables.promote("run-1", [contestant("content", answers=BOTH)])
    stub.manners["content"] = recommends("a")
    assert ask()["default"] == "content"


def test_an_item_that_a_model_does_not_know_is_cold(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    tables.promote("run-1", [contestant("content", answers=BOTH)])
    stub.manners["content"] = recommends(status="cold")
    body = ask("unheard-of")
    assert (body["blended"], body["contestants"][0]["status"]) == ([], "cold")
    assert body["contestants"][0]["reason"] == "the model knows nothing of this item"


def test_a_failure_is_one_contestants_outcome_only(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    failed = contestant("failed", answers=BOTH, status="failed", reason="out of memory")
    tables.promote("run-1", [contestant("content", answers=BOTH), contestant("other", answers=BOTH), failed])
    stub.manners |= {"content": crashes, "other": recommends("a")}
    body = ask()
    assert [one["status"] for one in body["contestants"]] == ["error", "ok", "disabled"]
    assert ids(body["blended"]) == ["a"]


def test_a_run_in_which_nobody_answers_that_has_an_empty_answer(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease")])
    body = ask()
    assert (body["blended"], body["contestants"], body["default"]) == ([], [], None)
    assert stub.received == []


def test_who_answers_that_alone_is_not_asked_for_recommendations(
    front: Front, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease"), contestant("semantic", answers=["similar"])])
    stub.manners["ease"] = recommends("a")
    request = RecommendationRequest(user_id="u1", history=None, n=3)
    body = recommend(request, front=front, deadline=Deadline.after(20))
    assert [one["name"] for one in body["contestants"]] == ["ease"]
