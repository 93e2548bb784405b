"""Places for jobs to run in: at most so many at a time, first come first served."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CHECK_SECONDS = 0.05


class Slots:
    """Lets at most `most` jobs run at a time.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, *, unless: Callable[[], bool]) -> Iterator[bool]:
        """Wait for a slot and hold it; gives False, without a slot, as soon as `unless` says so."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            while not (self._free and self._waiting[0] is ticket) and not unless():
                self._changed.wait(CHECK_SECONDS)
            self._waiting.remove(ticket)
            held = not unless() and self._free > 0
            self._free -= held
        try:
            yield held
        finally:
            with self._changed:
                self._free += held
                self._changed.notify_all()
