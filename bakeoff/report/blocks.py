"""What sections are made of: sentences, tables, and charts that never stand without their table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell.

    Args:
        text: what it says.
        more: in small letters below: an interval and its n, a reason.
        grade: 1 to 5 where the cell is a school grade, which is coloured as well.
    """

    text: str
    more: str = ""
    grade: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row; `head` names it for whoever hears the table instead of seeing it."""

    head: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that scrolls in its own box where the screen is narrow.

    Args:
        caption: what it shows; a sentence or a title.
        columns: their heads, the row heads' first.
        texts: the columns that hold words, not numbers, which stand to the right.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture and what it says in words; `table` holds every number of it.

    Args:
        title: of the figure.
        says: what is seen in it and how to read it.
        wide: the drawing as SVG, for screens of 640 pixels and more, and for paper.
        narrow: the same for a phone.
    """

    title: str
    says: str
    wide: str
    narrow: str
    table: Table


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Tables and sentences that are opened by hand, and open on paper."""

    summary: str
    says: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Sentences, one a line."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Card:
    """All that is known of one contestant.

    Args:
        facts: name and value.
        warnings: what is wrong with it.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


Block = Table | Chart | Folded | Listing | Card


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page.

    Args:
        anchor: its id.
        title: its heading.
        lead: sentences under the heading; where there are no blocks, they say why.
    """

    anchor: str
    title: str
    lead: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


def row(head: str | Cell, *cells: str | Cell) -> Row:
    """A row of plain texts and cells."""
    return Row(head=_cell(head), cells=tuple(_cell(one) for one in cells))


def _cell(content: str | Cell) -> Cell:
    return content if isinstance(content, Cell) else Cell(text=content)


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
