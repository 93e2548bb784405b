"""Raw files as people bring them: what is read as it was meant, what is rejected and why, and what stops everything."""

import codecs
import csv
import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.errors import DataError
from tests.support.events import Event, prepare_events, random_events, shop_settings, write_raw
from tests.support.small_data import SmallData, write_atomic, write_csv

SETTINGS = PreparationSettings(dataset="small", max_rejected_share=0.2)
TIME = "1000000000"
# Bytes of ratings.csv, the reason for which they are rejected, and the record that is kept of them.
BAD_ROWS: dict[str, tuple[bytes, str, str]] = {
    "no user": (b",1,4.0,1000000000", "missing user id", ",1,4.0,1000000000"),
    "blanks for a user": (b"   ,2,4.0,1000000000", "missing user id", "   ,2,4.0,1000000000"),
    "no item": (b"1,,4.0,1000000000", "missing item id", "1,,4.0,1000000000"),
    "blanks for an item": (b'1,"  ",4.0,1000000000', "missing item id", "1,  ,4.0,1000000000"),
    "a user of 257 signs": (b"u" * 257 + b",1,4.0,1000000000", "user id too long", "u" * 200),
    "a tab in a user": (b"a\tb,1,4.0,1000000000", "malformed user id", "a\tb,1,1000000000"),
    "a line break in a user": (b'"a\nb",1,4.0,1000000000', "malformed user id", "a\nb,1,1000000000"),
    "DEL in a user": (b"a\x7fb,1,4.0,1000000000", "malformed user id", "a\x7fb,1,1000000000"),
    "NUL in a user": (b"a\0b,1,4.0,1000000000", "malformed user id", "a\0b,1,1000000000"),
    "a word for a rating": (b"1,1,four,1000000000", "unreadable rating", "1,1,four,1000000000"),
    "no rating": (b"1,1,,1000000000", "unreadable rating", "1,1,,1000000000"),
    "a decimal comma": (b'1,1,"4,5",1000000000', "unreadable rating", "1,1,4,5,1000000000"),
    "a float of C": (b"1,1,4.5f,1000000000", "unreadable rating", "1,1,4.5f,1000000000"),
    "a double of Java": (b"1,1,4.5d,1000000000", "unreadable rating", "1,1,4.5d,1000000000"),
    "digits in groups": (b"1,1,1_000,1000000000", "unreadable rating", "1,1,1_000,1000000000"),
    "not a number": (b"1,1,NaN,1000000000", "unreadable rating", "1,1,NaN,1000000000"),
    "infinite": (b"1,1,inf,1000000000", "unreadable rating", "1,1,inf,1000000000"),
    "negative infinity": (b"1,1,-Infinity,1000000000", "unreadable rating", "1,1,-Infinity,1000000000"),
    "hexadecimal": (b"1,1,0x10,1000000000", "unreadable rating", "1,1,0x10,1000000000"),
    "true": (b"1,1,true,1000000000", "unreadable rating", "1,1,true,1000000000"),
    "other digits": ("1,1,４,1000000000".encode(), "unreadable rating", "1,1,４,1000000000"),
    "ten as 1e1": (b"1,1,1e1,1000000000", "rating out of range", "1,1,1e1,1000000000"),
    "zero": (b"1,1,0,1000000000", "rating out of range", "1,1,0,1000000000"),
    "a little too much": (b"1,1,5.01,1000000000", "rating out of range", "1,1,5.01,1000000000"),
    "negative": (b"1,1,-4,1000000000", "rating out of range", "1,1,-4,1000000000"),
    "beyond floats": (b"1,1,1e999,1000000000", "rating out of range", "1,1,1e999,1000000000"),
    "a word for a time": (b"1,1,4.0,yesterday", "unreadable timestamp", "1,1,4.0,yesterday"),
    "a date for seconds": (b"1,1,4.0,2001-09-09", "unreadable timestamp", "1,1,4.0,2001-09-09"),
    "no time": (b"1,1,4.0,", "unreadable timestamp", "1,1,4.0,"),
    "no number of seconds": (b"1,1,4.0,NaN", "unreadable timestamp", "1,1,4.0,NaN"),
    "more seconds than integers": (b"1,1,4.0,1e30", "unreadable timestamp", "1,1,4.0,1e30"),
    "milliseconds": (b"1,1,4.0,1000000000000", "timestamp out of range", "1,1,4.0,1000000000000"),
    "the year 2100": (b"1,1,4.0,4102444800", "timestamp out of range", "1,1,4.0,4102444800"),
    "before 1970": (b"1,1,4.0,-1", "timestamp out of range", "1,1,4.0,-1"),
    "1970 itself": (b"1,1,4.0,0.9", "timestamp out of range", "1,1,4.0,0.9"),
    "an unknown item": (b"1,9999,4.0,1000000000", "item not in the catalogue", "1,9999,1000000000"),
    "an item's other spelling": (b"1,01,4.0,1000000000", "item not in the catalogue", "1,01,1000000000"),
    "a field too many": (b"1,1,4.0,1000000000,9", "wrong number of fields", "1,1,4.0,1000000000,9"),
    "a field too few": (b"1,1,4.0", "wrong number of fields", "1,1,4.0"),
    "a sign behind the quote": (b'1,"1"x,4.0,1000000000', "broken quotes", '1,"1"x,4.0,1000000000'),
    "no UTF-8": (b"caf\xe9,1,4.0,1000000000", "not UTF-8", ""),
    "half a character": (b"caf\xc3,1,4.0,1000000000", "not UTF-8", ""),
    "10 MB": (b"9" * 10_000_000 + b",1,4.0,1000000000", "row too long", ""),
    "10 MB in quotes": (b'"' + b"9" * 10_000_000 + b'",1,4.0,1000000000', "row too long", ""),
}
# How the first ratings may be spelled without being other ratings: user, item, value, timestamp.
SPELLINGS: list[Callable[[str, str, str, str], str]] = [
    lambda user, item, value, at: f'"{user}","{item}","{value}","{at}"',
    lambda user, item, value, at: f" {user} ,{item}  ,{value},{at}",
    lambda user, item, value, at: f"{user},{item}, {value} ,  {at} ",
    lambda user, item, value, at: f"{user},{item},+{value},+{at}",
    lambda user, item, value, at: f"{user},{item},{float(value) * 10}e-1,{at}.75",
    lambda user, item, value, at: f"{user},{item},{value}000,{at}.0",
    lambda user, item, value, at: f"{user},{item},0{value},{int(at) // 10}E1",
]


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def write_lines(path: Path, lines: list[bytes], *, ending: bytes = b"\n") -> None:
    path.write_bytes(b"".join(line + ending for line in lines))


