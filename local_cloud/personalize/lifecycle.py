"""Lets resources ripen: a clock for their steps and two workers for imports, trainings and batch jobs."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Action = Callable[[], None]
_logger = logging.getLogger(__name__)


class JobFailedError(Exception):
    """A job ends as ``CREATE FAILED``; the message becomes its failureReason."""


class ClosingError(Exception):
    """The local cloud stops: the job leaves without a result and is run again after the restart."""


class Scheduler:
    """Runs short actions after a number of steps, and long work on worker threads.

    Args:
        pace: seconds per step.
        workers: how many jobs run at once.
    """

    def __init__(self, pace: float, *, workers: int = 2) -> None:
        self._pace = pace
        self._due: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="personalize-job")
        self._clock = threading.Thread(target=self._tick, name="personalize-clock", daemon=True)
        self._clock.start()

    def after(self, action: Action, *, steps: int = 1) -> None:
        """Run `action` on the clock's thread after `steps` steps; it must be short."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + steps * self._pace, next(self._order), action))
            self._changed.notify()

    def work(self, action: Action) -> None:
        """Run `action` on a worker, as soon as one is free."""
        if not self._closing.is_set():
            self._workers.submit(_logged(action))

    def check(self) -> None:
        """To be called by long work now and then.

        Raises:
            ClosingError: the work has to leave.
        """
        if self._closing.is_set():
            raise ClosingError

    def close(self) -> None:
        """End the clock, drop what has not begun, and wait until the workers have left."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._clock.join()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _tick(self) -> None:
        while True:
            with self._changed:
                while not self._closing.is_set() and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._closing.is_set():
                    return
                action = heapq.heappop(self._due)[2]
            _logged(action)()


def _logged(action: Action) -> Action:
    """An error in a thread of its own would vanish without a trace; the log keeps it."""

    def run() -> None:
        try:
            action()
        except Exception:
            _logger.exception("A step of a played resource failed")

    return run
