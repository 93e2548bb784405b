"""Request bodies: what is read, what is refused, and what of a history counts."""

import json
from typing import Any

import numpy as np
import pytest

from bakeoff.contracts.interactions import Event
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import RankedList
from bakeoff.recommenders.base.answering import (
    JUST_NOW,
    MalformedRequestError,
    answer,
    read_histories,
    read_requests,
    write_answers,
)
from bakeoff.recommenders.base.archive import Archive
from tests.unit.recommenders.test_lists import Counting

ARCHIVE = Archive(Counting(), ["a", "b", "c"], {"likedThreshold": 4.0})
EVENT = {"itemId": "a", "value": 4.5, "timestamp": 10}


def test_a_request_is_read_with_its_events() -> None:
    (request,) = read_requests(json.dumps({"userId": "u", "history": [EVENT], "n": 3}), "application/json")
    assert (request.user_id, request.n) == ("u", 3)
    assert request.history == (Event("a", 4.5, 10),)


def test_lines_are_read_in_order_and_empty_ones_skipped() -> None:
    body = b'{"history": [], "n": 1}\n\n{"history": [], "n": 2}\n'
    assert [request.n for request in read_requests(body, "application/jsonlines")] == [1, 2]


def test_a_line_separator_inside_a_text_does_not_split_a_line() -> None:
    body = json.dumps({"userId": "a\u2028b", "history": [], "n": 1}, ensure_ascii=False)
    assert [request.user_id for request in read_requests(body, "application/jsonlines")] == ["a\u2028b"]


def test_no_lines_give_no_answers() -> None:
    assert read_requests(b"", "application/jsonlines") == []
    assert write_answers([], "application/jsonlines") == ("", "application/jsonlines")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{", "The body is not JSON"),
        ("[]", "The body must be a JSON object"),
        (b"\xff", "not UTF-8"),
        ({"history": []}, "The body has n None"),
        ({"history": [], "n": 0}, "The body has n 0"),
        ({"history": [], "n": True}, "The body has n True"),
        ({"history": [], "n": "5"}, "The body has n '5'"),
        ({"n": 5}, "The body has no history"),
        ({"history": {}, "n": 5}, "The body has no history"),
        ({"history": [EVENT, {"value": 1}], "n": 5}, r"history\[1\] is"),
        ({"history": ["a"], "n": 5}, r"history\[0\] is"),
        ({"history": [EVENT | {"value": "good"}], "n": 5}, r"history\[0\] is"),
        ({"history": [EVENT | {"timestamp": "today"}], "n": 5}, r"history\[0\] is"),
        ({"history": [EVENT | {"value": float("nan")}], "n": 5}, r"history\[0\] has value nan"),
        ({"history": [EVENT | {"value": 1e300}], "n": 5}, r"history\[0\] has value 1e\+300"),
        ({"history": [EVENT | {"timestamp": 10**30}], "n": 5}, r"history\[0\] has timestamp 10{30}"),
        ({"history": [EVENT | {"timestamp": -1}], "n": 5}, r"history\[0\] has timestamp -1"),
        ({"userId": 7, "history": [], "n": 5}, "The body has userId 7"),
        ({"itemId": 7, "n": 5}, "The body has itemId 7"),
        ({"itemId": "a", "n": 0}, "The body has n 0"),
        ({"itemId": "a", "history": [], "n": 5}, "asks about an item and a user"),
    ],
)
def test_a_malformed_request_is_refused_with_what_is_wrong(body: Any, fault: str) -> None:
    with pytest.raises(MalformedRequestError, match=fault):
        read_requests(json.dumps(body) if isinstance(body, dict) else body, "application/json")


def test_a_malformed_line_is_named_by_its_number() -> None:
    with pytest.raises(MalformedRequestError, match="Line 2 has n 0"):
        read_requests('{"history": [], "n": 1}\n{"history": [], "n": 0}', "application/jsonlines")


def test_an_unknown_content_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MalformedRequestError, match="'text/csv' is not read; send application/json or"):
        read_requests("1,2", "text/csv")


def test_of_an_items_events_the_newest_counts_and_rows_are_ordered_by_time() -> None:
    history = [Event("b", 2.0, 30), Event("a", 5.0, 20), Event("b", 5.0, 10)]
    read = read_histories(ARCHIVE, [history, []])
    assert read.indices.tolist() == [0, 1]
    assert read.values.tolist() == [5.0, 2.0]
    assert read.indptr.tolist() == [0, 2, 2]