def rejects_of(folder: Path) -> list[tuple[str, ...]]:
    with (folder / layout.REJECTS).open(encoding="utf-8", newline="") as lines:
        header, *rows = [tuple(row) for row in csv.reader(lines)]
    assert header == ("file", "reason", "record")
    return rows


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, data: SmallData) -> Prepared:
    """The ratings with every bad row among them, and the first ones in other spellings."""
    folder = tmp_path_factory.mktemp("spoilt")
    raw = write_csv(folder / "raw", data)
    header, *rows = lines_of(raw / "ratings.csv")
    for place, spelling in enumerate(SPELLINGS):
        rows[place] = spelling(*rows[place].decode().split(",")).encode()
    draw = random.Random(1)
    for line, *_ in BAD_ROWS.values():
        rows.insert(draw.randrange(len(rows) + 1), line)
    write_lines(raw / "ratings.csv", [header, *rows])
    prepare_folder(raw, folder / "prepared", SETTINGS)
    return Prepared.open(folder / "prepared")


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_row_is_rejected_with_its_reason_and_record(spoilt: Prepared, name: str) -> None:
    _, reason, record = BAD_ROWS[name]
    assert ("ratings.csv", reason, record) in rejects_of(spoilt.folder)


def test_every_bad_row_is_counted_once(spoilt: Prepared) -> None:
    expected: dict[str, int] = {}
    for _, reason, _ in BAD_ROWS.values():
        expected[reason] = expected.get(reason, 0) + 1
    assert spoilt.manifest["rejects"] == expected
    assert list(spoilt.manifest["rejects"]) == sorted(expected)
    assert spoilt.manifest["counts"]["rejects"] == len(BAD_ROWS) == len(rejects_of(spoilt.folder))


