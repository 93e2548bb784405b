"""Interactions as columns: written in pieces while a CSV is read, memory-mapped for training, codes instead of ids."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DTYPES: dict[str, type[np.generic]] = {
    "user": np.int32,
    "item": np.int32,
    "event_type": np.int32,
    "event_value": np.float64,
    "timestamp": np.int64,
}
CODED = ("user", "item", "event_type")
COLUMN_OF = {
    "user": "USER_ID",
    "item": "ITEM_ID",
    "event_type": "EVENT_TYPE",
    "event_value": "EVENT_VALUE",
    "timestamp": "TIMESTAMP",
}


class Codes:
    """Gives each id a number, in the order of appearance."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def of(self, ids: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int32]:
        local, uniques = pd.factorize(np.asarray(ids, dtype=object))
        numbers = [self._codes.setdefault(name, len(self._codes)) for name in uniques]
        return np.asarray(numbers, dtype=np.int32)[local] if len(numbers) else np.empty(0, np.int32)

    @property
    def ids(self) -> list[str]:
        return list(self._codes)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some interactions: ids by code, and columns of equal length (no event type: "", no event value: NaN)."""

    ids: Mapping[str, list[str]]
    columns: Mapping[str, NDArray[Any]]


class PartWriter:
    """Writes a part to `folder` piece by piece, so that a file of any size needs the memory of one piece."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._codes = {name: Codes() for name in CODED}
        self.rows = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Append checked rows; `frame` has the columns of the CSV, as text, TIMESTAMP and EVENT_VALUE as numbers."""
        for name, column in _columns(frame, self._codes).items():
            with (self._folder / f"{name}.bin").open("ab") as file:
                column.tofile(file)
        self.rows += len(frame)

    def close(self) -> None:
        ids = {name: codes.ids for name, codes in self._codes.items()}
        (self._folder / "ids.json").write_text(json.dumps(ids), encoding="utf-8")


def _columns(frame: pd.DataFrame, codes: Mapping[str, Codes]) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    for name, dtype in DTYPES.items():
        if name in CODED:
            texts = frame[COLUMN_OF[name]].to_numpy() if COLUMN_OF[name] in frame else np.full(len(frame), "", object)
            columns[name] = codes[name].of(texts)
        elif COLUMN_OF[name] in frame:
            columns[name] = frame[COLUMN_OF[name]].to_numpy(dtype=dtype)
        else:
            columns[name] = np.full(len(frame), np.nan, dtype=dtype)
    return columns


def open_part(folder: Path) -> Part:
    """The part in `folder`, memory-mapped."""
    ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
    columns = {name: np.memmap(folder / f"{name}.bin", dtype=dtype, mode="r") for name, dtype in DTYPES.items()}
    return Part(ids=ids, columns=columns)


def part_of_events(events: Iterable[Mapping[str, Any]]) -> Part | None:
    """Streamed events (`userId`, `itemId`, `eventType`, `eventValue`, `timestamp`) as a part; None for no events."""
    rows = list(events)
    if not rows:
        return None
    codes = {name: Codes() for name in CODED}
    frame = pd.DataFrame(
        {
            "USER_ID": [row["userId"] for row in rows],
            "ITEM_ID": [row["itemId"] for row in rows],
            "EVENT_TYPE": [row["eventType"] for row in rows],
            "EVENT_VALUE": [np.nan if row.get("eventValue") is None else row["eventValue"] for row in rows],
            "TIMESTAMP": [row["timestamp"] for row in rows],
        }
    )
    columns = _columns(frame, codes)
    return Part(ids={name: codes[name].ids for name in CODED}, columns=columns)


@dataclass(frozen=True, kw_only=True)
class Interactions:
    """What a recipe trains on.

    Args:
        user_ids: by code; users whose rows were all filtered out included.
        item_ids: by code, likewise.
        user: code of each row's user; `item`, `timestamp` (seconds), `event_type` and `event_value` likewise.
    """

    user_ids: list[str]
    item_ids: list[str]
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    timestamp: NDArray[np.int64]
    event_type: NDArray[np.int32]
    event_value: NDArray[np.float64]

    def pairs(self, rows: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """The distinct pairs of user and item, as item code * number of users + user code; `rows` masks."""
        user = self.user if rows is None else self.user[rows]
        item = self.item if rows is None else self.item[rows]
        numbers = item.astype(np.int64)
        numbers *= len(self.user_ids)
        numbers += user
        # Sorting and comparing neighbours: np.unique of NumPy 2.4 takes some fifty times as long on such numbers.
        numbers.sort()
        return numbers[np.append(True, np.diff(numbers) != 0)] if len(numbers) else numbers


def join_parts(parts: Sequence[Part], *, event_type: str | None, threshold: float | None) -> Interactions:
    """All rows of `parts` of one event type and with a value of at least `threshold`; None keeps every row."""
    codes = {name: Codes() for name in CODED}
    kept: dict[str, list[NDArray[Any]]] = {name: [] for name in DTYPES}
    for part in parts:
        mask = _mask(part, event_type=event_type, threshold=threshold)
        numbers = {name: codes[name].of(part.ids[name]) for name in CODED}
        for name, column in part.columns.items():
            chosen = column if mask is None else column[mask]
            kept[name].append(numbers[name][chosen] if name in CODED else np.asarray(chosen))
    joined = {
        name: columns[0] if len(columns) == 1 else np.concatenate([np.empty(0, DTYPES[name]), *columns])
        for name, columns in kept.items()
    }
    return Interactions(user_ids=codes["user"].ids, item_ids=codes["item"].ids, **joined)


def _mask(part: Part, *, event_type: str | None, threshold: float | None) -> NDArray[np.bool_] | None:
    mask: NDArray[np.bool_] | None = None
    if event_type is not None:
        code = part.ids["event_type"].index(event_type) if event_type in part.ids["event_type"] else -1
        mask = part.columns["event_type"] == code
    if threshold is not None:
        # NaN compares as False: an event without a value does not pass a threshold.
        above = part.columns["event_value"] >= threshold
        mask = above if mask is None else mask & above
    return mask
