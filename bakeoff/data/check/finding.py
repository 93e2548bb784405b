"""One finding, and how numbers in it are written."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["ok", "note", "warning", "stop"]
# The worst first.
SEVERITIES: tuple[Severity, ...] = ("stop", "warning", "note", "ok")
NOTHING_TO_DO = "Nothing to do."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A judgement.

    Args:
        severity: ``stop``: the preparation would refuse the data; ``warning``: figures or imports may suffer; ``note``:
            good to know; ``ok``: looked at, and fine.
        about: the subject, in a word or two.
        found: a sentence with the figures.
        advice: a sentence that says what to do.
    """

    severity: Severity
    about: str
    found: str
    advice: str = NOTHING_TO_DO


def share(value: float) -> str:
    """``12.3%``; what is almost nothing and not nothing is ``<0.1%``."""
    return "<0.1%" if 0 < value < 0.001 else f"{value:.1%}"


def listed(names: list[str], *, most: int = 8) -> str:
    """Names with commas; of many the first and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