def test_good_rows_between_bad_ones_and_in_other_spellings_are_read_as_before(
    spoilt: Prepared, prepared: Prepared
) -> None:
    assert spoilt.split_hash == prepared.split_hash
    differing = {path for path, entry in prepared.manifest["files"].items() if spoilt.manifest["files"][path] != entry}
    assert differing == {layout.REJECTS}


def test_row_is_rejected_once_for_the_first_rule_that_it_breaks(movielens: Path, tmp_path: Path) -> None:
    rows = lines_of(movielens / "ratings.csv")
    write_lines(movielens / "ratings.csv", [*rows, b",9999,x,y", b"1,9999,x,y", b"1,9999,6,y", b"1,9999,5,y"])
    prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    assert [reason for _, reason, _ in rejects_of(tmp_path / "prepared")] == [
        "missing user id",
        "rating out of range",
        "unreadable rating",
        "unreadable timestamp",
    ]


def test_of_repeated_pairs_the_newest_is_kept_and_of_equal_timestamps_the_greatest_value(
    movielens: Path, tmp_path: Path, data: SmallData
) -> None:
    first, second, third = data.ratings[:3]
    older = f"{first.user},{first.item},0.5,{first.timestamp - 1}"
    lower = f"{second.user},{second.item},{second.value - 0.5},{second.timestamp}"
    newer = f"{third.user},{third.item},1.5,{third.timestamp + 1}"
    rows = lines_of(movielens / "ratings.csv")
    write_lines(movielens / "ratings.csv", [*rows, *(line.encode() for line in (older, lower, newer))])
    prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    found = Prepared.open(tmp_path / "prepared")
    everything = found.known.merge(found.test)
    mine = everything.span(found.user_rows[first.user])
    kept = dict(zip(everything.indices[mine].tolist(), everything.values[mine].tolist(), strict=True))
    items = found.item_columns
    assert kept[items[first.item]] == first.value
    assert kept[items[second.item]] == second.value
    assert kept[items[third.item]] == 1.5
    older_reason = "older duplicate of user and item"
    assert rejects_of(tmp_path / "prepared") == sorted(
        ("ratings.csv", older_reason, f"{rating.user},{rating.item},{at}")
        for rating, at in (
            (first, first.timestamp - 1),
            (second, second.timestamp),
            (third, third.timestamp),
        )
    )


def test_rejected_row_is_not_taken_for_a_newer_duplicate(
    movielens: Path, tmp_path: Path, data: SmallData, prepared: Prepared
) -> None:
    rating = data.ratings[0]
    rows = lines_of(movielens / "ratings.csv")
    newer = f"{rating.user},{rating.item},six,{rating.timestamp + 9}".encode()
    write_lines(movielens / "ratings.csv", [*rows, newer])
    assert prepare_folder(movielens, tmp_path / "prepared", SETTINGS)["split"] == prepared.manifest["split"]


def _with_bom(content: bytes) -> bytes:
    return codecs.BOM_UTF8 + content


def _with_crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def _with_bom_and_crlf(content: bytes) -> bytes:
    return _with_bom(_with_crlf(content))


def _without_last_line_break(content: bytes) -> bytes:
    return content.rstrip(b"\n")


