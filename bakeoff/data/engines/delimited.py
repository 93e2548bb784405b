"""Delimited text as both engines take it: the first record, and what nobody can read."""

import codecs
import csv
import io

from bakeoff.data.mapping import Source
from bakeoff.errors import DataError


def first_record(start: bytes, source: Source) -> list[str]:
    """The fields of a delimited file's first record, given its first bytes."""
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    # The bytes may end within a character; only the first record counts.
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start)
    lines = io.StringIO(text, newline="")
    if source.quoted:
        return next(csv.reader(lines, delimiter=source.separator), [])
    return next(csv.reader(lines, delimiter=source.separator, quoting=csv.QUOTE_NONE), [])


def never_closed(file: str, *, line: int | None = None) -> DataError:
    """A quote that swallows the rest of the file."""
    where = f" in line {line}" if line else ""
    return DataError(f"{file}: a quote opened{where} is never closed. Close it, or double it if it is part of a text.")
