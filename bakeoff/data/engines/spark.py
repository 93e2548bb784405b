"""Spark, distributed: files and kept tables at addresses that Hadoop knows (s3://, file://), rows fetched file by file.

Only this module of the data room knows pyspark; AWS Glue 6.0 has Spark 4.1.1.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import pyarrow as pa
from ibis.backends.pyspark.datatypes import PySparkType
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from bakeoff.data.engines import LONGEST_RECORD, LONGEST_ROW, ROW, Malformed, RawFile
from bakeoff.data.engines.delimited import first_record, never_closed
from bakeoff.data.mapping import Source
from bakeoff.data.rejects import BROKEN_QUOTES, NOT_UTF8, ROW_TOO_LONG, WRONG_NUMBER_OF_FIELDS
from bakeoff.errors import DataError

_MALFORMED = "_malformed"
# What Spark puts where bytes are no character.
_REPLACEMENT = "\ufffd"
_ENCODINGS = {"utf-8": "UTF-8", "latin-1": "ISO-8859-1"}


class Spark:
    """The distributed engine.

    Args:
        session: of Spark 4.
        raw: the address of the raw folder.
        work: the address of a folder for kept tables; removed by `close`.
    """

    name = "spark"

    def __init__(self, session: SparkSession, raw: str, work: str) -> None:
        self._session, self._raw, self._work = session, raw.rstrip("/"), work.rstrip("/")
        self._folder = HadoopFolder(session)
        # Which files are read with line breaks inside quotes; those cannot be read in parallel.
        self._numbered: set[str] = set()
        # Ibis only compiles: its dialect for Spark wants to know the session.
        self._ibis = ibis.pyspark.connect(session)
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # A row with too few fields must be seen even if its last columns are not asked for.
        session.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")
        self._folder.delete(self._work)

    def close(self) -> None:
        """Give the disk back; the session is its maker's."""
        self._folder.delete(self._work)

    def files(self) -> list[str]:
        return self._folder.files(self._raw)

    def header(self, name: str, source: Source) -> list[str]:
        address = self._address(name)
        try:
            if source.is_parquet:
                return list(self._session.read.parquet(address).columns)
            first = self._session.read.text(address).head(1)
        except (AnalysisException, OSError) as error:
            raise DataError(f"{address} cannot be read: {str(error)[:300]}. Export the file anew.") from error
        return first_record(first[0][0].encode(), source) if first else []

    def read(self, file: RawFile, columns: Sequence[str], *, numbered: bool = False) -> ibis.Table:
        if numbered:
            self._numbered.add(file.name)
        rows = self._rows(file)
        if not file.source.is_parquet:
            rows = rows.where(_reason(file, rows).isNull())
        rows = rows.select(*(f.col(_quoted(column)) for column in columns))
        if numbered:
            rows = rows.withColumn(ROW, f.monotonically_increasing_id())
        return self._view(f"raw {file.name}", rows)

    def malformed(self, file: RawFile) -> Malformed:
        if file.source.is_parquet:
            return Malformed(reasons=[], records=[])
        if file.name in self._numbered and file.source.quoted:
            self._see_that_quotes_are_closed(file)
        rows = self._rows(file)
        record = f.substring(f.trim(f.coalesce(f.col(_MALFORMED), f.lit(""))), 1, LONGEST_RECORD)
        reason = _reason(file, rows)
        shown = f.when(reason.isin(NOT_UTF8, ROW_TOO_LONG), "").otherwise(record)
        found = rows.select(reason.alias("reason"), shown.alias("record")).where("reason IS NOT NULL").toArrow()
        records = [record.strip("\r\n") for record in found.column("record").to_pylist()]
        return Malformed(reasons=found.column("reason").to_pylist(), records=records)

    def keep(self, name: str, table: ibis.Table, *, order_by: Sequence[str] = ()) -> ibis.Table:
        if order_by:
            table = table.order_by(list(order_by))
        self._query(table).write.mode("overwrite").parquet(f"{self._work}/{name}")
        return self._view(name, self._session.read.parquet(f"{self._work}/{name}"))

    def batches(self, name: str, columns: Sequence[str], *, rows: int) -> Iterator[pa.RecordBatch]:
        address = f"{self._work}/{name}"
        # One file at a time on the driver: a sort leaves its ranges in files whose names are in their order.
        for part in self._folder.files(address):
            if part.startswith("part-"):
                table = self._session.read.parquet(f"{address}/{part}").select(*columns).toArrow()
                yield from table.to_batches(max_chunksize=rows)

    def collect(self, table: ibis.Table) -> pa.Table:
        return self._query(table).toArrow()

    def versions(self) -> dict[str, Any]:
        return {"engine": self.name, "version": self._session.version}

    def _address(self, name: str) -> str:
        return f"{self._raw}/{name}"

    def _query(self, table: ibis.Table) -> DataFrame:
        return self._session.sql(str(self._ibis.compile(table)))

    def _view(self, name: str, rows: DataFrame) -> ibis.Table:
        """A table of the definition that stands for rows."""
        view = "".join(letter if letter.isalnum() else "_" for letter in name)
        rows.createOrReplaceTempView(view)
        return ibis.table({entry.name: PySparkType.to_ibis(entry.dataType) for entry in rows.schema}, name=view)

    def _rows(self, file: RawFile) -> DataFrame:
        """All rows of a file; of delimited text as texts, those with a wrong number of fields also as they stand."""
        address = self._address(file.name)
        if file.source.is_parquet:
            return self._session.read.parquet(address)
        columns = ", ".join(f"{_quoted(column)} STRING" for column in (*file.header, _MALFORMED))
        quote = '"' if file.source.quoted else ""
        return self._session.read.csv(
            address,
            schema=columns,
            sep=file.source.separator,
            quote=quote,
            escape=quote or "\0",
            header=True,
            enforceSchema=True,
            multiLine=file.name in self._numbered and file.source.quoted,
            mode="PERMISSIVE",
            columnNameOfCorruptRecord=_MALFORMED,
            encoding=_ENCODINGS[file.source.encoding],
            ignoreLeadingWhiteSpace=False,
            ignoreTrailingWhiteSpace=False,
            nullValue="",
            emptyValue="",
            # Then a field with text behind its closing quote makes a row with too few fields, which is seen.
            unescapedQuoteHandling="BACK_TO_DELIMITER",
        )

    def _see_that_quotes_are_closed(self, file: RawFile) -> None:
        lines = self._session.read.text(self._address(file.name))
        n_quotes = f.sum(f.length("value") - f.length(f.replace(f.col("value"), f.lit('"'), f.lit(""))))
        if (lines.select(n_quotes).head(1)[0][0] or 0) % 2:
            raise never_closed(self._address(file.name))