def _with_blank_lines(content: bytes) -> bytes:
    return content.replace(b"\n", b"\n\n", 3) + b"\n\n"


def _with_row_numbers(content: bytes) -> bytes:
    header, *rows = content.splitlines()
    return b"".join(line + b"\n" for line in (b"," + header, *(b"%d,%s" % entry for entry in enumerate(rows))))


def _with_other_columns(content: bytes) -> bytes:
    header, *rows = content.splitlines()
    return b"".join(line + b"\n" for line in (b'"a, b",' + header, *(b'"x\ny",' + row for row in rows)))


@pytest.mark.parametrize(
    "change",
    [
        _with_bom,
        _with_crlf,
        _with_bom_and_crlf,
        _without_last_line_break,
        _with_blank_lines,
        _with_row_numbers,
        _with_other_columns,
    ],
)
def test_another_form_of_the_same_ratings_is_the_same_split(
    movielens: Path, tmp_path: Path, prepared: Prepared, change: Callable[[bytes], bytes]
) -> None:
    ratings = movielens / "ratings.csv"
    ratings.write_bytes(change(ratings.read_bytes()))
    manifest = prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    assert manifest["split"] == prepared.manifest["split"]
    assert manifest["rejects"] == {}


def _in_utf_16(content: bytes) -> bytes:
    return content.decode().encode("utf-16")


def _in_utf_16_without_mark(content: bytes) -> bytes:
    return content.decode().encode("utf-16-le")


