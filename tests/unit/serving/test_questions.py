"""Questions: what is read from a request, and the field that each malformed one is told."""

import json
from typing import Any

import pytest

from bakeoff.contracts.interactions import Event
from bakeoff.errors import RequestError
from bakeoff.serving.http import Request
from bakeoff.serving.questions import for_known_user, for_posted_history


def get(user_id: str = "u1", **query: list[str]) -> Any:
    return for_known_user(Request(path_parameters={"user_id": user_id}, query=query))


def post(body: Any, **query: list[str]) -> Any:
    return for_posted_history(Request(body=json.dumps(body), query=query))


def test_a_user_is_asked_about_with_10_items_unless_said_otherwise() -> None:
    assert (get("u 1").user_id, get().history, get().n) == ("u 1", None, 10)
    assert [get(n=[text]).n for text in ("1", "25", "100", "007")] == [1, 25, 100, 7]


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "ten", "", " 5", "1e1", "٣", "9" * 5_000])
def test_an_n_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="whole number from 1 to 100") as failure:
        get(n=[text])
    assert failure.value.field == "n"


def test_an_unknown_or_repeated_parameter_is_refused() -> None:
    with pytest.raises(RequestError, match="only n") as failure:
        get(N=["5"])
    assert failure.value.field == "N"
    with pytest.raises(RequestError, match="once"):
        get(n=["5", "6"])
    with pytest.raises(RequestError, match="no parameters"):
        post({"history": []}, n=["5"])


@pytest.mark.parametrize("user_id", ["", "x" * 257, "\ud800"])
def test_a_user_id_that_nobody_can_have_is_refused(user_id: str) -> None:
    with pytest.raises(RequestError) as failure:
        get(user_id)
    assert failure.value.field == "user_id"


def test_a_posted_history_is_read_in_its_order() -> None:
    asked = post({"history": [{"itemId": "b", "value": 4}, {"itemId": "a", "timestamp": 5, "value": None}], "n": 3})
    assert asked.user_id is None
    assert asked.n == 3
    assert asked.history == (Event("b", 4.0, 0), Event("a", None, 5))


def test_a_history_with_times_throughout_is_ordered_by_time() -> None:
    asked = post({"history": [{"itemId": item_id, "timestamp": at} for item_id, at in (("c", 9), ("a", 1), ("b", 1))]})
    assert [event.item_id for event in asked.history] == ["a", "b", "c"]


def test_an_empty_history_is_a_new_user() -> None:
    assert post({"history": []}).history == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "history"),
        ({"n": 5}, "history"),
        ({"history": None}, "history"),
        ({"history": {"itemId": "a"}}, "history"),
        ({"history": "a"}, "history"),
        ({"history": [], "n": "5"}, "n"),
        ({"history": [], "n": None}, "n"),
        ({"history": [], "n": True}, "n"),
        ({"history": [], "n": 5.0}, "n"),
        ({"history": [], "n": 101}, "n"),
        ({"history": [], "userId": "u1"}, "userId"),
        ({"history": ["a"]}, "history[0]"),
        ({"history": [{"itemId": "a"}, None]}, "history[1]"),
        ({"history": [{}]}, "history[0].itemId"),
        ({"history": [{"itemId": ""}]}, "history[0].itemId"),
        ({"history": [{"itemId": 5}]}, "history[0].itemId"),
        ({"history": [{"itemId": "x" * 257}]}, "history[0].itemId"),
        ({"history": [{"itemId": "\ud800"}]}, "history[0].itemId"),
        ({"history": [{"itemId": "a", "rating": 5}]}, "history[0].rating"),
        ({"history": [{"itemId": "a", "value": "5"}]}, "history[0].value"),
        ({"history": [{"itemId": "a", "value": True}]}, "history[0].value"),
        ({"history": [{"itemId": "a", "value": 1e300}]}, "history[0].value"),
        ({"history": [{"itemId": "a", "timestamp": -1}]}, "history[0].timestamp"),
        ({"history": [{"itemId": "a", "timestamp": 1.5}]}, "history[0].timestamp"),
        ({"history": [{"itemId": "a", "timestamp": "today"}]}, "history[0].timestamp"),
        ({"history": [{"itemId": "a", "timestamp": 2**60}]}, "history[0].timestamp"),
    ],
)
def test_a_malformed_body_is_refused_naming_the_field(body: Any, field: str) -> None:
    with pytest.raises(RequestError) as failure:
        post(body)
    assert failure.value.field == field
