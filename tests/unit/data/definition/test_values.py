"""Texts to ids, numbers and times: what is read, what is missing, and expressions that both engines can run."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.config import Config

from bakeoff.data.definition.interactions import check, in_id_order
from bakeoff.data.definition.values import digits, epoch_seconds, identifier, number, record
from bakeoff.data.mapping import InteractionColumns, Source

TEXT = ibis.table({"c": "string", "d": "string"}, name="t")


def evaluated(make: Callable[[ir.Column], ir.Value], cells: list[Any], *, kind: str = "VARCHAR") -> list[Any]:
    """What DuckDB makes of an expression over a column of those cells."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (n INTEGER, c {kind})")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(cells)))
        types = {"VARCHAR": "string", "DOUBLE": "float64", "BIGINT": "int64", "TIMESTAMP": "timestamp", "DATE": "date"}
        table = ibis.table({"n": "int32", "c": types[kind]}, name="t")
        query = ibis.to_sql(table.select("n", out=make(table.c)).order_by("n"), dialect="duckdb")
        return [row[1] for row in connection.execute(str(query)).fetchall()]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("a", "a"), (" a ", "a"), ("\ta\n", "a"), ("a b", "a b"), ("", None), ("  ", None), (None, None), ("007", "007")],
)
def test_id_is_text_without_blanks_around_it(cell: str | None, expected: str | None) -> None:
    assert evaluated(identifier, [cell]) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (7.0, "7"),
        (-7.0, "-7"),
        (2.0**52, "4503599627370496"),
        *((cell, None) for cell in (0.5, 1e300, -1e300, float("nan"), float("inf"), None)),
    ],
)
def test_number_that_is_an_id_is_whole(cell: float | None, expected: str | None) -> None:
    assert evaluated(identifier, [cell], kind="DOUBLE") == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4", 4.0),
        (" 4.5 ", 4.5),
        ("-.5", -0.5),
        ("+4.", 4.0),
        ("1e1", 10.0),
        ("1E-2", 0.01),
        *((cell, None) for cell in ("", ".", "e1", "4,5", "4.5f", "4.5d", "4L", "1_000", "1 000", "0x10", "0b1", "٤")),
        *((cell, None) for cell in ("NaN", "nan", "inf", "-Infinity", "true", "None", "4.5.6", "--4", "1e", "½")),
    ],
)
def test_number_is_a_plain_decimal_or_missing(cell: str, expected: float | None) -> None:
    assert evaluated(number, [cell]) == [expected]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=20, max_size=50))
@settings(max_examples=10, deadline=None)
def test_every_float_is_read_back_as_it_was_written(values: list[float]) -> None:
    assert evaluated(number, [repr(value) for value in values]) == values


@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("1000000000", "seconds", 1_000_000_000),
        ("1000000000.99", "seconds", 1_000_000_000),
        ("-1.5", "seconds", -2),
        ("1e9", "seconds", 1_000_000_000),
        ("1e30", "seconds", None),
        ("-1e30", "seconds", None),
        ("1e999", "seconds", None),
        ("NaN", "seconds", None),
        ("1000000000999", "milliseconds", 1_000_000_000),
        ("2001-09-09", "seconds", None),
        ("1000000000", "iso", None),
        ("2001-09-09", "iso", 999_993_600),
        ("2001-09-09T01:46:40Z", "iso", 1_000_000_000),
        ("2001-09-09T01:46:40", "iso", 1_000_000_000),
        (" 2001-09-09 01:46:40.123Z ", "iso", 1_000_000_000),
        ("2001-09-09T01:46", "iso", 999_999_960),
        *((cell, "iso", None) for cell in ("2001-02-29", "2001-04-31", "2001-13-01", "2001-00-01", "2001-01-00")),
        *((cell, "iso", None) for cell in ("2001-1-1", "09.09.2001", "2001-09-09T24:00:00", "2001-09-09T01:60", "")),
        *((cell, "iso", None) for cell in ("2001-09-09T01:46:40+02:00", "2001-09-09T01", "x2001-09-09", "1900-02-29")),
        ("2000-02-29", "iso", 951_782_400),
        ("1969-12-31T23:59:59Z", "iso", -1),
    ],
)
def test_time_is_whole_seconds_in_the_named_form_or_missing(cell: str, form: str, expected: int | None) -> None:
    assert evaluated(lambda column: epoch_seconds(column, form=form), [cell]) == [expected]


