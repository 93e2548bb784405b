"""The columns of items and users that models may use: cleaned, typed, and chosen by a rule that can be read."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bakeoff.data.mapping import Column

# The rule of the "selected" feature specification.
MOST_MISSING = 0.2
MOST_DISTINCT = 0.2
# Autopilot one-hot encodes what is called categorical; beyond so many values a column is text to it.
MOST_CATEGORIES = 1000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Feature:
    """A cleaned column.

    Args:
        column: the mapping's.
        values: float64 for numbers and money, else text; missing where the source is empty or unreadable.
        selected: whether the "selected" specification has it.
        why: the sentence that says why it is selected or not.
    """

    column: Column
    values: pa.Array
    selected: bool
    why: str

    @property
    def name(self) -> str:
        return self.column.column

    @property
    def data_type(self) -> str:
        """SageMaker Autopilot's name for the kind of value (API reference, AutoMLJobConfig FeatureSpecification)."""
        if self.column.type in ("number", "money"):
            return "numeric"
        if self.column.type == "date":
            return "datetime"
        few = self.column.type == "category" or len(self.values.unique()) <= MOST_CATEGORIES
        return "categorical" if few and self.column.type != "text" else "text"

    def to_json(self) -> dict[str, Any]:
        return {
            "column": self.name,
            "type": self.column.type,
            "dataType": self.data_type,
            "missingShare": round(_missing(self.values), 4),
            "distinct": _distinct(self.values),
            "leaking": self.column.leaking,
            "selected": self.selected,
            "why": self.why,
        }


def features(table: pa.Table, columns: Sequence[Column], *, chosen: Sequence[str] = ()) -> list[Feature]:
    """The columns that the table has, cleaned.

    Args:
        table: one row per item or user, texts or numbers.
        columns: the mapping's; those that the table lacks are left out.
        chosen: overrides the rule: the names of the selected columns.
    """
    return [
        _feature(column, table.column(column.column), chosen)
        for column in columns
        if column.column in table.column_names
    ]


def _feature(column: Column, raw: pa.ChunkedArray, chosen: Sequence[str]) -> Feature:
    texts = ["" if value is None else str(value).strip() for value in raw.to_pylist()]
    if column.type in ("number", "money"):
        values = pa.array([_number(text, money=column.type == "money") for text in texts], pa.float64())
    else:
        values = pa.array([text or None for text in texts], pa.string())
    selected, why = _chosen(column, chosen) if chosen else _rule(column, values)
    return Feature(column=column, values=values, selected=selected, why=why)


def _number(text: str, *, money: bool) -> float | None:
    if money and text.startswith("$"):
        text = text[1:].strip().replace(",", "")
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def _chosen(column: Column, chosen: Sequence[str]) -> tuple[bool, str]:
    return (True, "named in the mapping") if column.column in chosen else (False, "not named in the mapping")


def _rule(column: Column, values: pa.Array) -> tuple[bool, str]:
    missing, distinct = _missing(values), _distinct(values)
    share = distinct / max(1, len(values) - values.null_count)
    if column.leaking:
        return False, "leaking: collected after the interactions"
    if column.type in ("text", "date"):
        return False, f"a {column.type}"
    if missing > MOST_MISSING:
        return False, f"{missing:.1%} missing; at most {MOST_MISSING:.0%} may be"
    if column.type in ("category", "list") and share > MOST_DISTINCT:
        return False, f"{distinct} distinct values, {share:.1%} of the rows; at most {MOST_DISTINCT:.0%} may be"
    return True, f"{missing:.1%} missing, {distinct} distinct values, not leaking"


def _missing(values: pa.Array) -> float:
    return float(values.null_count) / max(1, len(values))


def _distinct(values: pa.Array) -> int:
    return len(values.drop_null().unique())
