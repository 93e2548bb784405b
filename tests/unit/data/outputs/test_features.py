"""Which columns a model may use and as what: cleaned, typed, and selected by a rule whose reason is told."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from bakeoff.data.mapping import Column, ColumnType
from bakeoff.data.outputs.features import MOST_CATEGORIES, Feature, features


def feature(
    cells: Sequence[object], kind: ColumnType, *, leaking: bool = False, chosen: tuple[str, ...] = ()
) -> Feature:
    table = pa.table({"c": pa.array(cells)})
    (made,) = features(table, [Column(column="c", type=kind, leaking=leaking)], chosen=chosen)
    return made


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("4.5", 4.5),
        (" 7 ", 7.0),
        ("-1e3", -1000.0),
        (".5", 0.5),
        ("", None),
        (None, None),
        ("4,5", None),
        ("1_000", None),
        ("0x10", None),
        ("NaN", None),
        ("inf", None),
        ("1e999", None),
        ("four", None),
        ("$ 4", None),
    ],
)
def test_number_is_read_or_missing(cell: str | None, number: float | None) -> None:
    assert feature([cell, "1"], "number").values.to_pylist() == [number, 1.0]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("$ 45000", 45000.0),
        ("$45,000.50", 45000.5),
        ("45000", 45000.0),
        ("€ 45000", None),
        ("INR 45000", None),
        ("45,000", None),
        ("$", None),
    ],
)
def test_money_is_dollars_or_missing(cell: str, amount: float | None) -> None:
    assert feature([cell], "money").values.to_pylist() == [amount]


def test_numbers_of_a_typed_file_are_kept() -> None:
    assert feature([1.5, None, 3.0], "number").values.to_pylist() == [1.5, None, 3.0]


def test_texts_are_trimmed_and_blank_ones_missing() -> None:
    assert feature([" red ", "  ", None], "category").values.to_pylist() == ["red", None, None]


@pytest.mark.parametrize(
    ("kind", "data_type"),
    [
        ("number", "numeric"),
        ("money", "numeric"),
        ("category", "categorical"),
        ("list", "categorical"),
        ("text", "text"),
        ("date", "datetime"),
    ],
)
def test_type_is_told_in_sagemakers_words(kind: ColumnType, data_type: str) -> None:
    assert feature(["1", "2"], kind).data_type == data_type


def test_list_of_many_values_is_text_to_autopilot_and_a_category_never() -> None:
    few, many = ([str(number) for number in range(n)] for n in (MOST_CATEGORIES, MOST_CATEGORIES + 1))
    assert feature(few, "list").data_type == "categorical"
    assert feature(many, "list").data_type == "text"
    assert feature(many, "category").data_type == "categorical"


FEW = ["red", "green"] * 5


@pytest.mark.parametrize(
    ("cells", "kind", "leaking", "selected", "why"),
    [
        (FEW, "category", False, True, "0.0% missing, 2 distinct values, not leaking"),
        (FEW, "category", True, False, "leaking: collected after the interactions"),
        (FEW, "text", False, False, "a text"),
        (FEW, "date", False, False, "a date"),
        ([*FEW[:8], None, None], "category", False, False, "2 distinct values, 25.0% of the rows; at most 20% may be"),
        (
            [*FEW, *FEW, *FEW, *FEW, *[None] * 10],
            "category",
            False,
            True,
            "20.0% missing, 2 distinct values, not leaking",
        ),
        ([*FEW, *FEW, *FEW, *FEW, *[None] * 11], "category", False, False, "21.6% missing; at most 20% may be"),
        (["a", "b", "c", *FEW[:7]], "list", False, False, "5 distinct values, 50.0% of the rows; at most 20% may be"),
        ([str(n) for n in range(10)], "number", False, True, "0.0% missing, 10 distinct values, not leaking"),
        (["x"] * 3 + ["1"] * 7, "number", False, False, "30.0% missing; at most 20% may be"),
    ],
)
def test_rule_selects_complete_columns_of_few_values_that_do_not_leak(
    cells: list[object], kind: ColumnType, leaking: bool, selected: bool, why: str
) -> None:
    made = feature(cells, kind, leaking=leaking)
    assert (made.selected, made.why) == (selected, why)


def test_mapping_overrides_the_rule() -> None:
    assert feature(FEW, "text", chosen=("c",)).selected
    other = feature(FEW, "category", chosen=("another",))
    assert (other.selected, other.why) == (False, "not named in the mapping")


def test_columns_that_the_table_lacks_are_left_out() -> None:
    assert features(pa.table({"a": ["1"]}), [Column(column="b", type="number")]) == []


def test_column_without_rows_or_values_is_not_selected_and_breaks_nothing() -> None:
    assert not feature([None, None], "category").selected
    empty = feature([], "number")
    assert empty.to_json()["missingShare"] == 0.0


def test_what_the_rule_saw_is_told() -> None:
    assert feature(["1", "2", None, "2"], "number").to_json() == {
        "column": "c",
        "type": "number",
        "dataType": "numeric",
        "missingShare": 0.25,
        "distinct": 2,
        "leaking": False,
        "selected": False,
        "why": "25.0% missing; at most 20% may be",
    }
