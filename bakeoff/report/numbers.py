"""Numbers as the page writes them: never a figure without its interval and n where there is one."""

from collections.abc import Mapping
from typing import Any

from bakeoff.report.blocks import Cell

NOTHING = "–"


def figure(estimate: Mapping[str, Any] | None) -> Cell:
    """``0.195`` and, below, its 95 % interval and over how many users it is; a dash where it was not measured."""
    if not estimate or estimate.get("value") is None:
        return Cell(text=NOTHING)
    return Cell(text=plain(estimate["value"]), more=interval(estimate))


def in_words(estimate: Mapping[str, Any]) -> str:
    """``0.195 (0.181 to 0.209, n = 943)``."""
    more = interval(estimate)
    return f"{plain(estimate['value'])} ({more})" if more else plain(estimate["value"])


def interval(estimate: Mapping[str, Any]) -> str:
    """``0.181 to 0.209, n = 943``; empty where neither is known."""
    low, high, n = estimate.get("low"), estimate.get("high"), estimate.get("n")
    ends = "" if low is None or high is None else f"{plain(low)} to {plain(high)}"
    return ", ".join(part for part in (ends, "" if n is None else sample(n)) if part)


def sample(n: float) -> str:
    """``n = 943``, which no line end divides."""
    return f"n\u00a0=\u00a0{count(n)}"


def plain(value: float) -> str:
    """Three decimals below ten, which is what n in the thousands can show; fewer above, two digits below 0.01."""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3
    text = _two_digits(value) if 0 < size < 0.01 else f"{value:,.{digits}f}"
    return text.replace("-", "−")


def _two_digits(value: float) -> str:
    """Without an exponent, whatever is below the decimals that numbers have here."""
    return f"{float(f'{value:.2g}'):.12f}".rstrip("0").rstrip(".")


def signed(estimate: Mapping[str, Any]) -> Cell:
    """A difference, its sign always shown."""
    value = estimate["value"]
    return Cell(text=f"+{plain(value)}" if value > 0 else plain(value), more=interval(estimate))


def count(value: float) -> str:
    return f"{value:,.0f}"


def probability(value: float) -> str:
    return "<\u00a00.001" if value < 0.001 else f"{value:.3f}"


def share(value: float) -> str:
    return f"{value:.1%}"


def money(value: float) -> str:
    """US dollars; two significant digits below a cent, because a request costs less."""
    if value == 0:
        return "$0"
    return f"${value:,.2f}" if value >= 0.1 else f"${_two_digits(value)}"


def price(value: float) -> str:
    """A price as it is, for a reader who multiplies."""
    whole, _, decimals = f"{value:.12f}".rstrip("0").partition(".")
    return f"${int(whole):,}.{decimals:0<2}"


def quantity(value: float) -> str:
    """Four digits, so that quantity times price gives the dollars beside it."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{float(f'{value:.4g}'):.12f}".rstrip("0").rstrip(".")
    return text or "0"


def seconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    if 0 < value < 10:
        return f"{value:.1f} s" if value >= 0.05 else f"{_two_digits(value)} s"
    if value < 120:
        return f"{value:,.0f} s"
    return f"{value / 60:,.0f} min" if value < 7200 else f"{value / 3600:,.1f} h"


def size(value: float | None) -> str:
    """Bytes in the largest unit of a thousand that leaves a number above one."""
    if value is None:
        return NOTHING
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def milliseconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"