def test_every_day_of_four_centuries_is_as_many_seconds_as_the_calendar_says() -> None:
    first = date(1800, 1, 1)
    days = [first + timedelta(days=number) for number in range(0, 146_097, 97)]
    days += [date(year, month, day) for year in (1900, 2000, 2023, 2024) for month, day in ((2, 28), (3, 1), (12, 31))]
    expected = [int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in days]
    texts = [day.isoformat() for day in days]
    assert evaluated(lambda column: epoch_seconds(column, form="iso"), texts) == expected


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(datetime(2001, 9, 9, 1, 46, 40, 999_999), "TIMESTAMP"), (1_000_000_000, "BIGINT"), (1e9 + 0.5, "DOUBLE")],
)
def test_typed_times_need_no_form(cell: object, kind: str) -> None:
    assert evaluated(lambda column: epoch_seconds(column, form="seconds"), [cell], kind=kind) == [1_000_000_000]


def test_date_is_its_midnight() -> None:
    found = evaluated(lambda column: epoch_seconds(column, form="seconds"), [date(2001, 9, 9)], kind="DATE")
    assert found == [999_993_600]


def test_key_of_digits_has_no_letters_and_zeros_in_front() -> None:
    assert evaluated(digits, ["tt0114709", "114709", "0114709 ", "tt", "0", None]) == ["114709"] * 3 + [None] * 3


def test_record_shows_the_values_as_they_stand_cut_to_a_length() -> None:
    assert evaluated(lambda column: record([column, column], longest=7), ["abc", None, "x,y"]) == [
        "abc,abc",
        ",",
        "x,y,x,y",
    ]


def test_ids_are_in_order_of_length_then_code_point() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (c VARCHAR)")
        ids = ["10", "9", "b", "a10", "100", "Z", "ä", "aa"]
        connection.executemany("INSERT INTO t VALUES (?)", [[name] for name in ids])
        table = in_id_order(ibis.table({"c": "string"}, name="t"), "c", row="row")
        found = connection.execute(str(ibis.to_sql(table.order_by("row"), dialect="duckdb"))).fetchall()
    assert [row[0] for row in found] == ["9", "Z", "b", "ä", "10", "aa", "100", "a10"]


COLUMNS = InteractionColumns(
    source=Source(file="t.csv"),
    user="c",
    item="d",
    value="c",
    timestamp="d",
    liked_threshold=4.0,
    timestamp_format="iso",
)


class SparkOptions(Config):  # type: ignore[misc]
    """Those of Ibis for Spark."""

    treat_nan_as_null: bool = False


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
@pytest.mark.parametrize(
    "expression",
    [
        identifier(TEXT.c),
        number(TEXT.c),
        digits(TEXT.c),
        epoch_seconds(TEXT.c, form="seconds"),
        epoch_seconds(TEXT.c, form="milliseconds"),
        epoch_seconds(TEXT.c, form="iso"),
        identifier(ibis.table({"c": "float64"}, name="t").c),
        check(TEXT, COLUMNS, seed=1),
    ],
    ids=["identifier", "number", "digits", "seconds", "milliseconds", "iso", "float identifier", "check"],
)
def test_definition_becomes_sql_for_both_engines(
    expression: Any, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ibis registers them when it connects, which needs Spark.
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    assert str(ibis.to_sql(expression, dialect=dialect)).startswith(("SELECT", "WITH"))
