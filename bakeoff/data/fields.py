"""What stands in one cell: lists of names, years, titles that end in a year."""

import re
from collections.abc import Iterable, Sequence

from bakeoff.data.mapping import Field

FIRST_FILM = 1870
_YEAR_IN_TITLE = re.compile(r"(?P<title>.*?)\s*\((?P<year>\d{4})(?:[–-]\d{0,4})?\)\s*", re.DOTALL)
_BRACKETS = re.compile(r"\([^)]*\)")


def text(cells: Sequence[object]) -> str:
    """The first cell that holds something, trimmed; empty where none does."""
    return next((found for cell in cells if cell is not None and (found := str(cell).strip())), "")


def year(cells: Sequence[object]) -> int | None:
    """The year of release in the first cell that holds one; None where none can be one."""
    for cell in cells:
        try:
            number = float(str(cell))
        except ValueError:
            continue
        if FIRST_FILM <= number < 2200:
            return int(number)
    return None


def title_and_year(title: str) -> tuple[str, str | None]:
    """The title without the year in brackets at its end, and that year; ``Heat (1995)`` is Heat of 1995."""
    match = _YEAR_IN_TITLE.fullmatch(title)
    return (match["title"], match["year"]) if match else (title, None)


def names(cells: Sequence[object], field: Field) -> tuple[str, ...]:
    """The entries listed in the first cell that holds something, each once, in order."""
    found = text(cells)
    listed = found.split(field.separator) if field.separator else [found]
    return tuple(entry for entry in unique(listed) if entry not in field.without)


def persons(cells: Sequence[object], field: Field) -> tuple[str, ...]:
    """As `names`; what stands in brackets is not part of a name."""
    found = text(cells)
    return names([_BRACKETS.sub("", found) if "(" in found else found], field)


def unique(listed: Iterable[str]) -> tuple[str, ...]:
    """The trimmed, non-empty entries, each once, in order."""
    return tuple(dict.fromkeys([found for entry in listed if (found := entry.strip())]))
