"""How many items, and interactions with them, got something from each joined table and have each named field."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.reading import Reading

FIELDS = ("title", "year", "genres", "directors", "actors", "plot")


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Of a table or field.

    Args:
        name: the file's, or the field's.
        columns: where it is taken from; empty for a field of which the mapping says nothing.
        items: share of the catalogue's items that got something.
        interactions: share of the interactions that are with such items; 0 where there are none.
    """

    name: str
    columns: tuple[str, ...]
    items: float
    interactions: float


def coverage(reading: Reading, counts: npt.NDArray[np.int64]) -> dict[str, Any]:
    """``joins`` and ``fields``, each a tuple of `Coverage`.

    Args:
        reading: of the raw files.
        counts: interactions of each item of the catalogue, shape (n_items,).
    """
    return {"joins": tuple(_joins(reading, counts)), "fields": tuple(_fields(reading, counts))}


def _joins(reading: Reading, counts: npt.NDArray[np.int64]) -> list[Coverage]:
    rows, mapping, raw = reading.catalogue.rows, reading.mapping, reading.raw
    taken = set(raw.file(mapping.items.source).header)
    found = []
    for join in mapping.items.joins:
        file = raw.file(join.source)
        # A column that an earlier table has too is taken from there.
        columns = tuple(name for name in file.header if name in rows.column_names and name not in taken)
        taken.update(columns)
        has = np.zeros(len(counts), np.bool_)
        for name in columns:
            has |= rows.column(name).is_valid().to_numpy()
        found.append(_of(file.name, columns, has, counts))
    return found


def _fields(reading: Reading, counts: npt.NDArray[np.int64]) -> list[Coverage]:
    items = reading.mapping.items
    found = []
    for name in FIELDS:
        columns = items.fields[name].columns if name in items.fields else ()
        columns += tuple(dict.fromkeys(entries.source.file for entries in items.entries if entries.field == name))
        has = np.array([_has(document, name) for document in reading.catalogue.documents], np.bool_)
        found.append(_of(name, columns, has, counts))
    return found


def _has(document: Document, field: str) -> bool:
    return bool(getattr(document, field))


def _of(name: str, columns: tuple[str, ...], has: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64]) -> Coverage:
    return Coverage(
        name=name,
        columns=columns,
        items=float(has.mean()) if len(has) else 0.0,
        interactions=float(counts[has].sum() / max(1, counts.sum())),
    )
