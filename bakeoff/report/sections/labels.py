"""How a contestant is named and drawn, the same everywhere on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.report.inputs import FIRST, Inputs

TWIN = "local twin"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def label(contestant: Mapping[str, Any]) -> str:
    """The name, and that it is a twin where it is one."""
    return f"{contestant['name']} ({TWIN})" if contestant.get("twin") else str(contestant["name"])


def is_leading(inputs: Inputs, name: str) -> bool:
    """Whether a contestant is drawn in the page's own colour: the default, or the best where there is none."""
    lead = inputs.default or (inputs.scored[0]["name"] if inputs.scored else None)
    return name == lead


def letters(groups: Sequence[Sequence[str]], name: str) -> str:
    """The letters of the groups that hold a contestant: two that share one cannot be told apart."""
    several = len(groups) > 1 or any(len(group) > 1 for group in groups)
    return " ".join(_letter(place) for place, group in enumerate(groups) if several and name in group)


def ties(inputs: Inputs, name: str, *, metric: str = FIRST) -> list[str]:
    """Who cannot be told apart from a contestant by a metric."""
    groups = ((inputs.metrics or {}).get("groups") or {}).get(metric) or []
    found = [other for group in groups if name in group for other in group if other != name]
    return list(dict.fromkeys(found))


def _letter(place: int) -> str:
    return _ALPHABET[place] if place < len(_ALPHABET) else f"g{place + 1}"
