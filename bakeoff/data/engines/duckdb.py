"""DuckDB, embedded: files in a folder, kept tables as Parquet files in another, memory bounded, the rest on disk."""

import csv
import gzip
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from bakeoff.data.engines import LONGEST_RECORD, LONGEST_ROW, ROW, Malformed, RawFile
from bakeoff.data.engines.delimited import first_record, never_closed
from bakeoff.data.mapping import Source
from bakeoff.data.rejects import BROKEN_QUOTES, NOT_UTF8, ROW_TOO_LONG, WRONG_NUMBER_OF_FIELDS
from bakeoff.errors import DataError

# What sorting and grouping may take; what does not fit goes to disk, so that memory does not grow with the data.
MEMORY_LIMIT = "800MB"
_HEADER_BYTES = 1 << 20
_REASONS = {
    "MISSING COLUMNS": WRONG_NUMBER_OF_FIELDS,
    "TOO MANY COLUMNS": WRONG_NUMBER_OF_FIELDS,
    "INVALID ENCODING": NOT_UTF8,
    "LINE SIZE OVER MAXIMUM": ROW_TOO_LONG,
    "UNQUOTED VALUE": BROKEN_QUOTES,
}
# The record of these cannot be shown as text, or not at a sensible length.
_WITHOUT_RECORD = (NOT_UTF8, ROW_TOO_LONG)


