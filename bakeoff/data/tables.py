"""Reads delimited text files: all missing files and columns named at once, every row with its line number."""

import csv
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from bakeoff.errors import DataError

ROW = "row"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A delimited UTF-8 text file with a header.

    Args:
        file: its name in the raw folder.
        columns: the columns that are read; others are ignored.
        separator: between fields; tab-separated files know no quotes.
        ids: the columns that are ids: read as categories of text, so that ``007`` stays ``007``.
    """

    file: str
    columns: tuple[str, ...]
    separator: str = ","
    ids: tuple[str, ...] = ()

    @property
    def quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_NONE if self.separator == "\t" else csv.QUOTE_MINIMAL


def read_tables(folder: Path, tables: Sequence[Table]) -> list[pd.DataFrame]:
    """Read the tables' columns, with the line number in the column `ROW`.

    Empty fields, and those that a short line lacks, are missing values. Lines count from the header's, 1; where quoted
    fields hold line breaks, records are counted.

    Raises:
        DataError: names every missing file and column of all tables; or a file that is no such table, such as one with
            a line of more fields than the header.
    """
    headers = [_header(folder / table.file, table) for table in tables]
    faults = [fault for table, header in zip(tables, headers, strict=True) for fault in _faults(table, header)]
    if faults:
        raise DataError(f"{folder} cannot be prepared: {' '.join(faults)}")
    return [_read(folder / table.file, table) for table in tables]


def _header(path: Path, table: Table) -> list[str] | None:
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            fields = next(csv.reader(lines, delimiter=table.separator, quoting=table.quoting), [])
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except csv.Error as error:
        raise DataError(f"{path} has a first line that is no header: {error}. Export the file anew.") from error
    # The headers of RecBole's atomic files carry a type behind a colon: user_id:token.
    return [name.partition(":")[0].strip() for name in fields]


def _faults(table: Table, header: list[str] | None) -> list[str]:
    if header is None:
        return [f"{table.file} is missing; put it there."]
    if len(set(header)) < len(header):
        return [f"{table.file} names a column twice: {', '.join(header)}."]
    missing = [name for name in table.columns if name not in header]
    if not missing:
        return []
    named = "the column" if len(missing) == 1 else "the columns"
    return [f"{table.file} lacks {named} {', '.join(missing)}; its first line has {', '.join(header) or 'nothing'}."]


def _read(path: Path, table: Table) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas only warns where the first row is too long, and then cuts every row.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(
                path,
                sep=table.separator,
                quoting=table.quoting,
                header=0,
                names=_header(path, table),
                index_col=False,
                dtype=dict.fromkeys(table.ids, "category"),
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                low_memory=False,
                encoding="utf-8-sig",
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise DataError(
            f"{path} cannot be read as a table: {error}. Mend that line or export the file anew."
        ) from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    return frame[list(table.columns)].assign(**{ROW: range(2, len(frame) + 2)})


def _not_utf8(path: Path) -> DataError:
    return DataError(f"{path} is not UTF-8 text; convert it, for example with iconv -f latin1 -t utf-8.")
