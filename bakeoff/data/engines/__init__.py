"""What runs the definition: an engine reads files as tables, keeps tables on disk and gives their rows back in order.

The definition (`bakeoff.data.definition`) knows nothing of it: Ibis tables in, Ibis tables out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ibis
import pyarrow as pa

from bakeoff.data.mapping import Source

# The order of a numbered table's rows in its file; nothing else may be concluded from the numbers.
ROW = "_row"
# Rows with more bytes are rejected; DuckDB's own default for a line.
LONGEST_ROW = 2_000_000
LONGEST_RECORD = 200


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A file of the raw folder, found and looked into.

    Args:
        name: in the raw folder.
        source: how it is read.
        header: names of all its columns, in order, without the types that RecBole's files carry behind a colon.
    """

    name: str
    source: Source
    header: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """Rows of a delimited file that no table has; a record has at most `LONGEST_RECORD` characters."""

    reasons: list[str]
    records: list[str]


class Engine(Protocol):
    """DuckDB in this process, or Spark."""

    name: str

    def files(self) -> list[str]:
        """The names of the files in the raw folder."""

    def header(self, name: str, source: Source) -> list[str]:
        """The column names of a raw file, as they stand there; empty for an empty file.

        Raises:
            DataError: it cannot be read as what it is said to be.
        """

    def read(self, file: RawFile, columns: Sequence[str], *, numbered: bool = False) -> ibis.Table:
        """The well-formed rows: of delimited text all columns as text, empty ones missing; of Parquet as they are.

        Args:
            file: of the raw folder.
            columns: of its header, to read.
            numbered: with a column `ROW` that has the file's order; for small files only.
        """

    def malformed(self, file: RawFile) -> Malformed:
        """The other rows; to be asked once a table made by `read` has been kept.

        Raises:
            DataError: the file breaks off inside a quoted field, so nobody knows where its rows end.
        """

    def keep(self, name: str, table: ibis.Table, *, order_by: Sequence[str] = ()) -> ibis.Table:
        """Compute the table once, on disk, and give it back; sorted where asked for, else in any order."""

    def batches(self, name: str, columns: Sequence[str], *, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a kept table in the order in which it was kept, about so many at a time."""

    def collect(self, table: ibis.Table) -> pa.Table:
        """A small table's rows."""

    def versions(self) -> dict[str, Any]:
        """The engine's name and version, for the manifest."""