def test_an_event_without_a_value_counts_as_liked() -> None:
    read = read_histories(ARCHIVE, [[Event("a", None, 1)]])
    assert read.liked(4.0).indices.tolist() == [0]


def test_one_answer_is_one_object_unless_lines_are_asked_for() -> None:
    answer = {"items": [], "status": "cold"}
    assert write_answers([answer], "application/json") == ('{"items":[],"status":"cold"}', "application/json")
    assert write_answers([answer], "*/*")[1] == "application/json"
    assert write_answers([answer], "application/jsonlines")[0] == '{"items":[],"status":"cold"}\n'
    assert write_answers([answer, answer], "application/json")[1] == "application/jsonlines"


def test_a_folder_without_a_description_is_no_model(tmp_path: Any) -> None:
    with pytest.raises(ModelError, match=r"model\.json does not exist"):
        Archive.load(tmp_path)


def test_a_model_of_another_format_is_refused(tmp_path: Any) -> None:
    (tmp_path / "model.json").write_text('{"format": 99}')
    with pytest.raises(ModelError, match="format 99"):
        Archive.load(tmp_path)


def test_a_model_that_lacks_an_array_is_refused_by_its_name(tmp_path: Any) -> None:
    description = {"format": 1, "recommender": "ease", "settings": {}, "likedThreshold": 4.0, "learnsFrom": "liked"}
    (tmp_path / "model.json").write_text(json.dumps(description))
    (tmp_path / "arrays").mkdir()
    np.save(tmp_path / "arrays" / "columns.npy", np.array([0], np.int32))
    with pytest.raises(ModelError, match=r"lacks n_items\.npy"):
        Archive.load(tmp_path)


class Alike(Counting):
    """Whose next item is alike to an item; the last has none."""

    def similar(self, items: np.ndarray, n: int) -> list[RankedList]:
        lists = [np.array([item + 1] if item < 2 else [], np.int32) for item in items.tolist()]
        return [RankedList(columns, np.full(len(columns), 0.5, np.float32), not len(columns)) for columns in lists]


def answered(model: Counting, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    body = "\n".join(map(json.dumps, requests))
    return answer(
        Archive(model, ["a", "b", "c"], {"likedThreshold": 4.0}), read_requests(body, "application/jsonlines")
    )


def test_questions_about_items_and_users_are_answered_in_their_order() -> None:
    user = {"userId": "u", "history": [EVENT], "n": 1}
    assert answered(Alike(), {"itemId": "b", "n": 3}, user, {"itemId": "a", "n": 3}) == [
        {"itemId": "b", "items": [{"itemId": "c", "score": 0.5}], "status": "ok"},
        {"userId": "u", "items": [{"itemId": "c", "score": 2.0}], "status": "ok"},
        {"itemId": "a", "items": [{"itemId": "b", "score": 0.5}], "status": "ok"},
    ]


@pytest.mark.parametrize("item", ["c", "unheard-of"])
def test_an_item_without_alike_ones_or_without_a_place_in_the_catalogue_is_cold(item: str) -> None:
    assert answered(Alike(), {"itemId": item, "n": 3}) == [{"itemId": item, "items": [], "status": "cold"}]


def test_a_model_that_knows_no_alike_items_says_so() -> None:
    with pytest.raises(ModelError, match="does not answer which items are alike"):
        answered(Counting(), {"itemId": "a", "n": 3})


@pytest.mark.parametrize(
    ("history", "items", "times"),
    [
        ([("a", 100), ("b", 200), ("c", 0)], [0, 1, 2], [100, 200, 200]),
        ([("c", 0), ("b", 200), ("a", 300)], [2, 1, 0], [200, 200, 300]),
        ([("b", 200), ("a", 100), ("c", 0)], [1, 0, 2], [200, 200, 200]),
        ([("c", 0), ("a", 0)], [2, 0], [JUST_NOW, JUST_NOW]),
    ],
)
def test_where_an_event_has_no_time_the_order_given_is_kept(
    history: list[tuple[str, int]], items: list[int], times: list[int]
) -> None:
    read = read_histories(ARCHIVE, [[Event(item, 4.0, timestamp) for item, timestamp in history]])
    assert read.indices.tolist() == items
    assert read.timestamps.tolist() == times
