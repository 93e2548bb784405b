"""Hyper-parameters, written once: a frozen dataclass beside the model, with each field's default and limits."""

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import Field, field, fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from bakeoff.errors import ConfigurationError

S = TypeVar("S")


def setting(
    default: Any,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    not_empty: bool = False,
) -> Any:
    """A dataclass field with limits; for a tuple or a mapping the limits hold for each of its values."""
    limits: list[tuple[str, Callable[[float], bool]]] = []
    if at_least is not None:
        limits.append((f"at least {at_least}", lambda value: value >= at_least))
    if at_most is not None:
        limits.append((f"at most {at_most}", lambda value: value <= at_most))
    if above is not None:
        limits.append((f"above {above}", lambda value: value > above))
    if below is not None:
        limits.append((f"below {below}", lambda value: value < below))
    metadata = {"limits": limits, "not_empty": not_empty}
    if isinstance(default, dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def parse_settings(settings: type[S], given: str | Mapping[str, Any], *, source: str) -> S:
    """The settings from JSON text or from what such text holds; what is not given has its default.

    Args:
        settings: the recommender's `Settings`. A method ``faults() -> list[str]``, if it has one, names
            contradictions between fields.
        given: a JSON object.
        source: what to call it in an error.

    Raises:
        ConfigurationError: names every unknown setting and every wrong value.
    """
    values = _decode(given, source)
    hints = get_type_hints(settings)
    known: dict[str, Field[Any]] = {entry.name: entry for entry in fields(settings)}  # type: ignore[arg-type]
    faults = [f"{name} is no setting; known: {', '.join(known) or 'none'}." for name in values if name not in known]
    parsed: dict[str, Any] = {}
    for name in known.keys() & values.keys():
        try:
            parsed[name] = _parse(values[name], hints[name], known[name].metadata)
        except ValueError as error:
            faults.append(f"{name} is {json.dumps(values[name])}; it must be {error}.")
    if not faults:
        made = settings(**parsed)
        faults = made.faults() if hasattr(made, "faults") else []
        if not faults:
            return made
    raise ConfigurationError(source, sorted(faults))


def _decode(given: str | Mapping[str, Any], source: str) -> Mapping[str, Any]:
    try:
        values = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise ConfigurationError(source, [f"It is not JSON: {error}."]) from error
    if not isinstance(values, Mapping):
        raise ConfigurationError(source, [f"It is {values!r}; it must be a JSON object of settings."])
    return values


def _parse(value: Any, hint: Any, metadata: Mapping[str, Any]) -> Any:
    """The value as `hint` has it; a ValueError says what it must be."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple) or (metadata.get("not_empty") and not value):
            raise ValueError("a list" + (" with at least one entry" if metadata.get("not_empty") else ""))
        return tuple(_parse(entry, arguments[0], metadata) for entry in value)
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise ValueError("an object of numbers")
        return {str(name): _parse(entry, arguments[1], metadata) for name, entry in value.items()}
    if origin is types.UnionType:
        return None if value is None else _parse(value, arguments[0], metadata)
    return _scalar(value, hint, metadata.get("limits", []))


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _scalar(value: Any, hint: type, limits: list[tuple[str, Callable[[float], bool]]]) -> Any:
    expected = " and ".join([_KINDS[hint], *(words for words, _ in limits)])
    fits = isinstance(value, int | float if hint is float else hint) and isinstance(value, bool) == (hint is bool)
    if not fits or (hint is float and not math.isfinite(value)) or not all(holds(value) for _, holds in limits):
        raise ValueError(expected)
    return float(value) if hint is float else value
