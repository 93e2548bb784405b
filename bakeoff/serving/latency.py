"""Measures how fast one backend answers, by a seeded sequence of questions asked one after the other."""

import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bakeoff.serving.backends.base import Backend, Question
from bakeoff.serving.deadline import Clock, Deadline
from bakeoff.serving.errors import BackendError


@dataclass(frozen=True, kw_only=True)
class Latency:
    """What was measured; percentiles over the answers that came, in milliseconds, None where none came.

    Args:
        n: answers that came, warm-up not counted.
        errors: questions without an answer, by status (``timeout``, ``throttled`` ...).
    """

    p50: float | None
    p95: float | None
    p99: float | None
    n: int
    errors: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return {"p50": self.p50, "p95": self.p95, "p99": self.p99, "n": self.n, "errors": dict(self.errors)}


def measure_latency(
    backend: Backend,
    questions: Sequence[Question],
    *,
    calls: int,
    seed: int,
    warm_up: int = 3,
    timeout_seconds: float = 10.0,
    clock: Clock = time.perf_counter,
) -> Latency:
    """Ask `calls` questions, drawn with replacement from `questions` by `seed`, one at a time.

    Args:
        warm_up: questions asked beforehand and not counted: they open connections and wake serverless endpoints.
        timeout_seconds: how long each may take.
        clock: reads seconds.

    Raises:
        ValueError: there is no question to ask.
    """
    if not questions:
        raise ValueError("Measuring a latency takes at least one question.")
    drawn = random.Random(seed).choices(questions, k=warm_up + calls)
    took: list[float] = []
    errors: dict[str, int] = {}
    for position, question in enumerate(drawn):
        start = clock()
        try:
            backend.ask(question, Deadline.after(timeout_seconds))
        except BackendError as error:
            if position >= warm_up:
                errors[error.status] = errors.get(error.status, 0) + 1
            continue
        if position >= warm_up:
            took.append((clock() - start) * 1000)
    took.sort()
    return Latency(
        p50=percentile(took, 50), p95=percentile(took, 95), p99=percentile(took, 99), n=len(took), errors=errors
    )


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile of ascending values: the smallest that at least `percent` % do not exceed."""
    if not ordered:
        return None
    rank = max(1, math.ceil(percent / 100 * len(ordered)))
    return round(ordered[rank - 1], 2)
