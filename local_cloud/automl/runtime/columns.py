"""A table's columns: read from CSV or Parquet, told apart by what they hold, made into numbers."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

Numbers = npt.NDArray[np.float64]
# A column without a declared type is categorical up to so many distinct values, and text beyond.
MOST_CATEGORIES = 1000
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?.*)?$"


class TableError(ValueError):
    """A table cannot be read, or lacks a column; the message names it."""


def read_csv(content: bytes, names: Sequence[str] | None = None) -> pa.Table:
    """Every column as text, missing where the field is empty.

    Args:
        content: RFC 4180, UTF-8.
        names: of the columns, where the first row is no header. A first row that repeats them is a header after all.

    Raises:
        TableError: rows have different numbers of fields, or other than there are names.
    """
    header = _first_row(content) if names is None else list(names)
    if names is not None and _first_row(content) == header:
        names = None
    try:
        table = pacsv.read_csv(
            io.BytesIO(content),
            read_options=pacsv.ReadOptions(column_names=None if names is None else header),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        raise TableError(f"The CSV cannot be read: {error}") from error
    if table.column_names != header:
        raise TableError(f"The CSV has {table.num_columns} columns; {len(header)} are expected: {', '.join(header)}")
    return table


def read_folder(folder: Path, *, parquet: bool) -> pa.Table:
    """All files of a folder, one below the other.

    Raises:
        TableError: a file cannot be read, or there is none.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    try:
        tables = [pq.read_table(path) if parquet else read_csv(path.read_bytes()) for path in paths]
        return pa.concat_tables(tables).combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"The data set cannot be read as {'Parquet' if parquet else 'CSV'}: {error}") from error


def as_numbers(column: pa.ChunkedArray | pa.Array) -> Numbers:
    """float64; NaN where the column holds no number."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64).copy()
    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64).copy()
    except pa.ArrowInvalid:
        return np.array([_number(text) for text in column.to_pylist()], np.float64)


def as_texts(column: pa.ChunkedArray | pa.Array) -> list[str]:
    """Text, empty where it is missing; a number is the shortest that reads as the same."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return [str(value) for value in pc.fill_null(column.cast(pa.string()), "").to_pylist()]


def as_seconds(column: pa.ChunkedArray | pa.Array) -> Numbers:
    """Seconds since 1970 of ISO dates and times; NaN where there is none."""
    return np.array([_seconds(text) for text in as_texts(column)], np.float64)


def kind_of(column: pa.ChunkedArray) -> str:
    """``numeric``, ``datetime``, ``categorical`` or ``text``: what a column that nobody declared seems to hold."""
    there = column.drop_null()
    if pa.types.is_dictionary(there.type):
        there = there.cast(there.type.value_type)
    if not pa.types.is_string(there.type):
        return "numeric"
    if len(there) and not np.isnan(as_numbers(there)).any():
        return "numeric"
    if len(there) and pc.all(pc.match_substring_regex(there, _ISO)).as_py():
        return "datetime"
    return "categorical" if pc.count_distinct(there).as_py() <= MOST_CATEGORIES else "text"


def column_of(table: pa.Table, name: str) -> pa.ChunkedArray:
    """The table's column.

    Raises:
        TableError: it has none of that name.
    """
    if name not in table.column_names:
        raise TableError(f"The data set has no column {name}; it has {', '.join(table.column_names)}")
    return table.column(name)


def _first_row(content: bytes) -> list[str]:
    line, _, _ = content.partition(b"\n")
    try:
        row = pacsv.read_csv(io.BytesIO(line + b"\n"), parse_options=pacsv.ParseOptions(newlines_in_values=True))
    except pa.ArrowInvalid:
        return []
    return [str(name) for name in row.column_names]


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")


def _seconds(text: str) -> float:
    try:
        return float(np.datetime64(text.removesuffix("Z").replace(" ", "T"), "s").astype(np.int64)) if text else np.nan
    except ValueError:
        return float("nan")
