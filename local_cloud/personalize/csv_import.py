"""Reads the CSV files of a dataset import job chunk by chunk and holds every row to the dataset's schema."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from local_cloud.personalize.interactions import PartWriter
from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.schema_rules import DatasetSchema, Field
from local_cloud.storage import Storage, StorageError, split_location

CHUNK_ROWS = 200_000
LONGEST = {"USER_ID": 256, "ITEM_ID": 256}
LONGEST_TEXT = 1000
LONGEST_TEXTUAL = 20_000
LEAST_INTERACTIONS = 1000
WHOLE = ("int", "long")
WHOLE_NUMBER = r"[+-]?\d{1,18}"
NUMBERS = (*WHOLE, "float", "double")
NOT_CONFORMING = (
    "Input csv has rows that do not conform to the dataset schema. Please ensure all required data fields are "
    "present and that they are of the type specified in the schema."
)


def files_at(storage: Storage, location: str) -> list[str]:
    """The file at `location`, or the files in the folder of that name.

    Raises:
        JobFailedError: there is none, or S3 refuses.
    """
    try:
        bucket, key = split_location(location)
        exact = f"s3://{bucket}/{key}"
        found = storage.objects(exact)
    except StorageError as error:
        raise JobFailedError(f"Invalid Data location. {error}") from error
    if exact in found:
        return [exact]
    folder = exact if exact.endswith("/") else f"{exact}/"
    files = [uri for uri in found if uri.startswith(folder)]
    if not files:
        raise JobFailedError(f"Invalid Data location. There is no file at {location}.")
    return files


def write_rows(
    folder: Path, *, storage: Storage, files: list[str], schema: DatasetSchema, check: Callable[[], None]
) -> None:
    """Write the checked rows of `files` to `folder` (columns for interactions, one CSV for items and users).

    Args:
        folder: is created.
        storage: where the files are.
        files: CSV files with a header each.
        schema: what each row must obey.
        check: called once per chunk; raises when the work has to leave.

    Raises:
        JobFailedError: a file lacks a column, a row does not conform, or there are too few interactions.
    """
    chunks = (chunk for uri in files for chunk in _chunks(storage, uri, schema))
    if schema.dataset_type == "INTERACTIONS":
        writer = PartWriter(folder)
        for chunk in chunks:
            check()
            writer.add(chunk)
        if writer.rows < LEAST_INTERACTIONS:
            raise JobFailedError(
                f"Dataset import job needs at least {LEAST_INTERACTIONS} interactions records, and the data has "
                f"{writer.rows}."
            )
        writer.close()
        return
    folder.mkdir(parents=True)
    for number, chunk in enumerate(chunks):
        check()
        chunk.to_csv(folder / "rows.csv", mode="a", header=number == 0, index=False)


def _chunks(storage: Storage, uri: str, schema: DatasetSchema) -> Iterator[pd.DataFrame]:
    names = [field.name for field in schema.fields]
    first_row = 2  # the header is line 1
    try:
        with (
            storage.read(uri) as stream,
            pd.read_csv(
                stream,
                dtype=str,
                na_filter=False,
                chunksize=CHUNK_ROWS,
                escapechar="\\",
                encoding="utf-8",
            ) as frames,
        ):
            for frame in frames:
                _check_header(frame, names, uri)
                yield _conforming(frame[names], schema, uri=uri, first_row=first_row)
                first_row += len(frame)
    except StorageError as error:
        raise JobFailedError(f"Insufficient privileges for accessing data in Amazon S3. {error}") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise JobFailedError(f"{uri} is not a CSV file in UTF-8: {error}") from error


def _check_header(frame: pd.DataFrame, names: list[str], uri: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise JobFailedError(f"Input CSV is missing the following columns:[{', '.join(missing)}]. File: {uri}")
    unknown = [str(name) for name in frame.columns if name not in names]
    if unknown:
        raise JobFailedError(f"Input CSV has columns that the schema lacks:[{', '.join(unknown)}]. File: {uri}")
    if not isinstance(frame.index, pd.RangeIndex):
        raise JobFailedError(f"{NOT_CONFORMING} {uri} has rows with more values than the header has columns.")


def _conforming(frame: pd.DataFrame, schema: DatasetSchema, *, uri: str, first_row: int) -> pd.DataFrame:
    checked: dict[str, object] = {}
    for field in schema.fields:
        column = frame[field.name].fillna("")
        empty = (column == "").to_numpy()
        fault = empty & (not field.nullable)
        if field.type in NUMBERS:
            numbers = pd.to_numeric(column, errors="coerce").to_numpy()
            fault |= ~empty & _not_of(field, column, numbers)
            checked[field.name] = numbers
        else:
            _check_length(field, column)
            if field.type == "boolean":
                fault |= ~empty & ~column.str.lower().isin(("true", "false")).to_numpy()
            checked[field.name] = column.to_numpy()
        if fault.any():
            row = int(np.argmax(fault))
            raise JobFailedError(
                f"{NOT_CONFORMING} {uri}, line {first_row + row}: {field.name} is {column.iloc[row]!r}, not "
                f"{'a' if field.type != 'int' else 'an'} {field.type}."
            )
    return pd.DataFrame(checked)


def _not_of(field: Field, column: "pd.Series[str]", numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are not of the field's type; `numbers` is the column as numbers, NaN where the text is none."""
    if field.type in WHOLE:
        # Integers came out of integers only; anything else is looked at as text, so that 1.0 is no long.
        return (
            np.zeros(len(column), bool) if numbers.dtype.kind == "i" else ~column.str.fullmatch(WHOLE_NUMBER).to_numpy()
        )
    return ~np.isfinite(numbers.astype(np.float64))


def _check_length(field: Field, column: "pd.Series[str]") -> None:
    longest = LONGEST.get(field.name, LONGEST_TEXTUAL if field.textual else LONGEST_TEXT)
    if column.str.len().max() > longest:
        raise JobFailedError(
            f"Length cannot be more than {longest} characters for {field.name}. If no values exceed the character "
            "limit, make sure your data follows the formatting guidelines listed in "
            "https://docs.aws.amazon.com/personalize/latest/dg/data-prep-formatting.html."
        )
