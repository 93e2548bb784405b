"""Rejected rows: counted, kept up to a number, written sorted; too many stop the preparation."""

import csv
import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from bakeoff.data import layout
from bakeoff.data.rejects import OLDER_DUPLICATE, UNREADABLE_VALUE, Rejects
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import DataError


def written(rejects: Rejects, folder: Path) -> list[list[str]]:
    with ExitStack() as files:
        rejects.write(FolderWriter(folder), files)
    with (folder / layout.REJECTS).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def some() -> Rejects:
    rejects = Rejects()
    rejects.add("b.csv", [UNREADABLE_VALUE, OLDER_DUPLICATE, UNREADABLE_VALUE], ["2,x", 'a "b", c', "1,\ny"])
    rejects.add("a.csv", [UNREADABLE_VALUE], ["z"])
    return rejects


def test_records_are_written_by_file_reason_and_record(tmp_path: Path) -> None:
    assert written(some(), tmp_path) == [
        ["file", "reason", "record"],
        ["a.csv", "unreadable rating", "z"],
        ["b.csv", "older duplicate of user and item", 'a "b", c'],
        ["b.csv", "unreadable rating", "1,\ny"],
        ["b.csv", "unreadable rating", "2,x"],
    ]


def test_counts_are_by_reason_over_all_files() -> None:
    assert some().by_reason() == {"older duplicate of user and item": 1, "unreadable rating": 3}
    assert some().n_rejected == 4


@pytest.mark.parametrize("seed", range(3))
def test_of_very_many_records_of_a_reason_those_are_kept_that_sort_first_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("bakeoff.data.rejects.MOST_RECORDS", 3)
    records = [f"record {number}" for number in range(9)]
    random.Random(seed).shuffle(records)
    rejects = some()
    rejects.add("c.csv", [UNREADABLE_VALUE] * len(records), records)
    assert rejects.by_reason()[UNREADABLE_VALUE] == 12
    kept = [row[2] for row in written(rejects, tmp_path) if row[0] == "c.csv"]
    assert kept == ["record 0", "record 1", "record 2"]


def test_nothing_rejected_is_a_file_with_a_header_only(tmp_path: Path) -> None:
    assert written(Rejects(), tmp_path) == [["file", "reason", "record"]]
    assert Rejects().by_reason() == {}


def test_share_that_is_allowed_does_not_stop_and_one_row_less_in_the_file_does() -> None:
    rejects = some()
    rejects.stop_at_too_many({"a.csv": 20, "b.csv": 40}, max_share=0.05)
    with pytest.raises(DataError) as raised:
        rejects.stop_at_too_many({"a.csv": 20, "b.csv": 39}, max_share=0.05)
    assert str(raised.value) == (
        "Too many rows are rejected. b.csv: 2 of 39 rows (5.1%): 2 x unreadable rating; for example unreadable rating: "
        "'1,\\ny'. At most 5.0% may be (maxRejectedShare). "
        "Mend the file, or raise the share if the rows may be left out."
    )


def test_older_duplicates_are_counted_and_never_too_many() -> None:
    rejects = Rejects()
    rejects.add("a.csv", [OLDER_DUPLICATE] * 9, ["1,1,1"] * 9)
    rejects.stop_at_too_many({"a.csv": 10}, max_share=0.05)
    assert rejects.n_rejected == 9


def test_file_of_rejected_rows_only_stops_at_any_share_below_all() -> None:
    rejects = Rejects()
    rejects.add("a.csv", [UNREADABLE_VALUE] * 2, ["", ""])
    with pytest.raises(DataError, match=r"a\.csv: 2 of 2 rows \(100\.0%\)"):
        rejects.stop_at_too_many({"a.csv": 2}, max_share=0.99)
    rejects.stop_at_too_many({"a.csv": 2}, max_share=1.0)