class HadoopFolder:
    """Files at any address that Hadoop knows, through the session's Java side."""

    def __init__(self, session: SparkSession) -> None:
        self._java: Any = session.sparkContext._jvm
        self._configuration: Any = session.sparkContext._jsc.hadoopConfiguration()

    def files(self, address: str) -> list[str]:
        """The names of the files in a folder, sorted."""
        path, system = self._open(address)
        return sorted(entry.getPath().getName() for entry in system.listStatus(path) if entry.isFile())

    def delete(self, address: str) -> None:
        """Remove a folder and all in it; nothing where there is none."""
        path, system = self._open(address)
        system.delete(path, True)

    def put(self, local: str, address: str) -> None:
        """Copy a file of this machine to an address; what is there is replaced."""
        path, system = self._open(address)
        system.copyFromLocalFile(False, True, self._java.org.apache.hadoop.fs.Path(f"file://{local}"), path)

    def _open(self, address: str) -> tuple[Any, Any]:
        path = self._java.org.apache.hadoop.fs.Path(address)
        return path, path.getFileSystem(self._configuration)


def _reason(file: RawFile, rows: DataFrame) -> Column:
    """Why a row is none; missing where it is one."""
    columns = [rows[_quoted(name)] for name in file.header]
    texts = f.concat_ws("", *columns)
    return (
        f.when(f.length(texts) > LONGEST_ROW, ROW_TOO_LONG)
        .when(f.contains(texts, f.lit(_REPLACEMENT)), NOT_UTF8)
        .when(f.contains(rows[_MALFORMED], f.lit(_REPLACEMENT)), NOT_UTF8)
        .when(rows[_MALFORMED].rlike(_broken_quotes(file.source)), BROKEN_QUOTES)
        .when(rows[_MALFORMED].isNotNull(), WRONG_NUMBER_OF_FIELDS)
    )


def _broken_quotes(source: Source) -> str:
    """A pattern that finds a quoted field with text behind its closing quote."""
    if not source.quoted:
        return "(?!)"
    separator = re.escape(source.separator)
    return f'(^|{separator})"([^"]|"")*"[^"{separator}\\r\\n]'


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
