"""One moment in time that everything a request does has to end by."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]


@dataclass(frozen=True)
class Deadline:
    """A moment on a monotonic clock.

    Args:
        at: the moment, in the clock's seconds.
        clock: reads the present moment, in seconds.
    """

    at: float
    clock: Clock = field(default=time.monotonic, repr=False)

    @classmethod
    def after(cls, seconds: float, *, clock: Clock = time.monotonic) -> "Deadline":
        return cls(clock() + max(0.0, seconds), clock)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock())

    def share(self, fraction: float) -> "Deadline":
        """The deadline that leaves `1 - fraction` of the time now left for what comes after."""
        return Deadline(self.clock() + self.remaining() * fraction, self.clock)


def request_deadline(
    *, budget_ms: int, remaining_ms: float, reserve_ms: int, clock: Clock = time.monotonic
) -> Deadline:
    """The deadline of one request: the budget, or what Lambda leaves of it less a reserve for writing the answer."""
    return Deadline.after(min(budget_ms, remaining_ms - reserve_ms) / 1000, clock=clock)
