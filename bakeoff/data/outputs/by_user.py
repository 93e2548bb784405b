"""What is written in one pass over the split's rows in the order of users: matrices, hash, imports, histories."""

import hashlib
import io
import json
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bakeoff.contracts.personalize import INTERACTIONS_SCHEMA
from bakeoff.data import layout
from bakeoff.data.definition.split import TEST, TEST_FOLD_IN
from bakeoff.data.outputs.rows import Rows
from bakeoff.data.outputs.texts import (
    as_bytes,
    csv_fields,
    decimals,
    joined,
    joined_groups,
    json_text,
    taken,
    whole_numbers,
)
from bakeoff.data.settings import SplitSettings
from bakeoff.data.writing import FolderWriter, RotatingFile

_DTYPES = {"indices": "<i4", "values": "<f4", "timestamps": "<i8"}


class Matrices:
    """The matrix of each part as compressed sparse rows that ``np.load`` maps into memory.

    Args:
        sizes: interactions per part, in the order of ``layout.PARTS``.
    """

    def __init__(self, writer: FolderWriter, files: ExitStack, *, n_users: int, sizes: list[int]) -> None:
        self._writer = writer
        self._activity = np.zeros((len(layout.PARTS), n_users), np.int64)
        self._arrays = [
            {name: files.enter_context(_array_file(writer, part, name, size)) for name in _DTYPES}
            for part, size in zip(layout.PARTS, sizes, strict=True)
        ]

    def add(self, rows: Rows) -> None:
        for number, arrays in enumerate(self._arrays):
            here = rows.where(rows.part == number)
            if len(here):
                first = int(here.user_row[0])
                counts = np.bincount(here.user_row - first)
                self._activity[number, first : first + len(counts)] += counts
                arrays["indices"].write(here.item_column.astype("<i4").data)
                arrays["values"].write(here.value.astype("<f4").data)
                arrays["timestamps"].write(here.timestamp.astype("<i8").data)

    def close(self) -> None:
        for number, part in enumerate(layout.PARTS):
            indptr = np.concatenate(([0], np.cumsum(self._activity[number]))).astype("<i8")
            self._writer.array(layout.array(part, "indptr"), indptr)


def _array_file(writer: FolderWriter, part: str, name: str, size: int) -> Any:
    header = {"descr": _DTYPES[name], "fortran_order": False, "shape": (size,)}
    begin = io.BytesIO()
    np.lib.format.write_array_header_1_0(begin, header)
    return writer.file(layout.array(part, name), begin=begin.getvalue())


class SplitHash:
    """sha256 over the split's settings as JSON and one line per interaction, users in id order, oldest first.

    A line is user id, item id, value (shortest decimal of the float32), timestamp and part's name, tab-separated; equal
    timestamps of a user are in the order of the seeded shuffle.
    """

    def __init__(self, settings: SplitSettings, *, users: list[str], items: list[str]) -> None:
        self._digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode() + b"\n")
        self._users, self._items = pa.array(users, pa.string()), pa.array(items, pa.string())

    def add(self, rows: Rows) -> None:
        distinct, codes = rows.value_codes
        columns = [
            taken(self._users, rows.user_row),
            taken(self._items, rows.item_column),
            taken(pa.array(decimals(distinct), pa.string()), codes),
            whole_numbers(rows.timestamp),
            taken(pa.array([f"{name}\n" for name in layout.PARTS]), rows.part),
        ]
        self._digest.update(as_bytes(joined(columns, "\t")))

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class Histories:
    """Users' newest events as JSON lines: requests for the tested users, rows of the serving table for everybody.

    Args:
        max_history: events of a line, the newest ones, oldest first.
        tested: bool, shape (n_users,).
    """

    def __init__(
        self,
        writer: FolderWriter,
        files: ExitStack,
        *,
        users: list[str],
        items: list[str],
        max_history: int,
        tested: npt.NDArray[np.bool_],
    ) -> None:
        self._requests = files.enter_context(writer.file(layout.REQUEST_HISTORIES))
        self._request_users = files.enter_context(writer.file(layout.REQUEST_USERS))
        self.serving = RotatingFile(
            writer,
            files,
            f"{layout.SERVING_HISTORIES}/{layout.SERVING_PART}",
            lines_per_part=layout.SERVING_HISTORIES_PER_PART,
        )
        self._user = pa.array([f'{{"userId":{json_text(user)}' for user in users], pa.string())
        self._item = pa.array([f'{{"itemId":{json_text(item)},"value":' for item in items], pa.string())
        self._max_history, self._tested = max_history, tested

    def add(self, rows: Rows) -> None:
        events = self._events(rows)
        everything = np.ones(len(rows), np.bool_)
        users, lines, _ = self._lines(rows, events, everything)
        self.serving.write_lines(joined([taken(self._user, users), lines, pa.scalar("]}\n")]))
        known = self._tested[rows.user_row] & (rows.part != TEST)
        if known.any():
            users, lines, n_known = self._lines(rows, events, known)
            n = whole_numbers(layout.LIST_LENGTH + n_known)
            user = taken(self._user, users)
            self._requests.write(as_bytes(joined([user, lines, pa.scalar('],"n":'), n, pa.scalar("}\n")])))
            self._request_users.write(as_bytes(joined([user, pa.scalar("}\n")])))

    def _events(self, rows: Rows) -> pa.Array:
        distinct, codes = rows.value_codes
        values = pa.array([f'{text},"timestamp":' for text in decimals(distinct)], pa.string())
        item = taken(self._item, rows.item_column)
        return joined([item, taken(values, codes), whole_numbers(rows.timestamp), pa.scalar("}")])

    def _lines(
        self, rows: Rows, events: pa.Array, chosen: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int32], pa.Array, npt.NDArray[np.int64]]:
        """Of the chosen rows: the users, the beginning of each line, and how many rows each user has."""
        positions = np.flatnonzero(chosen)
        users, starts, counts = np.unique(rows.user_row[positions], return_index=True, return_counts=True)
        age = np.repeat(starts + counts, counts) - np.arange(len(positions))
        newest = positions[age <= self._max_history]
        history = joined_groups(taken(events, newest), np.minimum(counts, self._max_history))
        return users, joined([pa.scalar(',"history":['), history]), counts


class PersonalizeInteractions:
    """Amazon Personalize's CSV of what may be trained on: neither test rows nor what is folded in to be tested."""

    def __init__(
        self, writer: FolderWriter, files: ExitStack, *, event_type: str, users: list[str], items: list[str]
    ) -> None:
        header = [field["name"] for field in INTERACTIONS_SCHEMA["fields"]]
        self.file = RotatingFile(
            writer,
            files,
            layout.PERSONALIZE_INTERACTIONS,
            lines_per_part=layout.PERSONALIZE_ROWS_PER_PART,
            header=",".join(header).encode() + b"\n",
        )
        self._event_type = event_type
        self._users, self._items = pa.array(csv_fields(users), pa.string()), pa.array(csv_fields(items), pa.string())

    def add(self, rows: Rows) -> None:
        trained = rows.where(~np.isin(rows.part, (TEST, TEST_FOLD_IN)))
        distinct, codes = trained.value_codes
        last = pa.array([f"{self._event_type},{text}\n" for text in decimals(distinct)], pa.string())
        columns = [
            taken(self._users, trained.user_row),
            taken(self._items, trained.item_column),
            whole_numbers(trained.timestamp),
            taken(last, codes),
        ]
        self.file.write_lines(joined(columns, ","))
