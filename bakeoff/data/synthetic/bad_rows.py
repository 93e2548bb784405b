"""Rows that a preparation must not use: how many of each kind, and which; every one is bad in one way only."""

from dataclasses import dataclass

import numpy as np

from bakeoff.data.rejects import (
    DUPLICATE_ITEM,
    MISSING_ITEM,
    MISSING_USER,
    OLDER_DUPLICATE,
    TIMESTAMP_OUT_OF_RANGE,
    UNKNOWN_ITEM,
    UNREADABLE_TIMESTAMP,
    UNREADABLE_VALUE,
    VALUE_OUT_OF_RANGE,
)
from bakeoff.data.synthetic.interactions import Rows
from bakeoff.data.synthetic.shapes import Shape
from bakeoff.data.synthetic.streams import Ints

WRONG_NUMBER_OF_FIELDS = "wrong number of fields"
RATING_KINDS = (
    MISSING_USER,
    MISSING_ITEM,
    UNREADABLE_VALUE,
    VALUE_OUT_OF_RANGE,
    UNREADABLE_TIMESTAMP,
    TIMESTAMP_OUT_OF_RANGE,
    UNKNOWN_ITEM,
    OLDER_DUPLICATE,
    WRONG_NUMBER_OF_FIELDS,
)
MOVIE_KINDS = (DUPLICATE_ITEM, MISSING_ITEM)
LONGEST_BEFORE = 300 * 86_400


@dataclass(frozen=True, kw_only=True, eq=False)
class Marked:
    """The rows of a chunk with older duplicates among them, and what is to be spoilt.

    Args:
        rows: the rows, by user and item.
        spoilt: rows to spoil, by kind; no row is in two of them.
    """

    rows: Rows
    spoilt: dict[str, Ints]

    def usable_items(self) -> Ints:
        """The items of the rows that stay usable; an older duplicate names the item of a row that is."""
        spoilt = np.concatenate(list(self.spoilt.values()))
        return np.delete(self.rows.item, spoilt)


def rating_counts(shape: Shape, share: float) -> dict[str, int]:
    """Bad rows of ratings.csv by kind: `share` of all rows, the kinds as equal as whole numbers can be."""
    return _even(RATING_KINDS, round(shape.ratings * share))


def movie_counts(shape: Shape, share: float) -> dict[str, int]:
    """Bad rows of movies.csv by kind: `share` of the items, but at least one of each kind where there are any."""
    return _even(MOVIE_KINDS, max(len(MOVIE_KINDS), round(shape.items * share)) if share else 0)


def counts_until(counts: dict[str, int], pairs: int, *, of: int) -> dict[str, int]:
    """How many bad rows of each kind have come when `pairs` of all pairs of user and item have; all of them at last."""
    return {kind: count * pairs // of for kind, count in counts.items()}


def mark(rows: Rows, counts: dict[str, int], generator: np.random.Generator) -> Marked:
    """Choose the rows to spoil and put in the older duplicates, each behind the row that it repeats."""
    n_rows = len(rows.user)
    n_copies = counts[OLDER_DUPLICATE]
    chosen = generator.permutation(n_rows)[: sum(counts.values())]
    copied = np.sort(chosen[:n_copies])
    # Where a row is now: behind as many copies as rows before it were copied.
    moved = np.arange(n_rows) + np.searchsorted(copied, np.arange(n_rows))
    kinds = [kind for kind in RATING_KINDS if kind != OLDER_DUPLICATE]
    parts = np.split(moved[chosen[n_copies:]], np.cumsum([counts[kind] for kind in kinds])[:-1])
    earlier = 1 + generator.integers(0, LONGEST_BEFORE, n_copies)
    return Marked(
        rows=Rows(
            user=np.insert(rows.user, copied + 1, rows.user[copied]),
            item=np.insert(rows.item, copied + 1, rows.item[copied]),
            half_stars=np.insert(rows.half_stars, copied + 1, 11 - rows.half_stars[copied]),
            timestamp=np.insert(rows.timestamp, copied + 1, rows.timestamp[copied] - earlier),
        ),
        spoilt={kind: np.sort(part) for kind, part in zip(kinds, parts, strict=True)},
    )


def _even(kinds: tuple[str, ...], total: int) -> dict[str, int]:
    return {kind: total * (k + 1) // len(kinds) - total * k // len(kinds) for k, kind in enumerate(kinds)}
