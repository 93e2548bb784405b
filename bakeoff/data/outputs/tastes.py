"""The Autopilot table's columns about a pair of user and item: biases, the rating they lead to expect, affinities."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.definition.split import TEST, TRAIN, VALIDATION
from bakeoff.data.documents import Document
from bakeoff.data.outputs.affinities import FEW, FIELDS, Entries, affinities, entries_of
from bakeoff.data.outputs.biases import KNOWN_VIEW, SWEEPS, Biases, view_of, visible
from bakeoff.data.outputs.rows import Rows
from bakeoff.data.outputs.statistics import Statistics
from bakeoff.data.prepared import Prepared
from bakeoff.data.writing import FolderWriter

BIASES = ("user_bias", "item_bias", "expected_rating")
_PARTS = (TRAIN, VALIDATION, TEST)


def column_name(field: str) -> str:
    return f"affinity_{field}"


def is_taste(column: str) -> bool:
    """Whether the column is one of these, in any data set."""
    return column in BIASES or column in map(column_name, FIELDS)


def is_selected(column: str) -> bool:
    """Whether the "selected" specification has the column."""
    return column in BIASES or column in map(column_name, FEW)


class Tastes:
    """The columns of every row of the table.

    Args:
        files: closes what is kept on disk in between.
        users: of users.
        items: of items.
        documents: in column order.
        by_user: begins a pass over all rows in the order of users, in batches of whole users.
    """

    def __init__(
        self,
        files: ExitStack,
        *,
        users: Statistics,
        items: Statistics,
        documents: Sequence[Document],
        by_user: Callable[[], Iterator[Rows]],
    ) -> None:
        self.entries = entries_of(documents)
        self.names = (*BIASES, *(column_name(entries.field) for entries in self.entries))
        self.biases = Biases(users, items)
        counts = np.zeros(len(documents), np.int64)
        for sweep in range(SWEEPS):
            for rows in by_user():
                self.biases.sweep(rows)
                counts += np.bincount(rows.item_column, minlength=len(documents)) if sweep == 0 else 0
            self.biases.end_sweep()
        self._carried = _Carried(files, counts, n_users=users.known.shape[1], n_columns=len(self.entries))
        for rows in by_user():
            shown = visible(rows)
            self.biases.fit_users(rows, shown)
            self._carried.add(rows, self._affinities(rows, shown))

    def columns(self, part: int, rows: Rows) -> list[npt.NDArray[np.float32]]:
        """By `names`, of rows of one part in the order of items, then users."""
        view = view_of(part, rows.fold)
        user, item = self.biases.user[view, rows.user_row], self.biases.item[view, rows.item_column]
        biases = (user, item, self.biases.mean[view] + user + item)
        return [*(column.astype(np.float32) for column in biases), *self._carried.taken(rows).T]

    def write(self, writer: FolderWriter, *, users: pa.Array, items: pa.Array) -> None:
        """Write what scoring needs to give any pair its columns: the biases by all that is known."""
        for kind, ids, biases in (("users", users, self.biases.user), ("items", items, self.biases.item)):
            table = pa.table({"id": ids, "bias_known": biases[KNOWN_VIEW].astype(np.float32)})
            with writer.file(layout.AUTOPILOT_BIASES.format(kind)) as file:
                pq.write_table(table, file, compression="zstd")
        writer.json(layout.AUTOPILOT_MEAN, {"meanKnown": float(self.biases.mean[KNOWN_VIEW])})

    def _affinities(self, rows: Rows, shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        residuals = self.biases.residuals(rows)
        view = np.select([rows.part == part for part in _PARTS], [view_of(part, rows.fold) for part in _PARTS], -1)
        found = [
            affinities(one, users=rows.user_row, items=rows.item_column, residuals=residuals, shown=shown, view=view)
            for one in self.entries
        ]
        return np.stack(found, axis=1) if found else np.empty((len(rows), 0), np.float32)


class _Carried:
    """Values of rows, brought from the order of users into that of items; on disk, as they may be many.

    Args:
        counts: rows of each item.
    """

    def __init__(self, files: ExitStack, counts: npt.NDArray[np.int64], *, n_users: int, n_columns: int) -> None:
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._filled = np.zeros(len(counts), np.int64)
        self._n_users = n_users
        size = max(1, int(self._starts[-1]))
        self._users = _on_disk(files, np.int32, (size,))
        self._values = _on_disk(files, np.float32, (size, max(1, n_columns)))
        self._n_columns = n_columns

    def add(self, rows: Rows, values: npt.NDArray[np.float32]) -> None:
        order = np.argsort(rows.item_column, kind="stable")
        items = rows.item_column[order]
        place = self._starts[items] + self._filled[items] + np.arange(len(items)) - np.searchsorted(items, items)
        self._users[place] = rows.user_row[order]
        self._values[place, : self._n_columns] = values[order]
        self._filled += np.bincount(items, minlength=len(self._filled))

    def taken(self, rows: Rows) -> npt.NDArray[np.float32]:
        """Shape (n_rows, n_columns)."""
        first, last = int(rows.item_column[0]), int(rows.item_column[-1])
        span = slice(self._starts[first], self._starts[last + 1])
        items = np.repeat(np.arange(first, last + 1), np.diff(self._starts[first : last + 2]))
        there = items * self._n_users + self._users[span]
        found = np.searchsorted(there, rows.item_column.astype(np.int64) * self._n_users + rows.user_row)
        return np.asarray(self._values[span, : self._n_columns][found])


def _on_disk(files: ExitStack, dtype: Any, shape: tuple[int, ...]) -> Any:
    return np.memmap(files.enter_context(tempfile.TemporaryFile()), dtype, "w+", shape=shape)


def of_pairs(
    prepared: Prepared, entries: Sequence[Entries], *, users: npt.NDArray[Any], items: npt.NDArray[Any]
) -> dict[str, npt.NDArray[np.float32]]:
    """The columns of any pairs, as the table's test rows have them: by train and validation, never the test part.

    Args:
        prepared: a prepared folder.
        entries: `entries_of` its documents.
        users: rows, shape (n_pairs,).
        items: columns, shape (n_pairs,).
    """
    bias = {
        kind: pq.read_table(prepared.folder / layout.AUTOPILOT_BIASES.format(kind)).column("bias_known").to_numpy()
        for kind in ("users", "items")
    }
    mean = json.loads((prepared.folder / layout.AUTOPILOT_MEAN).read_text(encoding="utf-8"))["meanKnown"]
    asked, place = np.unique(users, return_inverse=True)
    known = prepared.train_and_validation.of_users(asked)
    residuals = known.values - mean - bias["users"][asked][known.rows] - bias["items"][known.indices]
    n_known, n_pairs = len(known.indices), len(users)
    user, item = bias["users"][users].astype(np.float32), bias["items"][items].astype(np.float32)
    columns = {"user_bias": user, "item_bias": item, "expected_rating": (mean + user + item).astype(np.float32)}
    for one in entries:
        columns[column_name(one.field)] = affinities(
            one,
            users=np.concatenate((known.rows, place)),
            items=np.concatenate((known.indices, items)),
            residuals=np.concatenate((residuals, np.zeros(n_pairs)))[None],
            shown=(np.arange(n_known + n_pairs) < n_known)[None],
            view=np.zeros(n_known + n_pairs, np.int64),
        )[n_known:]
    return columns
