"""From how many requests a month on one way of serving costs no more than another: closed forms, exact.

A way of serving costs ``fixed + perRequest * R + perInstance * ceil(R / capacity)``. The smallest R at which a second
way is no dearer than a first follows interval by interval from the sign of the slopes; no search.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

_NOTHING = Fraction(0)


def _exact(usd: float) -> Fraction:
    """Twelve digits of an amount: the digits behind them are what adding floats leaves, not money."""
    return Fraction(f"{usd:.12g}")


@dataclass(frozen=True, kw_only=True)
class Way:
    """What a month costs by one way of serving, as a function of the requests R.

    Args:
        fixed: US dollars a month, asked or not.
        per_request: US dollars.
        per_instance: US dollars a month of each instance; there is at least one where `capacity` is given.
        capacity: requests a month that one instance takes; None for a way without instances.
        least: requests that are paid for at `per_paid_request` even if fewer come.
        per_paid_request: US dollars.
    """

    fixed: float
    per_request: float
    per_instance: float = 0.0
    capacity: int | None = None
    least: int = 0
    per_paid_request: float = 0.0

    def month(self, requests: int) -> Fraction:
        """US dollars of a month with that many requests."""
        instances = 0 if self.capacity is None else max(1, -(-requests // self.capacity))
        return (
            _exact(self.fixed)
            + _exact(self.per_request) * requests
            + _exact(self.per_instance) * instances
            + _exact(self.per_paid_request) * max(requests, self.least)
        )


def break_even(first: Way, second: Way) -> int | None:
    """The smallest number of requests a month, at least 1, at which `second` costs no more than `first`; None if none.

    `first` may have a least number of paid requests, and one of the two may have instances, not both at once.
    """
    if first.least:
        below = _on_line(_gap(first, second, _exact(first.per_paid_request) * first.least), _slope(first, second))
        if below is not None and below <= first.least:
            return below
    slope = _slope(first, second) + _exact(first.per_paid_request)
    stairs = first if first.capacity is not None else second
    if stairs.capacity is None:
        return _on_line(_gap(first, second, _NOTHING), slope, least=first.least + 1)
    step = _exact(stairs.per_instance) * (1 if stairs is first else -1)
    return _on_stairs(_gap(first, second, _NOTHING), slope, step=step, capacity=stairs.capacity)


def _gap(first: Way, second: Way, paid: Fraction) -> Fraction:
    return _exact(first.fixed) - _exact(second.fixed) + paid


def _slope(first: Way, second: Way) -> Fraction:
    return _exact(first.per_request) - _exact(second.per_request)


def _on_line(gap: Fraction, slope: Fraction, *, least: int = 1) -> int | None:
    """The smallest R >= `least` with ``gap + slope R >= 0``."""
    if gap + slope * least >= 0:
        return least
    return math.ceil(-gap / slope) if slope > 0 else None


def _on_stairs(gap: Fraction, slope: Fraction, *, step: Fraction, capacity: int) -> int | None:
    """The smallest R >= 1 with ``gap + slope R + step n >= 0``, n = ceil(R / capacity).

    On the interval of n instances the left side is greatest at its end where `slope` is not negative, and at its
    beginning where it is; there it is ``edge + n * rise``. The first n with that at or above zero holds the answer.
    """
    rise = step + slope * capacity
    edge = gap if slope >= 0 else gap - slope * capacity + slope
    instances = _on_line(edge, rise)
    if instances is None:
        return None
    beginning = (instances - 1) * capacity + 1
    if slope <= 0:
        return beginning
    return max(beginning, math.ceil(-(gap + step * instances) / slope))