class DuckDB:
    """The embedded engine.

    Args:
        raw: the raw folder.
        work: a folder for kept tables and for what memory does not hold; removed by `close`.
        memory_limit: of DuckDB, such as ``800MB``; the process needs some more.
    """

    name = "duckdb"

    def __init__(self, raw: Path, work: Path, *, memory_limit: str = MEMORY_LIMIT) -> None:
        self._raw, self._work = raw, work
        # The table of malformed rows of each file that was read.
        self._rejects: dict[str, str] = {}
        # The file that the next table is kept from, for errors.
        self._reading: Path | None = None
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": str(work / "spill"),
        }
        self._connection = duckdb.connect(config=settings)

    def close(self) -> None:
        """Give memory and disk back."""
        self._connection.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def files(self) -> list[str]:
        return sorted(path.name for path in self._raw.iterdir() if path.is_file())

    def header(self, name: str, source: Source) -> list[str]:
        path = self._raw / name
        try:
            return list(pq.read_schema(path).names) if source.is_parquet else _text_header(path, source)
        except (pa.ArrowInvalid, gzip.BadGzipFile, zlib.error, EOFError, csv.Error) as error:
            raise DataError(f"{path} cannot be read: {error}. Export the file anew.") from error

    def read(self, file: RawFile, columns: Sequence[str], *, numbered: bool = False) -> ibis.Table:
        self._reading = self._raw / file.name
        # Order costs memory, and means something only where rows are numbered.
        self._connection.execute(f"SET preserve_insertion_order = {str(numbered).lower()}")
        chosen = ", ".join(_quoted(column) for column in columns)
        row = f", row_number() OVER () AS {_quoted(ROW)}" if numbered else ""
        return self._view(f"raw {file.name}", f"SELECT {chosen}{row} FROM {self._scan(file)}")

    def malformed(self, file: RawFile) -> Malformed:
        if file.source.is_parquet:
            return Malformed(reasons=[], records=[])
        columns = "error_type, line, left(csv_line, 100000), error_message"
        query = f"SELECT {columns} FROM {self._rejects[file.name]} ORDER BY line"
        rows = self._connection.execute(query).fetchall()
        reasons, records, seen = [], [], set()
        for kind, line, text, message in rows:
            if kind not in _REASONS:
                raise DataError(f"{self._raw / file.name}, line {line}: {message}")
            reason = _REASONS[kind]
            # A quote that swallows line breaks loses rows that nobody would miss.
            if reason == BROKEN_QUOTES and (str(text).count('"') % 2 or "\n" in str(text).strip()):
                raise never_closed(str(self._raw / file.name), line=line)
            # One line can break several rules.
            if line not in seen:
                seen.add(line)
                reasons.append(reason)
                records.append("" if reason in _WITHOUT_RECORD else str(text).strip()[:LONGEST_RECORD])
        return Malformed(reasons=reasons, records=records)

    def keep(self, name: str, table: ibis.Table, *, order_by: Sequence[str] = ()) -> ibis.Table:
        path = self._path(name)
        if order_by:
            self._connection.execute("SET preserve_insertion_order = true")
            table = table.order_by(list(order_by))
        try:
            # Parquet's rows of one group stay in memory until it is full.
            form = "FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 122880"
            self._connection.execute(f"COPY ({_sql(table)}) TO {_text(str(path))} ({form})")
        except duckdb.Error as error:
            raise self._told(error) from error
        self._reading = None
        return self._view(name, f"SELECT * FROM read_parquet({_text(str(path))})")

    def batches(self, name: str, columns: Sequence[str], *, rows: int) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self._path(name)) as file:
            yield from file.iter_batches(batch_size=rows, columns=list(columns))

    def collect(self, table: ibis.Table) -> pa.Table:
        return self._connection.sql(_sql(table)).to_arrow_table()

    def versions(self) -> dict[str, Any]:
        return {"engine": self.name, "version": duckdb.__version__}

    def _told(self, error: duckdb.Error) -> DataError:
        file = self._reading
        if file and "invalid state" in str(error) and _mixes_line_endings(file):
            return DataError(f"{file} mixes line endings (\\n, \\r\\n or \\r). End every line alike, as dos2unix does.")
        return DataError(f"{file or self._raw} cannot be prepared: {_first_lines(error)}")

    def _view(self, name: str, query: str) -> ibis.Table:
        """A table of the definition that stands for a query."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_quoted(name)} AS {query}")
        columns = self._connection.execute(f"DESCRIBE {_quoted(name)}").fetchall()
        return ibis.table({column: DuckDBType.from_string(kind) for column, kind, *_ in columns}, name=name)

    def _path(self, name: str) -> Path:
        return self._work / f"{name}.parquet"

    def _scan(self, file: RawFile) -> str:
        path = _text(str(self._raw / file.name))
        if file.source.is_parquet:
            return f"read_parquet({path})"
        rejects = self._rejects.setdefault(file.name, f"rejects_{len(self._rejects)}")
        columns = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in file.header)
        quote = _text('"' if file.source.quoted else "")
        return (
            f"read_csv({path}, columns = {{{columns}}}, header = true, auto_detect = false, "
            f"delim = {_text(file.source.separator)}, quote = {quote}, escape = {quote}, "
            f"encoding = {_text(file.source.encoding)}, max_line_size = {LONGEST_ROW}, "
            f"store_rejects = true, rejects_table = {_text(rejects)}, rejects_scan = {_text(f'{rejects}_scans')})"
        )


def _text_header(path: Path, source: Source) -> list[str]:
    if path.suffix != ".gz":
        with path.open("rb") as content:
            return first_record(content.read(_HEADER_BYTES), source)
    with gzip.open(path, "rb") as content:
        start = content.read(_HEADER_BYTES)
        # DuckDB compares no checksum: what a broken file unpacks to would be taken for data.
        while content.read(_HEADER_BYTES):
            pass
    return first_record(start, source)


def _mixes_line_endings(path: Path) -> bool:
    endings: set[bytes] = set()
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as content:
        for line in content:
            endings.update(re.findall(rb"\r\n|\r|\n", line))
    return len(endings) > 1


def _sql(table: ibis.Table) -> str:
    return str(ibis.to_sql(table, dialect="duckdb", pretty=False))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_lines(error: Exception) -> str:
    return " ".join(str(error).split("\n\n")[0].split())[:500]
