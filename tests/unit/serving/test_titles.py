"""Titles: many at a time, only once per process, unprocessed keys again, and partly where something fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bakeoff.serving.deadline import Deadline
from bakeoff.serving.titles import Title, Titles

ITEMS = "items"


def soon() -> Deadline:
    return Deadline.after(20)


class PlayedTable:
    """BatchGetItem over rows in memory; as DynamoDB it leaves keys unprocessed, and refuses more than 100."""

    def __init__(self, rows: dict[str, dict[str, Any]], *, most_a_call: int = 100) -> None:
        self.rows = rows
        self.most_a_call = most_a_call
        self.calls: list[list[str]] = []

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto's name
        keys = [key["key"]["S"] for key in RequestItems[ITEMS]["Keys"]]
        assert 1 <= len(keys) <= 100
        self.calls.append(keys)
        now, later = keys[: self.most_a_call], keys[self.most_a_call :]
        found = [{"key": {"S": key}, **self.rows[key]} for key in now if key in self.rows]
        unprocessed = {ITEMS: {**RequestItems[ITEMS], "Keys": [{"key": {"S": key}} for key in later]}} if later else {}
        return {"Responses": {ITEMS: found}, "UnprocessedKeys": unprocessed}


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def rows(count: int) -> dict[str, dict[str, Any]]:
    return {f"d#{i}": {"title": {"S": f"Title {i}"}} for i in range(count)}


def test_a_title_has_year_and_genres_where_the_table_has_them(store: Any, tables: Any) -> None:
    tables.put_title("m1", "Heat", year=1995, genres=["Crime", "Drama"])
    tables.put_title("m2", "Untimed")
    titles, faults = store.titles(["m1", "m2", "m3"], data_version="d4t4", deadline=soon())
    expected = {"m1": Title(title="Heat", year=1995, genres=("Crime", "Drama")), "m2": Title(title="Untimed")}
    assert (titles, faults) == (expected, [])


def test_more_than_100_items_take_several_calls(executor: ThreadPoolExecutor) -> None:
    table = PlayedTable(rows(250))
    titles, faults = Titles(table, table=ITEMS, executor=executor).of(
        [str(i) for i in range(250)], data_version="d", deadline=soon()
    )
    assert sorted(len(call) for call in table.calls) == [50, 100, 100]
    assert (len(titles), faults) == (250, [])
    assert titles["249"] == Title(title="Title 249")


def test_a_title_is_read_once_per_process(executor: ThreadPoolExecutor) -> None:
    table = PlayedTable(rows(5))
    titles = Titles(table, table=ITEMS, executor=executor)
    titles.of(["0", "1"], data_version="d", deadline=soon())
    assert len(titles.of(["0", "1", "2"], data_version="d", deadline=soon())[0]) == 3
    assert table.calls == [["d#0", "d#1"], ["d#2"]]


def test_another_preparation_has_titles_of_its_own(executor: ThreadPoolExecutor) -> None:
    table = PlayedTable(rows(1))
    titles = Titles(table, table=ITEMS, executor=executor)
    assert titles.of(["0"], data_version="d", deadline=soon())[0]
    assert titles.of(["0"], data_version="other", deadline=soon())[0] == {}


def test_unprocessed_keys_are_asked_for_again_ever_later(executor: ThreadPoolExecutor) -> None:
    pauses: list[float] = []
    table = PlayedTable(rows(5), most_a_call=2)
    titles = Titles(table, table=ITEMS, executor=executor, sleep=pauses.append)
    found, faults = titles.of([str(i) for i in range(5)], data_version="d", deadline=soon())
    assert (len(found), faults) == (5, [])
    assert [len(call) for call in table.calls] == [5, 3, 1]
    assert pauses == [0.02, 0.04]


def test_keys_left_unprocessed_until_the_deadline_are_a_fault(executor: ThreadPoolExecutor) -> None:
    table = PlayedTable(rows(5), most_a_call=0)
    now = [0.0]
    titles = Titles(table, table=ITEMS, executor=executor, sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    found, faults = titles.of(["0"], data_version="d", deadline=Deadline(5.0, lambda: now[0]))
    assert found == {}
    assert faults == ["DynamoDB left titles unprocessed until the deadline."]
    assert now[0] <= 5.0


def test_one_failing_call_costs_its_own_titles_only(executor: ThreadPoolExecutor) -> None:
    from botocore.exceptions import ClientError

    class HalfBroken(PlayedTable):
        def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto's name
            if len(RequestItems[ITEMS]["Keys"]) == 100:
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "m"}}, "BatchGetItem")
            return super().batch_get_item(RequestItems=RequestItems)

    titles = Titles(HalfBroken(rows(130)), table=ITEMS, executor=executor)
    found, faults = titles.of([str(i) for i in range(130)], data_version="d", deadline=soon())
    assert (len(found), faults) == (30, ["BatchGetItem was refused: ThrottlingException."])


def test_no_items_take_no_call(executor: ThreadPoolExecutor) -> None:
    table = PlayedTable({})
    assert Titles(table, table=ITEMS, executor=executor).of([], data_version="d", deadline=soon()) == ({}, [])
    assert table.calls == []
