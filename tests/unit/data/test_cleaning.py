"""Which interactions are rejected, and with which reason."""

import numpy as np
import pandas as pd
import pytest

from bakeoff.data.cleaning import Usable, in_id_order, keep_usable
from bakeoff.data.rejects import stop_at_too_many
from bakeoff.errors import DataError

Row = tuple[object, object, object, object]


def clean(rows: list[Row]) -> tuple[Usable, pd.DataFrame]:
    frame = pd.DataFrame(rows, columns=["user", "item", "value", "timestamp"])
    frame = frame.astype({"user": "category", "item": "category"}).assign(row=range(2, len(rows) + 2))
    return keep_usable(frame, file="ratings.csv", items=["1", "2", "10"], value_range=(0.5, 5.0))


@pytest.mark.parametrize(
    ("row", "reason", "value"),
    [
        ((None, "1", 4.0, 100), "missing user id", None),
        (("a", None, 4.0, 100), "missing item id", None),
        (("a", "1", "four", 100), "unreadable rating", "four"),
        (("a", "1", None, 100), "unreadable rating", None),
        (("a", "1", 0.0, 100), "rating out of range", 0.0),
        (("a", "1", "5.5", 100), "rating out of range", "5.5"),
        (("a", "1", "inf", 100), "rating out of range", "inf"),
        (("a", "1", 4.0, "yesterday"), "unreadable timestamp", "yesterday"),
        (("a", "1", 4.0, 0), "timestamp out of range", 0),
        (("a", "1", 4.0, 964982703000), "timestamp out of range", 964982703000),
        (("a", "3", 4.0, 100), "item not in the catalogue", "3"),
    ],
)
def test_bad_row_is_rejected_with_reason_row_and_value(row: Row, reason: str, value: object) -> None:
    usable, rejected = clean([("a", "2", 4.0, 100), row])
    assert usable.item.tolist() == [1]
    assert rejected[["file", "row", "reason"]].values.tolist() == [["ratings.csv", 3, reason]]
    kept = rejected["value"].iloc[0]
    assert (pd.isna(kept) and value is None) or kept == value


def test_row_is_rejected_once_for_the_first_rule_that_it_breaks() -> None:
    _, rejected = clean([(None, None, "x", "y")])
    assert rejected["reason"].tolist() == ["missing user id"]


def test_of_duplicates_the_newest_is_kept_and_of_equal_timestamps_the_later_row() -> None:
    usable, rejected = clean(
        [("a", "1", 5.0, 300), ("a", "1", 1.0, 200), ("b", "1", 2.0, 100), ("b", "1", 3.0, 100), ("b", "2", 3.0, 100)]
    )
    kept = {
        (usable.users[u], usable.items[i]): v for u, i, v in zip(usable.user, usable.item, usable.value, strict=True)
    }
    assert kept == {("a", "1"): 5.0, ("b", "1"): 3.0, ("b", "2"): 3.0}
    assert rejected[["row", "reason", "value"]].values.tolist() == [
        [3, "older duplicate of user and item", "a 1"],
        [4, "older duplicate of user and item", "b 1"],
    ]


def test_rejected_row_is_not_taken_for_a_duplicate() -> None:
    usable, rejected = clean([("a", "1", 4.0, 100), ("a", "1", "x", 200)])
    assert usable.value.tolist() == [4.0]
    assert rejected["reason"].tolist() == ["unreadable rating"]


def test_users_are_those_with_usable_interactions_in_id_order() -> None:
    usable, _ = clean([("10", "1", 4.0, 100), ("9", "10", 4.0, 100), ("8", "3", 4.0, 100), ("100", "2", 4.0, 100)])
    assert usable.users == ["9", "10", "100"]
    assert usable.user.tolist() == [1, 0, 2]
    assert usable.item.tolist() == [0, 2, 1]


def test_ids_that_are_numbers_come_in_their_order() -> None:
    assert in_id_order(["10", "9", "b", "a10", "100"]) == ["9", "b", "10", "100", "a10"]


def test_too_many_rejects_stop_with_every_file_its_reasons_and_an_example() -> None:
    _, rejected = clean([("a", "1", "x", 1)] * 3 + [("a", "2", 4.0, 0)])
    with pytest.raises(DataError) as raised:
        stop_at_too_many(rejected, rows_read={"ratings.csv": 40, "movies.csv": 9}, max_share=0.05)
    told = str(raised.value)
    assert "ratings.csv: 4 of 40 rows (10.0%): 3 x unreadable rating, 1 x timestamp out of range" in told
    assert "row 2: unreadable rating, value 'x'" in told
    assert "movies.csv" not in told


def test_rejects_at_the_allowed_share_do_not_stop() -> None:
    _, rejected = clean([("a", "1", "x", 1)])
    stop_at_too_many(rejected, rows_read={"ratings.csv": 20}, max_share=0.05)


def test_no_rows_at_all_are_no_rejects() -> None:
    usable, rejected = clean([])
    assert (usable.users, len(rejected), len(usable.value)) == ([], 0, 0)
    assert np.array_equal(usable.user, [])