def _with_endings_mixed(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n", 9)


def _with_an_open_quote(content: bytes) -> bytes:
    lines = content.splitlines()
    lines[700] = b'"' + lines[700]
    return b"".join(line + b"\n" for line in lines)


def _of_no_bytes(content: bytes) -> bytes:
    return b""


def _of_blank_lines(content: bytes) -> bytes:
    return b"\n\n"


def _with_a_header_only(content: bytes) -> bytes:
    return content.splitlines()[0] + b"\n"


def _without_header(content: bytes) -> bytes:
    return content.split(b"\n", 1)[1]


def _with_another_header(header: bytes) -> Callable[[bytes], bytes]:
    return lambda content: header + b"\n" + content.split(b"\n", 1)[1]


def _with_dates(content: bytes) -> bytes:
    return content.replace(b",1000000000\n", b",2001-09-09\n").replace(b",10", b",2001-10")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_in_utf_16, r"ratings\.csv is no UTF-8 text \(is it UTF-16\?\); save it as UTF-8\."),
        (_in_utf_16_without_mark, r"ratings\.csv is no UTF-8 text"),
        (_with_endings_mixed, r"ratings\.csv mixes line endings"),
        (_with_an_open_quote, r"ratings\.csv: a quote opened in line 701 is never closed\."),
        (_of_no_bytes, r"ratings\.csv is empty; it needs a first line with the columns' names\."),
        (_of_blank_lines, r"ratings\.csv is empty"),
        (_with_a_header_only, r"ratings\.csv holds too little .*0 train and validation interactions"),
        (_without_header, r"ratings\.csv lacks the columns userId, movieId, rating, timestamp; its first line has"),
        (
            _with_another_header(b"userId,movieId,stars,timestamp"),
            r"ratings\.csv lacks the column rating; its first line has userId, movieId, stars, timestamp\.",
        ),
        (
            _with_another_header(b"user_id,movieId,rating,timestamp"),
            r"lacks the column userId; .*If user_id is userId, rename it in ratings\.csv or in the mapping\.",
        ),
        (
            _with_another_header(b"USERID,movieId,rating,timestamp"),
            r"If USERID is userId, rename it in ratings\.csv or in the mapping\.",
        ),
        (
            _with_another_header(b"userId,movieId,rating,rating,timestamp"),
            r"ratings\.csv names a column twice: userId, movieId, rating, rating, timestamp\.",
        ),
        (
            _with_another_header(b"userId,movieId,rating,Rating,timestamp"),
            r"ratings\.csv names a column twice: userId, movieId, rating, Rating, timestamp\.",
        ),
        (
            _with_dates,
            r"Too many rows are rejected\. ratings\.csv: \d+ of \d+ rows \(100\.0%\): \d+ x unreadable timestamp; "
            r"for example unreadable timestamp: '\d+,\d+,\d\.\d,2001-\d+-?\d+'",
        ),
        (lambda content: content.replace(b",", b";"), r"ratings\.csv lacks the columns userId, movieId"),
        (
            lambda content: content.replace(b"\n", b",9\n").replace(b"timestamp,9", b"timestamp"),
            r"Too many rows are rejected\. ratings\.csv: (\d+) of \1 rows \(100\.0%\): \1 x wrong number of fields",
        ),
    ],
)
def test_file_that_is_not_what_it_is_taken_for_stops_the_preparation_and_is_named(
    movielens: Path, tmp_path: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    ratings = movielens / "ratings.csv"
    ratings.write_bytes(change(ratings.read_bytes()))
    with pytest.raises(DataError, match=told):
        prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    assert not (tmp_path / "prepared" / layout.MANIFEST).exists()


def test_quote_that_is_closed_rows_later_is_told_and_swallows_nothing(movielens: Path, tmp_path: Path) -> None:
    lines = lines_of(movielens / "ratings.csv")
    lines[500] = b'"' + lines[500]
    lines[510] = b'"' + lines[510]
    write_lines(movielens / "ratings.csv", lines)
    with pytest.raises(DataError, match=r"ratings\.csv: a quote opened in line 501 is never closed"):
        prepare_folder(movielens, tmp_path / "prepared", SETTINGS)


def test_texts_with_separators_quotes_and_line_breaks_are_read_as_they_are_meant(
    movielens: Path, tmp_path: Path
) -> None:
    movies = movielens / "movies.csv"
    lines = lines_of(movies)
    lines[1] = '1,"Heat, ""the"" film\r\nof Zoë (1995)","Drama|Com""edy"'.encode()
    write_lines(movies, lines)
    prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    film = next(Prepared.open(tmp_path / "prepared").documents())
    assert (film.title, film.year, film.genres) == ('Heat, "the" film\r\nof Zoë', 1995, ("Drama", 'Com"edy'))


def test_items_without_a_usable_id_or_with_a_repeated_one_are_rejected_and_the_first_is_kept(
    movielens: Path, tmp_path: Path
) -> None:
    movies = movielens / "movies.csv"
    more = [
        "5,Another Five (1999),Drama",
        ",Nameless (1999),Drama",
        f"{'9' * 257},Long (1999),Drama",
        '"1\t",Tab,Drama',
    ]
    more += ['"1\t2",Tab (1999),Drama', "121,Too,many,fields"]
    write_lines(movies, [*lines_of(movies), *(line.encode() for line in more), b"122,caf\xe9,Drama"])
    manifest = prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    assert rejects_of(tmp_path / "prepared") == [
        ("movies.csv", "duplicate item id", "1"),
        ("movies.csv", "duplicate item id", "5"),
        ("movies.csv", "item id too long", "9" * 200),
        ("movies.csv", "malformed item id", "1\t2"),
        ("movies.csv", "missing item id", ""),
        ("movies.csv", "not UTF-8", ""),
        ("movies.csv", "wrong number of fields", "121,Too,many,fields"),
    ]
    assert manifest["counts"]["items"] == 120
    titles = {film.item_id: film.title for film in Prepared.open(tmp_path / "prepared").documents()}
    assert (titles["5"], titles["1"]) == ("The Drama of Number 5", "The Drama of Number 1")


def test_cell_of_10_mb_in_a_joined_table_costs_that_row_only(
    movielens: Path, tmp_path: Path, prepared: Prepared
) -> None:
    table = movielens / "IMDb movies.csv"
    lines = lines_of(table)
    fields = lines[3].split(b",")
    lines[3] = b",".join([*fields[:6], b'"' + b"plot, " * 1_700_000 + b'"'])
    write_lines(table, lines)
    manifest = prepare_folder(movielens, tmp_path / "prepared", SETTINGS)
    assert manifest["rejects"] == {"row too long": 1}
    assert manifest["split"] == prepared.manifest["split"]
    plots = [bool(film.plot) for film in Prepared.open(tmp_path / "prepared").documents()]
    assert plots == [True, True, False, *[True] * 117]


def test_quotes_mean_nothing_in_atomic_files(atomic: Path, tmp_path: Path) -> None:
    items = atomic / "small.item"
    lines = lines_of(items)
    lines[1] = b'1\t"Heat\t1995\tDrama'
    write_lines(items, lines)
    manifest = prepare_folder(atomic, tmp_path / "prepared", SETTINGS)
    assert manifest["rejects"] == {}
    assert next(Prepared.open(tmp_path / "prepared").documents()).title == '"Heat'


def test_bad_rows_of_atomic_files_are_rejected_too(tmp_path: Path, data: SmallData) -> None:
    raw = write_atomic(tmp_path / "raw", data)
    interactions = raw / "small.inter"
    rows = [b"1\t1\t4.0", b"1\t1\t4.0\t5\t6", b"1\tcaf\xe9\t4.0\t5", b'1\t"1"\t4.0\t5', b"1\t1\t4,5\t5"]
    write_lines(interactions, [*lines_of(interactions), *rows])
    prepare_folder(raw, tmp_path / "prepared", SETTINGS)
    assert rejects_of(tmp_path / "prepared") == [
        ("small.inter", "item not in the catalogue", '1,"1",5'),
        ("small.inter", "not UTF-8", ""),
        ("small.inter", "unreadable rating", "1,1,4,5,5"),
        ("small.inter", "wrong number of fields", "1\t1\t4.0"),
        ("small.inter", "wrong number of fields", "1\t1\t4.0\t5\t6"),
    ]


class Zipped:
    """The shop's raw folder with its events in gzip."""

    def __init__(self, folder: Path) -> None:
        self.mapping = write_raw(folder / "raw", random_events(6))
        text = self.mapping.read_text(encoding="utf-8")
        self.mapping.write_text(text.replace("events.csv", "events.csv.gz"), encoding="utf-8")
        plain = folder / "raw" / "events.csv"
        self.path = plain.with_name("events.csv.gz")
        self.content = gzip.compress(plain.read_bytes())
        plain.unlink()
        self._raw, self._prepared = folder / "raw", folder / "prepared"

    def prepare(self, content: bytes) -> dict[str, Any]:
        self.path.write_bytes(content)
        return prepare_folder(self._raw, self._prepared, shop_settings(self.mapping))


def test_packed_file_gives_the_split_of_the_plain_one(tmp_path: Path, expected: Prepared) -> None:
    zipped = Zipped(tmp_path)
    assert zipped.prepare(zipped.content)["split"] == expected.manifest["split"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda content: content[: len(content) // 2], "ended before the end-of-stream marker"),
        (lambda content: content[:12], "ended before the end-of-stream marker"),
        (lambda content: content[:-8] + bytes(4) + content[-4:], "CRC check failed"),
        (lambda content: content[:200] + bytes(40) + content[240:], r"."),
        (lambda content: gzip.decompress(content), "Not a gzipped file"),
    ],
    ids=["cut off", "cut off in the header", "another checksum", "spoilt inside", "not packed"],
)
def test_broken_gzip_stops_the_preparation_and_is_named(
    tmp_path: Path, spoil: Callable[[bytes], bytes], told: str
) -> None:
    zipped = Zipped(tmp_path)
    with pytest.raises(DataError, match=rf"events\.csv\.gz cannot be read: .*{told}.*Export the file anew\."):
        zipped.prepare(spoil(zipped.content))


def test_packed_file_of_no_bytes_is_empty(tmp_path: Path) -> None:
    zipped = Zipped(tmp_path)
    with pytest.raises(DataError, match=r"events\.csv\.gz is empty"):
        zipped.prepare(b"")


def test_file_of_another_encoding_is_read_where_the_mapping_names_it(tmp_path: Path, expected: Prepared) -> None:
    mapping = write_raw(tmp_path / "raw", random_events(6))
    text = mapping.read_text(encoding="utf-8").replace('csv" }', 'csv", encoding = "latin-1" }')
    mapping.write_text(text, encoding="utf-8")
    for path in (tmp_path / "raw").iterdir():
        content = path.read_text(encoding="utf-8").replace("€", "$")
        path.write_bytes(content.encode("latin-1"))
    manifest = prepare_folder(tmp_path / "raw", tmp_path / "prepared", shop_settings(mapping))
    assert manifest["split"] == expected.manifest["split"]
    assert "Zoë 3" in expected.users


def test_file_that_is_not_of_the_named_encoding_is_named(tmp_path: Path) -> None:
    mapping = write_raw(tmp_path / "raw", random_events(6))
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('events.csv" }', 'events.csv", encoding = "latin-1" }'), encoding="utf-8")
    path = tmp_path / "raw" / "events.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("ë", "’").encode("cp1252"))
    with pytest.raises(DataError, match=r"events\.csv cannot be prepared: .*not latin-1"):
        prepare_folder(tmp_path / "raw", tmp_path / "prepared", shop_settings(mapping))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The shop's events, prepared from plain files."""
    return prepare_events(tmp_path_factory.mktemp("plain"), random_events(6))


