"""Recommending: what each contestant is asked, what the answer holds, and what is left when parts fail."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from bakeoff.contracts.interactions import Event
from bakeoff.serving.backends.personalize_campaign import UNKNOWN_USER
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import NotServingError
from bakeoff.serving.fan_out import FanOut
from bakeoff.serving.recommend import Front, RecommendationRequest, recommend
from bakeoff.serving.settings import Settings
from bakeoff.serving.store import Store
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import StubBackends, crashes, recommends, refuses

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def front(settings: Settings, tables: Any, transport: AwsTransport) -> Iterator[Front]:
    store = Store(settings, dynamodb=tables.dynamodb, ssm=tables.ssm)
    fan_out = FanOut(slots=settings.slots_per_backend)
    yield Front(store=store, transport=transport, fan_out=fan_out, max_history=settings.max_history)
    fan_out.close()
    store.close()


@pytest.fixture
def ask(front: Front) -> Ask:
    def asked(
        user_id: str | None = "u1", *, history: tuple[Event, ...] | None = None, n: int = 3, seconds: float = 20
    ) -> dict[str, Any]:
        request = RecommendationRequest(user_id=user_id, history=history, n=n)
        return recommend(request, front=front, deadline=Deadline.after(seconds))

    return asked


def by_name(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {contestant["name"]: contestant for contestant in body["contestants"]}


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["itemId"] for item in items]


def test_the_whole_answer(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    ease = contestant("ease", weight=2.0)
    popular = contestant("pop", "personalize-campaign", twin=True, reactsToEvents=False, weight=1.0)
    tables.promote("run-1", [ease, popular])
    tables.put_history("u1", "seen")
    tables.put_title("a", "Alien", year=1979, genres=["Horror"])
    tables.put_title("b", "Brazil", year=1985)
    stub.manners |= {"ease": recommends("seen", "a", "b"), "pop": recommends("b", "seen", "x")}
    body = ask()
    latencies = [one.pop("latencyMs") for one in body["contestants"]]
    assert all(0 < latency < 20_000 for latency in latencies)
    alien = {"itemId": "a", "title": "Alien", "year": 1979, "genres": ["Horror"]}
    brazil = {"itemId": "b", "title": "Brazil", "year": 1985}
    unknown = {"itemId": "x", "title": None}
    assert body == {
        "userId": "u1",
        "runId": "run-1",
        "default": "ease",
        "blended": [
            {**brazil, "score": 2 / 62 + 1 / 61},
            {**alien, "score": 2 / 61},
            {**unknown, "score": 1 / 62},
        ],
        "contestants": [
            {
                "name": "ease",
                "status": "ok",
                "items": [{**alien, "score": 1 / 2}, {**brazil, "score": 1 / 3}],
                "modelVersion": "ease-1",
                "twin": False,
                "reactsToEvents": True,
            },
            {
                "name": "pop",
                "status": "ok",
                "items": [{**brazil, "score": 1.0}, {**unknown, "score": 1 / 3}],
                "modelVersion": "pop-1",
                "twin": True,
                "reactsToEvents": False,
            },
        ],
    }


def test_each_is_asked_for_n_and_the_seen_items_up_to_its_longest_list(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    short = contestant("short", longestList=4)
    tables.promote("run-1", [contestant("ease"), contestant("pop", "personalize-campaign"), short])
    tables.put_history("u1", "x", "y", "z")
    stub.manners |= {name: recommends(*"xyzabcdef") for name in ("ease", "pop", "short")}
    contestants = by_name(ask(n=3))
    assert stub.of("ease")[0].body["n"] == 6
    assert stub.of("pop")[0].body["numResults"] == 6
    assert stub.of("short")[0].body["n"] == 4
    assert ids(contestants["ease"]["items"]) == ["a", "b", "c"]
    assert len(stub.received) == 3


def test_the_endpoint_gets_the_stored_history(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    tables.promote("run-1", [contestant("ease")])
    tables.put_history("u1", "x", "y")
    stub.manners["ease"] = recommends("a")
    ask()
    (received,) = stub.received
    assert [event["itemId"] for event in received.body["history"]] == ["x", "y"]
    assert received.body["userId"] == "u1"


def test_a_posted_history_is_all_seen_and_its_newest_part_is_asked_about(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    """The settings say 3 events at most; four are posted."""
    tables.promote("run-1", [contestant("ease"), contestant("pop", "personalize-campaign")])
    tables.put_history("None", "never")
    stub.manners |= {"ease": recommends("w", "a"), "pop": recommends("w", "b")}
    history = tuple(Event(item_id, 5.0, at) for at, item_id in enumerate("wxyz", start=1))
    body = ask(None, history=history)
    assert body["userId"] is None
    sent = stub.of("ease")[0].body
    assert [event["itemId"] for event in sent["history"]] == ["x", "y", "z"]
    assert sent["n"] == 3 + 4
    assert stub.of("pop")[0].body["userId"] == UNKNOWN_USER
    assert [ids(one["items"]) for one in body["contestants"]] == [["a"], ["b"]]


@pytest.mark.parametrize("history", [None, ()])
def test_a_user_without_history_is_cold_to_those_that_need_one(
    history: Any, ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease", needsHistory=True), contestant("pop", "personalize-campaign")])
    stub.manners |= {"ease": recommends("a"), "pop": recommends("b", "c")}
    body = ask("nobody" if history is None else None, history=history)
    ease, popular = body["contestants"]
    assert (ease["status"], ease["items"], ease["latencyMs"]) == ("cold", [], None)
    assert popular["status"] == "ok"
    assert ids(body["blended"]) == ["b", "c"]
    assert stub.of("ease") == []


def test_who_has_no_lists_for_users_is_neither_asked_nor_listed(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    alike = contestant("alike", "personalize-campaign", answers=["similar"])
    tables.promote("run-1", [contestant("ease"), alike])
    tables.put_history("u1", "seen")
    stub.manners |= {"ease": recommends("a"), "alike": recommends("b")}
    assert list(by_name(ask())) == ["ease"]
    assert not stub.of("alike")


def test_a_contestant_that_failed_in_the_run_is_disabled_and_not_asked(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    failed = contestant(
        "als", status="failed", reason="Job arn:aws:sagemaker:us-east-1:123456789012:x ended: no memory"
    )
    tables.promote("run-1", [failed, contestant("ease")])
    stub.manners["ease"] = recommends("a")
    als = by_name(ask())["als"]
    assert (als["status"], als["items"], als["reason"]) == ("disabled", [], "Job (arn) ended: no memory")
    assert len(stub.received) == 1


def test_a_backend_that_this_release_does_not_know_is_disabled(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("new", "oracle"), contestant("ease")])
    stub.manners["ease"] = recommends("a")
    contestants = by_name(ask())
    assert contestants["new"]["status"] == "disabled"
    assert "no backend of type 'oracle'" in contestants["new"]["reason"]
    assert contestants["ease"]["status"] == "ok"


def test_bad_manners_cost_only_their_own_list(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    names = ("hangs", "drips", "crashes", "broken", "throttled", "wakes", "fine")
    tables.promote("run-1", [contestant(name) for name in names])
    stub.manners |= {
        "hangs": stub.hang,
        "drips": stub.drip,
        "crashes": crashes,
        "broken": refuses(424, "ModelError", "Received server error (500) from primary"),
        "throttled": refuses(429, "ThrottlingException", "Rate exceeded"),
        "wakes": refuses(429, "ModelNotReadyException", "not yet"),
        "fine": recommends("a", "b"),
    }
    body = ask(seconds=2.0)
    assert {name: one["status"] for name, one in by_name(body).items()} == {
        "hangs": "timeout",
        "drips": "timeout",
        "crashes": "error",
        "broken": "error",
        "throttled": "throttled",
        "wakes": "waking",
        "fine": "ok",
    }
    assert ids(body["blended"]) == ["a", "b"]
    assert all(one["status"] == "ok" or one["reason"] for one in body["contestants"])


def test_when_every_contestant_fails_the_blend_is_empty(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease"), contestant("als")])
    body = ask()
    assert body["blended"] == []
    assert [one["status"] for one in body["contestants"]] == ["error", "error"]
    assert "Endpoint ease of account (account) not found" in body["contestants"][0]["reason"]


def test_a_run_without_contestants_is_an_empty_answer(ask: Ask, tables: Any) -> None:
    tables.promote("run-1", [])
    body = ask()
    assert (body["blended"], body["contestants"], body["default"]) == ([], [], None)


def test_popularity_without_weight_is_the_floor(ask: Ask, tables: Any, stub: StubBackends, contestant: Any) -> None:
    tables.promote("run-1", [contestant("ease"), contestant("pop", "personalize-campaign", weight=0)])
    stub.manners |= {"ease": crashes, "pop": recommends("p", "q")}
    assert ids(ask()["blended"]) == ["p", "q"]


def test_with_no_time_left_everyone_is_late_and_nobody_is_asked(
    front: Front, ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease")])
    front.store.promoted_run(Deadline.after(20))
    body = ask(None, history=(), seconds=0)
    assert body["contestants"][0]["status"] == "timeout"
    assert stub.received == []


def test_a_history_that_cannot_be_read_degrades_the_answer(
    ask: Ask, front: Front, tables: Any, stub: StubBackends, contestant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.promote("run-1", [contestant("ease", needsHistory=True), contestant("pop", "personalize-campaign")])
    tables.put("histories", {"key": "d4t4#u1", "history": "not json"})
    stub.manners |= {"ease": recommends("a"), "pop": recommends("b")}
    body = ask()
    ease, popular = body["contestants"]
    assert body["degraded"] == ["history"]
    assert (ease["status"], popular["status"]) == ("error", "ok")
    assert "cannot be read now" in ease["reason"]
    assert stub.of("ease") == []
    assert json.loads(capsys.readouterr().out)["what"] == "history"


def test_titles_that_cannot_be_read_degrade_the_answer(
    ask: Ask, front: Front, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    tables.promote("run-1", [contestant("ease")])
    stub.manners["ease"] = recommends("a")
    front.store.promoted_run(Deadline.after(20))
    with Stubber(tables.dynamodb) as refusing:
        refusing.add_client_error("batch_get_item", "InternalServerError")
        body = ask(None, history=())
    assert body["degraded"] == ["titles"]
    assert body["blended"] == [{"itemId": "a", "score": 1 / 61, "title": None}]


def test_without_a_run_there_is_no_answer(ask: Ask) -> None:
    with pytest.raises(NotServingError):
        ask()


def test_the_runs_blend_is_made_with_its_own_weights_of_lists_as_long_as_it_was_tuned_on(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    made = {"type": "blend", "weights": {"a": 0.75, "b": 0.25}, "rankConstant": 5}
    members = [contestant("a", weight=0.75), contestant("b", weight=0.25), contestant("c", weight=0.0)]
    tables.promote("run-1", [*members, contestant("mixed", backend=made, modelVersion=None)])
    stub.manners |= {"a": recommends("x", "y", "z"), "b": recommends("z", "y", "x"), "c": recommends("w")}
    body = ask(n=2)
    mixed = by_name(body)["mixed"]
    assert mixed["status"] == "ok"
    assert mixed["items"] == body["blended"]
    assert [(item["itemId"], item["score"]) for item in body["blended"]] == [
        ("x", pytest.approx(0.75 / 6 + 0.25 / 8)),
        ("y", pytest.approx(0.75 / 7 + 0.25 / 7)),
    ]
    assert mixed["latencyMs"] == max(by_name(body)[name]["latencyMs"] for name in ("a", "b"))
    assert ids(by_name(body)["a"]["items"]) == ["x", "y"]
    assert {received.body["n"] for received in stub.received} == {100}


def test_a_blend_goes_on_without_a_member_that_fails_and_fails_with_all(
    ask: Ask, tables: Any, stub: StubBackends, contestant: Any
) -> None:
    made = {"type": "blend", "weights": {"a": 0.75, "b": 0.25}, "rankConstant": 5}
    members = [contestant("a", weight=0.75), contestant("b", weight=0.25)]
    tables.promote("run-1", [*members, contestant("mixed", backend=made, modelVersion=None)])
    stub.manners |= {"a": crashes, "b": recommends("z")}
    assert ids(by_name(ask())["mixed"]["items"]) == ["z"]
    stub.manners |= {"b": crashes}
    mixed = by_name(ask())["mixed"]
    assert (mixed["status"], mixed["items"]) == ("error", [])
    assert mixed["reason"] == "none of the contestants that it is made of gave a list"
