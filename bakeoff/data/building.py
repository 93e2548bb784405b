"""Builds frozen dataclasses from plain tables, such as a TOML file's: every fault named at once, with its place."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def build(cls: type[T], table: object, *, at: str, faults: list[str]) -> T | None:
    """An instance of `cls`; None where a fault was found, and every fault in `faults`, as a sentence.

    Args:
        cls: a frozen dataclass whose fields are texts, numbers, booleans, literals, tuples, mappings or dataclasses.
        table: keys are field names.
        at: where the table stands, such as ``interactions.source``.
        faults: is added to.
    """
    if not isinstance(table, Mapping):
        faults.append(f"{at} is {table!r}; it must be a table.")
        return None
    assert is_dataclass(cls)
    known = {entry.name: entry for entry in fields(cls)}
    hints = get_type_hints(cls)
    before = len(faults)
    faults += [f"{at}.{name} is unknown; known: {', '.join(known)}." for name in table if name not in known]
    faults += [
        f"{at}.{name} is missing."
        for name, entry in known.items()
        if name not in table and entry.default is MISSING and entry.default_factory is MISSING
    ]
    values = {
        name: _value(hints[name], value, at=f"{at}.{name}", faults=faults)
        for name, value in table.items()
        if name in known
    }
    return None if len(faults) > before else typing.cast(T, cls(**values))


def _value(hint: Any, value: Any, *, at: str, faults: list[str]) -> Any:
    origin = get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        (inner,) = [arg for arg in get_args(hint) if arg is not types.NoneType]
        return _value(inner, value, at=at, faults=faults)
    if origin is Literal:
        return _checked(value, value in get_args(hint), f"one of {', '.join(get_args(hint))}", at=at, faults=faults)
    if origin is tuple:
        return _entries(get_args(hint), value, at=at, faults=faults)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(hint)[1], value, at=at, faults=faults)
    if is_dataclass(hint):
        return build(typing.cast(type[Any], hint), value, at=at, faults=faults)
    return _scalar(hint, value, at=at, faults=faults)


def _entries(hints: tuple[Any, ...], value: Any, *, at: str, faults: list[str]) -> Any:
    if not isinstance(value, list | tuple):
        faults.append(f"{at} is {value!r}; it must be a list.")
        return ()
    if hints[-1] is Ellipsis:
        return tuple(_value(hints[0], entry, at=f"{at}[{number}]", faults=faults) for number, entry in enumerate(value))
    if len(value) != len(hints):
        faults.append(f"{at} has {len(value)} entries; it must have {len(hints)}.")
        return ()
    return tuple(
        _value(hint, entry, at=f"{at}[{number}]", faults=faults)
        for number, (hint, entry) in enumerate(zip(hints, value, strict=True))
    )


def _mapping(hint: Any, value: Any, *, at: str, faults: list[str]) -> Any:
    if not isinstance(value, Mapping):
        faults.append(f"{at} is {value!r}; it must be a table.")
        return {}
    return {str(name): _value(hint, entry, at=f"{at}.{name}", faults=faults) for name, entry in value.items()}


def _scalar(hint: Any, value: Any, *, at: str, faults: list[str]) -> Any:
    if hint is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return _checked(float(value) if is_number else value, is_number, "a number", at=at, faults=faults)
    what = {str: "a text", bool: "true or false", int: "a whole number"}[hint]
    return _checked(value, type(value) is hint, what, at=at, faults=faults)


def _checked(value: Any, holds: bool, what: str, *, at: str, faults: list[str]) -> Any:
    if not holds:
        faults.append(f"{at} is {value!r}; it must be {what}.")
    return value