@pytest.mark.parametrize(
    ("form", "spell"),
    [
        ("iso", lambda at: at.strftime(" %Y-%m-%d %H:%M:%S.999 ")),
        ("milliseconds", lambda at: str(int(at.timestamp()) * 1000 + 999)),
    ],
)
def test_times_are_read_in_the_form_that_the_mapping_names(
    tmp_path: Path, expected: Prepared, form: str, spell: Callable[[datetime], str]
) -> None:
    spelled = [(*event[:3], spell(datetime.fromtimestamp(event.timestamp, UTC))) for event in random_events(6)]
    mapping = write_raw(tmp_path / "raw", spelled)
    text = mapping.read_text(encoding="utf-8").replace('"at"', f'"at"\ntimestamp_format = "{form}"')
    mapping.write_text(text, encoding="utf-8")
    manifest = prepare_folder(tmp_path / "raw", tmp_path / "prepared", shop_settings(mapping))
    assert manifest["split"] == expected.manifest["split"]


def parquet_settings(folder: Path, columns: dict[str, pa.Array]) -> PreparationSettings:
    """The shop's raw folder with its events in Parquet; settings that prepare it."""
    mapping = write_raw(folder / "raw", [])
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("events.csv", "events.parquet"), encoding="utf-8")
    pq.write_table(pa.table(columns), folder / "raw" / "events.parquet")
    return shop_settings(mapping)


