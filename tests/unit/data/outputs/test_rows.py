"""Batches are cut so that no user is in two of them, whatever the engine's batches are."""

import random
from collections.abc import Iterator

import pyarrow as pa
import pytest

from bakeoff.data.outputs.rows import COLUMNS, Rows, whole_groups

TYPES = {
    "user_row": pa.int32(),
    "item_column": pa.int32(),
    "value": pa.float32(),
    "timestamp": pa.int64(),
    "part": pa.int8(),
    "fold": pa.int8(),
}


def batches(users: list[int], sizes: list[int]) -> Iterator[pa.RecordBatch]:
    """Rows of those users, numbered in their timestamps, in batches of those sizes."""
    start = 0
    for size in sizes:
        rows = range(start, start + size)
        columns = {name: [0] * size for name in COLUMNS} | {"timestamp": list(rows)}
        columns["user_row"] = [users[row] for row in rows]
        yield pa.record_batch({name: pa.array(columns[name], TYPES[name]) for name in COLUMNS})
        start += size
    assert start == len(users)


def cut(n: int, draw: random.Random) -> list[int]:
    """Random sizes, some of them 0, that add up to `n`."""
    sizes: list[int] = []
    while sum(sizes) < n:
        sizes.append(draw.randint(0, min(5, n - sum(sizes))))
    return sizes


@pytest.mark.parametrize("seed", range(40))
def test_groups_are_whole_and_no_row_is_lost_or_moved(seed: int) -> None:
    draw = random.Random(seed)
    users = sorted(draw.choices(range(8), k=draw.randint(1, 40)))
    found = list(whole_groups(batches(users, cut(len(users), draw)), by="user_row"))
    assert [row for rows in found for row in rows.timestamp.tolist()] == list(range(len(users)))
    assert [user for rows in found for user in rows.user_row.tolist()] == users
    seen = [set(rows.user_row.tolist()) for rows in found]
    assert sum(len(group) for group in seen) == len(set().union(*seen))


def test_every_row_is_given_on_as_soon_as_its_user_has_ended() -> None:
    users = [0, 0, 1, 1, 1, 2, 3]
    found = whole_groups(batches(users, [3, 1, 1, 1, 1]), by="user_row")
    assert [rows.user_row.tolist() for rows in found] == [[0, 0], [1, 1, 1], [2], [3]]


def test_no_rows_are_no_groups() -> None:
    assert list(whole_groups(batches([], [0, 0]), by="user_row")) == []


def test_rows_are_chosen_and_joined_by_column() -> None:
    (rows,) = whole_groups(batches([0, 0, 0], [3]), by="user_row")
    odd = rows.where(rows.timestamp % 2 == 1)
    joined = Rows.concatenated([rows, odd])
    assert joined.timestamp.tolist() == [0, 1, 2, 1]
    kinds = [str(getattr(joined, name).dtype) for name in COLUMNS]
    assert kinds == ["int32", "int32", "float32", "int64", "int8", "int8"]
