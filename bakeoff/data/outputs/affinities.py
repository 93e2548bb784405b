"""What users like: how much higher they rate the items of a genre, a director, an actor, a decade than expected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document

# Of each item the first so many entries count: films name dozens of actors, the leading ones first.
MOST_ENTRIES = 5
# Rows with a residual of 0 that every user is given for every entry.
SHRINKAGE = 10.0
# Fields whose entries are few enough for columns of the "selected" specification.
FEW = ("genres", "decade")
FIELDS = ("genres", "decade", "directors", "writers", "actors")
Positions = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Entries:
    """The entries of one field.

    Args:
        field: of `FIELDS`.
        indptr: int64, shape (n_items + 1,).
        indices: int64: the entries of each item, as numbers below `n`.
        n: how many different ones there are.
    """

    field: str
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int64]
    n: int


def entries_of(documents: Sequence[Document]) -> list[Entries]:
    """The fields that any item has entries in."""
    found = [_entries(field, (_listed(document, field) for document in documents)) for field in FIELDS]
    return [entries for entries in found if entries.n]


def affinities(
    entries: Entries,
    *,
    users: Positions,
    items: Positions,
    residuals: npt.NDArray[np.float64],
    shown: npt.NDArray[np.bool_],
    view: Positions,
) -> npt.NDArray[np.float32]:
    """Of each row the mean, over the item's entries, of the user's shrunken mean residual on them, in the row's view.

    NaN for items without entries; 0 where the user has rated nothing with them.

    Args:
        entries: of one field.
        users: rows, shape (n_rows,); all rows of a user are here.
        items: columns, shape (n_rows,).
        residuals: shape (n_views, n_rows).
        shown: shape (n_views, n_rows): which rows count in a view.
        view: shape (n_rows,): the view that a row sees.
    """
    lengths = np.diff(entries.indptr)[items]
    row = np.repeat(np.arange(len(items)), lengths)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    entry = entries.indices[np.repeat(entries.indptr[items], lengths) + offset]
    _, code = np.unique(users[row].astype(np.int64) * entries.n + entry, return_inverse=True)
    liked = np.zeros(len(row))
    for number in range(len(shown)):
        seen = shown[number][row]
        asked = view[row] == number
        n_codes = int(code.max()) + 1 if len(code) else 0
        n = np.bincount(code, seen, minlength=n_codes)
        total = np.bincount(code, np.where(seen, residuals[number][row], 0.0), minlength=n_codes)
        liked[asked] = (total / (n + SHRINKAGE))[code[asked]]
    sums = np.bincount(row, liked, minlength=len(items))
    with np.errstate(invalid="ignore"):
        found: npt.NDArray[np.float32] = (sums / np.where(lengths > 0, lengths, np.nan)).astype(np.float32)
    return found


def _listed(document: Document, field: str) -> tuple[str, ...]:
    if field == "decade":
        return () if document.year is None else (str(document.year // 10),)
    listed: tuple[str, ...] = getattr(document, field)
    return listed[:MOST_ENTRIES]


def _entries(field: str, listed: Iterable[tuple[str, ...]]) -> Entries:
    numbers: dict[str, int] = {}
    indices: list[int] = []
    indptr = [0]
    for names in listed:
        indices += [numbers.setdefault(name, len(numbers)) for name in names]
        indptr.append(len(indices))
    return Entries(field, np.array(indptr, np.int64), np.array(indices, np.int64), len(numbers))
