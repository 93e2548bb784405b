"""Compares and writes the states of MiniStack's services without holding up the threads that answer requests."""

import json
from collections.abc import Callable, Iterator
from types import NoneType
from typing import Any

# How deep a state is written piece by piece: as far as one item of a table (state, table, items, partition, item).
PIECES_DEPTH = 6


def same(one: Any, other: Any, *, plain: Callable[[Any], Any]) -> bool:
    """Whether two states are alike; in doubt they are not.

    Args:
        one: a state: plain data, with containers of MiniStack in its upper two levels.
        other: another.
        plain: gives a container's data as a dictionary, and everything else as it is.
    """
    one, other = plain(one), plain(other)
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return bool(one == other)
    return one.keys() == other.keys() and all(bool(plain(one[key]) == plain(other[key])) for key in one)


def encoded(value: Any, *, default: Callable[[Any], Any]) -> bytes:
    """`value` as JSON, the same text as of ``json.dumps``.

    A single call of ``json.dumps`` lets no other thread run until it ends, which takes a third of a second for a table
    of a few thousand histories; here many small ones follow each other.
    """
    return "".join(_pieces(value, default, PIECES_DEPTH)).encode()


def _pieces(value: Any, default: Callable[[Any], Any], depth: int) -> Iterator[str]:
    if not isinstance(value, dict | list | str | int | float | bool | NoneType):
        value = default(value)
    if depth == 0 or not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        yield json.dumps(value, default=default)
        return
    start = "{"
    for key, item in value.items():
        yield f"{start}{json.dumps(key)}: "
        yield from _pieces(item, default, depth - 1)
        start = ", "
    yield "}" if value else "{}"
