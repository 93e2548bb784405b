"""Asks every backend at once within one budget; what comes late or fails is an outcome, never an exception."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from bakeoff.contracts.interactions import ScoredItem
from bakeoff.serving import log
from bakeoff.serving.backends.base import Backend, Question
from bakeoff.serving.deadline import Clock, Deadline
from bakeoff.serving.errors import BackendError

Status = Literal["ok", "timeout", "error", "throttled", "saturated", "waking", "disabled", "cold"]
WORKERS = 64  # threads start when they are needed; far more than the slots that one request's backends can hold


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One contestant to ask, by its name, its backend and its question."""

    name: str
    backend: Backend
    question: Question


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of asking one contestant.

    Args:
        items: best first; empty unless the status is ``ok``.
        latency_ms: how long the backend took, or held out; None where it was not asked.
        reason: a short sentence where the status is not ``ok``.
    """

    status: Status
    items: tuple[ScoredItem, ...] = ()
    latency_ms: float | None = None
    reason: str | None = None


class FanOut:
    """Threads and bulkheads; made once per process and shared by its requests.

    A request never waits for a thread: a late one drops its answer when it comes. A backend that holds on to all of
    its slots is answered for as ``saturated`` at once, so that it cannot take the threads of the healthy ones.

    Args:
        slots: calls that one backend may hold at once.
        clock: reads seconds, for latencies.
    """

    def __init__(self, *, slots: int, workers: int = WORKERS, clock: Clock = time.perf_counter) -> None:
        self._slots = slots
        self._clock = clock
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="fan-out")
        self._bulkheads: dict[Backend, threading.Semaphore] = {}
        self._lock = threading.Lock()

    def ask(self, asks: Iterable[Ask], *, deadline: Deadline) -> dict[str, Outcome]:
        """Every contestant's outcome by its name, at `deadline` at the latest."""
        start = self._clock()
        futures = {ask.name: self._submit(ask, deadline) for ask in asks}
        wait([future for future in futures.values() if future is not None], timeout=deadline.remaining())
        return {name: self._outcome(name, future, start) for name, future in futures.items()}

    def close(self) -> None:
        """End the threads that wait; those at work end with their call's deadline."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _submit(self, ask: Ask, deadline: Deadline) -> Future[Outcome] | None:
        bulkhead = self._bulkhead(ask.backend)
        if not bulkhead.acquire(blocking=False):
            return None
        future = self._executor.submit(self._call, ask, deadline)
        future.add_done_callback(lambda _: bulkhead.release())
        return future

    def _bulkhead(self, backend: Backend) -> threading.Semaphore:
        with self._lock:
            return self._bulkheads.setdefault(backend, threading.Semaphore(self._slots))

    def _call(self, ask: Ask, deadline: Deadline) -> Outcome:
        start = self._clock()
        try:
            answer = ask.backend.ask(ask.question, deadline)
        except BackendError as failure:
            return Outcome(status=failure.status, latency_ms=self._since(start), reason=failure.reason)
        if answer.cold:
            reason = f"the model knows nothing of this {'user' if ask.question.item_id is None else 'item'}"
            return Outcome(status="cold", latency_ms=self._since(start), reason=reason)
        return Outcome(status="ok", items=answer.items, latency_ms=self._since(start))

    def _outcome(self, name: str, future: Future[Outcome] | None, start: float) -> Outcome:
        if future is None:
            return Outcome(status="saturated", reason="all of the backend's slots are taken by earlier calls")
        if not future.done():
            future.cancel()
            return Outcome(status="timeout", latency_ms=self._since(start), reason="no answer within the budget")
        error = future.exception()
        if error is not None:
            log.write("unexpected", contestant=name, **log.describe(error))
            return Outcome(status="error", latency_ms=self._since(start), reason="the front failed on this backend")
        return future.result()

    def _since(self, start: float) -> float:
        return round((self._clock() - start) * 1000, 2)
