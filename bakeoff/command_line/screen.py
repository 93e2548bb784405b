"""What a person sees: one console, plain lines and wide tables where the output is no terminal."""

import sys
from collections.abc import Iterable, Sequence
from functools import cache

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 200


@cache
def console() -> Console:
    """The console on standard output; not a terminal: lines are not folded at 80 columns."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def say(text: str) -> None:
    """One line, never folded; markup is not read."""
    typer.echo(text)


def warn(text: str) -> None:
    """One line on standard error."""
    typer.echo(text, err=True)


def titled(title: str, shown: Table) -> Group:
    """`shown` under a line of its own, which is as long as it is and not as wide as the table."""
    return Group(Text(title, style="bold", no_wrap=True), shown)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of text; cells are shown as they are."""
    made = Table(header_style="bold", pad_edge=False, box=None)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*[_plain(cell) for cell in row])
    return made


def _plain(cell: str) -> str:
    return cell.replace("[", r"\[")


def duration(seconds: float) -> str:
    """``8 s``, ``2 min 05 s`` or ``1 h 03 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
