"""Writing and deleting table rows: requests of 25, what DynamoDB leaves over is sent again, twice does no harm."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.errors import CloudError
from bakeoff.workflow.load import MOST_ATTEMPTS, load_part

ITEMS = {"table": "items", "key": "prepared/v1/items.jsonl", "dataVersion": "v1"}
HISTORIES = {"table": "histories", "key": "prepared/v1/histories.jsonl", "dataVersion": "v1"}


def no_sleep(seconds: float) -> None:
    raise AssertionError("nothing was left over, so there is nothing to wait for")


def put_items(aws: Any, count: int) -> None:
    rows = [{"itemId": str(n), "title": f"Film ä {n}", "year": None, "genres": ["Drama"]} for n in range(count)]
    aws.put_file(ITEMS["key"], "".join(json.dumps(row) + "\n" for row in rows))


def test_rows_are_put_25_at_a_time_under_their_data_version(aws: Any) -> None:
    put_items(aws, 51)
    assert load_part(aws.cloud, ITEMS, action="put", sleep=no_sleep) == {"rows": 51}
    rows = aws.rows("items")
    assert len(rows) == 51
    assert rows["v1#7"] == {"key": "v1#7", "title": "Film ä 7", "genres": ["Drama"]}, "an unknown year is no attribute"
    sizes = [len(call["RequestItems"]["items"]) for _, call in aws.called("BatchWriteItem")]
    assert sizes == [25, 25, 1]


def test_a_history_is_one_string(aws: Any) -> None:
    history = [{"itemId": "1", "value": 4.0, "timestamp": 5}]
    aws.put_file(HISTORIES["key"], json.dumps({"userId": "u 1", "history": history}) + "\n")
    load_part(aws.cloud, HISTORIES, action="put", sleep=no_sleep)
    [row] = aws.rows("histories").values()
    assert row == {"key": "v1#u 1", "history": '[{"itemId":"1","value":4.0,"timestamp":5}]'}


def test_lists_and_bodies_are_one_string_each_under_the_name_of_their_set(aws: Any) -> None:
    part = {"table": "lists", "rows": "a/1/stored", "number": 0.0}  # JSONata may write a number so
    lines = [{"userId": "u 1", "items": [["m1", 4.5]]}, {"userId": "u2", "itemIds": ["m1"], "body": "1,2\n"}]
    aws.put_file("lists/a/1/stored/part-00000.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    assert load_part(aws.cloud, part, action="put", sleep=no_sleep) == {"rows": 2}
    assert aws.rows("lists") == {
        "a/1/stored#u 1": {"key": "a/1/stored#u 1", "items": '[["m1",4.5]]'},
        "a/1/stored#u2": {"key": "a/1/stored#u2", "itemIds": '["m1"]', "body": "1,2\n"},
    }
    load_part(aws.cloud, part, action="delete", sleep=no_sleep)
    assert aws.rows("lists") == {}


def test_doing_it_twice_does_no_harm_and_deleting_takes_just_these_rows(aws: Any) -> None:
    put_items(aws, 30)
    for _ in range(2):
        load_part(aws.cloud, ITEMS, action="put", sleep=no_sleep)
    aws.put_row("items", key="v2#1", title="of another version")
    for _ in range(2):
        assert load_part(aws.cloud, ITEMS, action="delete", sleep=no_sleep) == {"rows": 30}
    assert list(aws.rows("items")) == ["v2#1"]


def leaves_over(times: int) -> Callable[..., dict[str, Any]]:
    """DynamoDB that takes only the first row of a request, so many times."""
    requests = 0

    def answer(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        nonlocal requests
        requests += 1
        [(table, rows)] = parameters["RequestItems"].items()
        return {"UnprocessedItems": {table: rows[1:]} if requests <= times and rows[1:] else {}}

    return answer


def test_only_what_is_left_over_is_sent_again_after_a_growing_pause(aws: Any) -> None:
    put_items(aws, 4)
    aws.answer("dynamodb", leaves_over(2))
    pauses: list[float] = []
    load_part(aws.cloud, ITEMS, action="put", sleep=pauses.append)
    sent = [
        [row["PutRequest"]["Item"]["key"]["S"] for row in call["RequestItems"]["items"]]
        for _, call in aws.called("BatchWriteItem")
    ]
    assert sent == [["v1#0", "v1#1", "v1#2", "v1#3"], ["v1#1", "v1#2", "v1#3"], ["v1#2", "v1#3"]]
    assert pauses == [0.05, 0.1]


def test_rows_that_stay_unwritten_are_an_error_with_their_number(aws: Any) -> None:
    put_items(aws, 20)
    aws.answer("dynamodb", leaves_over(99))
    with pytest.raises(CloudError, match=r"left 12 rows of items unwritten after 8 attempts"):
        load_part(aws.cloud, ITEMS, action="put", sleep=lambda seconds: None)
    assert len(aws.called("BatchWriteItem")) == MOST_ATTEMPTS
