"""From quantities to US dollars: a cost names its parts, what is unknown, and what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bakeoff.pricing.table import PriceTable


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that bills.

    Args:
        key: of its price.
        quantity: in the price's unit; None where it is unknown.
        unknown: what is unknown then, in words.
        measured: the quantity comes from a clock, so on a laptop from the laptop's.
        assumed: the quantity comes from an assumption of this room, which docs/cost.md names.
    """

    what: str
    key: str
    quantity: float | None
    unknown: str = ""
    measured: bool = False
    assumed: bool = False

    def times(self, factor: float) -> "Part":
        """The same thing `factor` times."""
        return self if self.quantity is None else replace(self, quantity=self.quantity * factor)


def times(parts: Iterable[Part], factor: float) -> list[Part]:
    """Every part `factor` times."""
    return [part.times(factor) for part in parts]


def priced(parts: Sequence[Part], prices: PriceTable, *, laptop: bool) -> dict[str, Any]:
    """The cost of `parts`: the sum of quantity times price.

    Returns:
        ``usd``, None as soon as one price or quantity is unknown, which ``missing`` names; ``parts``; ``estimate``,
        true where a price is not verified, or a quantity is assumed or was measured on a laptop;
        ``measuredOnLaptop``.
    """
    shaped = [_part(part, prices) for part in parts]
    missing = [name for part in parts for name in _missing(part, prices)]
    by_laptop = laptop and any(part.measured for part in parts)
    return {
        "usd": None if missing else sum(part["usd"] for part in shaped),
        "estimate": by_laptop or any(part.assumed for part in parts) or not all(part["verified"] for part in shaped),
        "measuredOnLaptop": by_laptop,
        "missing": list(dict.fromkeys(missing)),
        "parts": shaped,
    }


def not_offered(why: str) -> dict[str, Any]:
    """A cost that there cannot be, and why."""
    return {"usd": None, "estimate": False, "measuredOnLaptop": False, "missing": [why], "parts": []}


def _part(part: Part, prices: PriceTable) -> dict[str, Any]:
    row = prices.row(part.key)
    return {
        "what": part.what,
        "key": part.key,
        "quantity": part.quantity,
        "unit": row.unit if row else None,
        "price": row.price if row else None,
        "usd": None if row is None or part.quantity is None else part.quantity * row.price,
        "verified": bool(row and row.verified),
    }


def _missing(part: Part, prices: PriceTable) -> list[str]:
    unknown = [part.unknown or part.what] if part.quantity is None else []
    return unknown + ([part.key] if prices.row(part.key) is None else [])
