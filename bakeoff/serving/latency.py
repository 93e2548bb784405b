"""Measures how fast one backend answers, by a seeded sequence of questions asked several at once."""

import math
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bakeoff.serving.backends.base import Backend, Question
from bakeoff.serving.deadline import Clock, Deadline
from bakeoff.serving.errors import BackendError, FailedStatus


@dataclass(frozen=True, kw_only=True)
class Latency:
    """What was measured; percentiles and mean over the answers that came, in milliseconds, None where none came.

    Args:
        mean: what seconds that are paid for go by; slow answers raise it above p50.
        n: answers that came, warm-up not counted.
        errors: questions without an answer, by status (``timeout``, ``throttled`` ...).
        concurrency: questions that were under way at once.
        requests_per_second: answers that came, over the seconds from the first question to the last answer.
    """

    p50: float | None
    p95: float | None
    p99: float | None
    mean: float | None
    n: int
    errors: Mapping[str, int]
    concurrency: int
    requests_per_second: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "p50": self.p50,
            "p95": self.p95,
            "p99": self.p99,
            "mean": self.mean,
            "n": self.n,
            "errors": dict(self.errors),
            "concurrency": self.concurrency,
            "requestsPerSecond": self.requests_per_second,
        }


def measure_latency(
    backend: Backend,
    questions: Sequence[Question],
    *,
    calls: int,
    concurrency: int,
    seed: int,
    warm_up: int = 3,
    timeout_seconds: float = 10.0,
    clock: Clock = time.perf_counter,
) -> Latency:
    """Ask `calls` questions, drawn with replacement from `questions` by `seed`, `concurrency` at once.

    Each of `concurrency` threads asks its share of the sequence, one question after the other.

    Args:
        warm_up: questions that each thread asks beforehand and that are not counted: they open connections and wake
            as many workers of a serverless endpoint as will be needed.
        timeout_seconds: how long each may take.
        clock: reads seconds.

    Raises:
        ValueError: there is no question to ask.
    """
    if not questions:
        raise ValueError("Measuring a latency takes at least one question.")
    before = warm_up * concurrency
    drawn = random.Random(seed).choices(questions, k=before + calls)
    asker = _Asker(backend, timeout_seconds=timeout_seconds, clock=clock)
    with ThreadPoolExecutor(concurrency, thread_name_prefix="latency") as threads:
        _burst(threads, asker, drawn[:before], concurrency)
        start = clock()
        outcomes = _burst(threads, asker, drawn[before:], concurrency)
        seconds = clock() - start
    took = sorted(outcome for outcome in outcomes if isinstance(outcome, float))
    failed = [outcome for outcome in outcomes if isinstance(outcome, str)]
    return Latency(
        p50=percentile(took, 50),
        p95=percentile(took, 95),
        p99=percentile(took, 99),
        mean=round(sum(took) / len(took), 2) if took else None,
        n=len(took),
        errors={status: failed.count(status) for status in dict.fromkeys(failed)},
        concurrency=concurrency,
        requests_per_second=round(len(took) / seconds, 2) if took and seconds > 0 else None,
    )


@dataclass(frozen=True)
class _Asker:
    """Asks one question after the other; used by several threads at once."""

    backend: Backend
    timeout_seconds: float
    clock: Clock

    def ask_all(self, questions: Sequence[Question]) -> list[float | FailedStatus]:
        """For each question the milliseconds that its answer took, or the status without one."""
        return [self._ask(question) for question in questions]

    def _ask(self, question: Question) -> float | FailedStatus:
        start = self.clock()
        try:
            self.backend.ask(question, Deadline.after(self.timeout_seconds))
        except BackendError as error:
            return error.status
        return (self.clock() - start) * 1000


def _burst(
    threads: ThreadPoolExecutor, asker: _Asker, questions: Sequence[Question], concurrency: int
) -> list[float | FailedStatus]:
    """Every thread's share: the first asks the first question, the second the second, and so on round."""
    shares = [questions[first::concurrency] for first in range(concurrency)]
    return [outcome for outcomes in threads.map(asker.ask_all, shares) for outcome in outcomes]


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile of ascending values: the smallest that at least `percent` % do not exceed."""
    if not ordered:
        return None
    rank = max(1, math.ceil(percent / 100 * len(ordered)))
    return round(ordered[rank - 1], 2)