def whole_numbered() -> list[Event]:
    """The events of users and items whose ids are whole numbers."""
    return [event for event in random_events(6) if event.user.isdecimal() and event.item.isdecimal()]


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Those, prepared from CSV."""
    return prepare_events(tmp_path_factory.mktemp("numbered"), whole_numbered())


@pytest.mark.parametrize(
    ("id_type", "time_type"),
    [
        (pa.string(), pa.int64()),
        (pa.int32(), pa.timestamp("ms", tz="UTC")),
        (pa.float64(), pa.timestamp("us")),
        (pa.large_string(), pa.float64()),
    ],
)
def test_parquet_columns_are_read_by_their_types(
    tmp_path: Path, numbered: Prepared, id_type: pa.DataType, time_type: pa.DataType
) -> None:
    events = whole_numbered()
    seconds = pa.array([event.timestamp for event in events], pa.int64())
    at = (
        seconds.cast(pa.timestamp("s")).cast(time_type) if pa.types.is_timestamp(time_type) else seconds.cast(time_type)
    )
    ids = [pa.array([int(event[place]) for event in events], pa.int64()).cast(id_type) for place in (0, 1)]
    columns = {"customer": ids[0], "article": ids[1], "stars": pa.array([event.value for event in events]), "at": at}
    manifest = prepare_folder(tmp_path / "raw", tmp_path / "prepared", parquet_settings(tmp_path, columns))
    assert manifest["split"] == numbered.manifest["split"]


def test_parquet_cells_that_are_no_ids_ratings_or_times_are_rejected(tmp_path: Path) -> None:
    good = whole_numbered()
    nan, infinite = float("nan"), float("inf")
    bad: list[tuple[float | None, float | None, float | None, float | None]] = [
        (None, 0, 4.0, 1e6),
        (nan, 0, 4.0, 1e6),
        (1e300, 0, 4.0, 1e6),
        (0.5, 0, 4.0, 1e6),
        (0, infinite, 4.0, 1e6),
        (0, 0, nan, 1e6),
        (0, 0, None, 1e6),
        (0, 0, infinite, 1e6),
        (0, 0, 4.0, None),
        (0, 0, 4.0, nan),
        (0, 0, 4.0, 1e300),
        (0, 0, 4.0, -5.0),
    ]
    rows = [(float(event.user), float(event.item), event.value, float(event.timestamp)) for event in good] + bad
    names = ("customer", "article", "stars", "at")
    columns = {name: pa.array([row[place] for row in rows], pa.float64()) for place, name in enumerate(names)}
    manifest = prepare_folder(tmp_path / "raw", tmp_path / "prepared", parquet_settings(tmp_path, columns))
    repeated = manifest["rejects"].pop("older duplicate of user and item")
    assert manifest["rejects"] == {
        "missing item id": 1,
        "missing user id": 4,
        "rating out of range": 2,
        "timestamp out of range": 1,
        "unreadable rating": 1,
        "unreadable timestamp": 3,
    }
    assert manifest["counts"]["interactions"] + repeated == len(good)


def test_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    settings = parquet_settings(tmp_path, {"customer": pa.array(["1"])})
    (tmp_path / "raw" / "events.parquet").write_bytes(b"customer,article,stars,at\n")
    with pytest.raises(DataError, match=r"events\.parquet cannot be read: .*Export the file anew"):
        prepare_folder(tmp_path / "raw", tmp_path / "prepared", settings)


def test_parquet_file_without_a_column_is_named(tmp_path: Path) -> None:
    settings = parquet_settings(tmp_path, {"customer": pa.array(["1"]), "article": pa.array(["1"])})
    with pytest.raises(DataError, match=r"events\.parquet lacks the columns stars, at; its first line has customer"):
        prepare_folder(tmp_path / "raw", tmp_path / "prepared", settings)


def test_too_many_rejects_name_every_file_its_reasons_and_an_example(movielens: Path, tmp_path: Path) -> None:
    ratings, movies = movielens / "ratings.csv", movielens / "movies.csv"
    ratings.write_bytes(ratings.read_bytes().replace(b",4.0,", b",four,"))
    movies.write_bytes(movies.read_bytes().replace(b"(19", b",19"))
    with pytest.raises(DataError) as raised:
        prepare_folder(movielens, tmp_path / "prepared", replace(SETTINGS, max_rejected_share=0.1))
    told = str(raised.value)
    assert "movies.csv: 120 of 120 rows (100.0%): 120 x wrong number of fields; for example" in told
    assert "ratings.csv: " in told
    assert "At most 10.0% may be (maxRejectedShare)" in told
    assert "links.csv" not in told
