"""Rejected rows: each with its file, reason and record; counted by reason; too many of them stop the preparation."""

import csv
import io
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from bakeoff.data import layout
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import DataError

COLUMNS = ("file", "reason", "record")
# Of one reason in one file so many records are kept; all are counted.
MOST_RECORDS = 10_000

MISSING_USER = "missing user id"
MISSING_ITEM = "missing item id"
LONG_USER = "user id too long"
LONG_ITEM = "item id too long"
MALFORMED_USER = "malformed user id"
MALFORMED_ITEM = "malformed item id"
UNREADABLE_VALUE = "unreadable rating"
UNKNOWN_EVENT = "event type without a weight"
VALUE_OUT_OF_RANGE = "rating out of range"
UNREADABLE_TIMESTAMP = "unreadable timestamp"
TIMESTAMP_OUT_OF_RANGE = "timestamp out of range"
UNKNOWN_ITEM = "item not in the catalogue"
OLDER_DUPLICATE = "older duplicate of user and item"
DUPLICATE_ITEM = "duplicate item id"
DUPLICATE_USER = "duplicate user id"
WRONG_NUMBER_OF_FIELDS = "wrong number of fields"
NOT_UTF8 = "not UTF-8"
ROW_TOO_LONG = "row too long"
BROKEN_QUOTES = "broken quotes"


@dataclass
class Rejects:
    """Counts rejected rows and keeps the first records of each reason.

    Args:
        counts: rejected rows by file and reason.
        records: those of them that sort first, whatever the order in which they came; some more may be there.
    """

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, file: str, reasons: Iterable[str], records: Iterable[str]) -> None:
        """Count rows of a file; the arguments are parallel."""
        for reason, record in zip(reasons, records, strict=True):
            place = (file, reason)
            self.counts[place] = self.counts.get(place, 0) + 1
            kept = self.records.setdefault(place, [])
            kept.append(record)
            if len(kept) == 2 * MOST_RECORDS:
                _keep_first(kept)

    @property
    def n_rejected(self) -> int:
        return sum(self.counts.values())

    def by_reason(self) -> dict[str, int]:
        """Rejected rows per reason, reasons in alphabetical order."""
        totals: dict[str, int] = {}
        for (_, reason), n in sorted(self.counts.items(), key=lambda entry: entry[0][1]):
            totals[reason] = totals.get(reason, 0) + n
        return totals

    def stop_at_too_many(self, rows_read: Mapping[str, int], *, max_share: float) -> None:
        """Stop where a file is not what it is taken for; older duplicates are sound rows, and events have many.

        Raises:
            DataError: names every file with more than `max_share` rejected rows, its reasons and one example.
        """
        faults = [
            self._fault(file, n_rows) for file, n_rows in rows_read.items() if self._of(file) > max_share * n_rows
        ]
        if faults:
            raise DataError(
                f"Too many rows are rejected. {' '.join(faults)} At most {max_share:.1%} may be (maxRejectedShare). "
                "Mend the file, or raise the share if the rows may be left out."
            )

    def write(self, writer: FolderWriter, files: ExitStack) -> None:
        """Write rejects.csv, sorted, at most `MOST_RECORDS` rows per file and reason."""
        content = files.enter_context(writer.file(layout.REJECTS))
        text = io.StringIO(newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        for (file, reason), records in sorted(self.records.items()):
            _keep_first(records)
            rows.writerows((file, reason, record) for record in records)
        content.write(text.getvalue().encode())

    def _of(self, file: str) -> int:
        return sum(n for (name, reason), n in self.counts.items() if name == file and reason != OLDER_DUPLICATE)

    def _fault(self, file: str, n_rows: int) -> str:
        here = {reason: n for (name, reason), n in self.counts.items() if name == file and reason != OLDER_DUPLICATE}
        reasons = ", ".join(f"{n} x {reason}" for reason, n in sorted(here.items(), key=lambda entry: -entry[1]))
        reason = max(here, key=lambda name: here[name])
        example = min(self.records[(file, reason)])
        n = self._of(file)
        return f"{file}: {n} of {n_rows} rows ({n / n_rows:.1%}): {reasons}; for example {reason}: {example!r}."


def _keep_first(records: list[str]) -> None:
    records.sort()
    del records[MOST_RECORDS:]
