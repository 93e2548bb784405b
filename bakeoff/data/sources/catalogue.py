"""What the formats share when they build the catalogue: unusable rows, lists in one field, years."""

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd

from bakeoff.data.rejects import DUPLICATE_ITEM, MISSING_ITEM, rejects

FIRST_FILM = 1870


def usable_items(frame: pd.DataFrame, *, file: str, column: str, row: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split catalogue rows into usable ones and rejects: no id, or an id that an earlier row has."""
    missing = frame[column].isna()
    repeated = frame[column].duplicated() & ~missing
    bad = frame[missing | repeated]
    reasons = np.where(missing[missing | repeated], MISSING_ITEM, DUPLICATE_ITEM)
    return frame[~(missing | repeated)], rejects(file=file, rows=bad[row], reasons=reasons, values=bad[column])


def texts(column: pd.Series) -> list[str]:
    """One text per row, trimmed; empty where missing."""
    return [str(text) for text in column.astype(object).fillna("").astype(str).str.strip()]


def years(column: pd.Series) -> list[int | None]:
    """One year of release per row; None where it cannot be one."""
    numbers = pd.to_numeric(column.astype(object), errors="coerce")
    return [int(number) if FIRST_FILM <= number < 2200 else None for number in numbers]


def names(column: pd.Series, *, separator: str) -> list[tuple[str, ...]]:
    """The names listed in one field per row, each once, in order; what stands in brackets is not part of a name."""
    bare = pd.Series(texts(column), dtype=object).str.replace(r"\([^)]*\)", "", regex=True)
    return [unique(text.split(separator)) for text in bare]


def unique(listed: Iterable[str]) -> tuple[str, ...]:
    """The trimmed, non-empty entries, each once, in order."""
    return tuple(dict.fromkeys(entry.strip() for entry in listed if entry.strip()))


def grouped(pairs: pd.DataFrame, *, by: str, value: str) -> Mapping[Hashable, tuple[str, ...]]:
    """The distinct values per key, in order of the rows."""
    distinct = pairs.drop_duplicates([by, value])
    return {key: tuple(group) for key, group in distinct.groupby(by, sort=False, observed=True)[value]}
