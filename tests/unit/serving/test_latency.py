"""Measuring a backend's latency: percentiles by hand, seeded questions, failures counted apart."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import pytest

from bakeoff.serving.backends.base import Answer, Question
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.latency import measure_latency, percentile
from bakeoff.serving.transport import AwsTransport

QUESTIONS = [Question(user_id=str(i), history=(), n=10) for i in range(20)]


@dataclass(eq=False)
class Timed:
    """A backend that takes the scripted milliseconds, or raises, by the clock that it moves itself."""

    service: ClassVar[str] = "none"
    script: list[float | BackendError]
    now: float = 0.0
    asked: list[str | None] = field(default_factory=list)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        raise NotImplementedError

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        step = self.script[len(self.asked) % len(self.script)]
        self.asked.append(question.user_id)
        if isinstance(step, BackendError):
            raise step
        self.now += step / 1000
        return Answer(items=())


def measured(backend: Timed, **options: Any) -> dict[str, Any]:
    """With one question at a time, for the clock is moved by the backend."""
    return measure_latency(backend, QUESTIONS, concurrency=1, clock=lambda: backend.now, **options).to_json()


def test_percentiles_are_nearest_ranks() -> None:
    backend = Timed([float(milliseconds) for milliseconds in range(1, 101)])
    result = measured(backend, calls=100, seed=7, warm_up=0)
    # 1 + 2 + ... + 100 ms are 5.05 s.
    rate = {"concurrency": 1, "requestsPerSecond": 19.8}
    assert result == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "mean": 50.5, "n": 100, "errors": {}, **rate}


def test_the_warm_up_is_asked_and_not_counted() -> None:
    backend = Timed([900.0, BackendError("waking", "w"), 10.0, 20.0])
    result = measured(backend, calls=2, seed=7, warm_up=2)
    assert (result["n"], result["p99"], result["errors"]) == (2, 20.0, {})
    assert len(backend.asked) == 4


def test_failures_are_counted_by_status_and_have_no_latency() -> None:
    backend = Timed([5.0, BackendError("timeout", "t"), BackendError("throttled", "t"), BackendError("timeout", "t")])
    result = measured(backend, calls=8, seed=7, warm_up=0)
    assert (result["p50"], result["p99"], result["n"]) == (5.0, 5.0, 2)
    assert result["errors"] == {"timeout": 4, "throttled": 2}
    assert result["requestsPerSecond"] == 200.0, "two answers in 10 ms"


def test_a_backend_that_never_answers_has_no_percentiles() -> None:
    result = measured(Timed([BackendError("error", "e")]), calls=3, seed=7)
    nothing = dict.fromkeys(("p50", "p95", "p99", "mean", "requestsPerSecond"))
    assert result == {**nothing, "n": 0, "errors": {"error": 3}, "concurrency": 1}


def test_the_seed_decides_the_questions() -> None:
    first, again, other = Timed([1.0]), Timed([1.0]), Timed([1.0])
    for backend, seed in ((first, 1), (again, 1), (other, 2)):
        measured(backend, calls=30, seed=seed)
    assert first.asked == again.asked
    assert first.asked != other.asked
    assert len(set(first.asked)) > 5


def test_without_a_question_nothing_can_be_measured() -> None:
    with pytest.raises(ValueError, match="at least one question"):
        measure_latency(Timed([1.0]), [], calls=1, concurrency=1, seed=1)


@dataclass(eq=False)
class Gathering(Timed):
    """A backend that answers only once `together` questions are under way, and notes who asked what."""

    together: int = 1
    barrier: threading.Barrier = field(init=False)
    by_thread: dict[str, list[str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.together, timeout=10)

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        self.by_thread.setdefault(threading.current_thread().name, []).append(question.user_id)
        self.barrier.wait()
        return Answer(items=())


def test_as_many_questions_are_under_way_at_once_as_were_asked_for() -> None:
    backend = Gathering([], together=4)
    result = measure_latency(backend, QUESTIONS, calls=12, concurrency=4, seed=7, warm_up=1)
    assert (result.n, result.errors, result.concurrency) == (12, {}, 4)
    assert result.requests_per_second is not None
    assert [len(asked) for asked in backend.by_thread.values()] == [4, 4, 4, 4]


def test_a_burst_asks_the_same_questions_as_one_asker_would() -> None:
    backend, alone = Gathering([], together=3), Timed([1.0])
    measure_latency(backend, QUESTIONS, calls=9, concurrency=3, seed=7, warm_up=2)
    measured(alone, calls=9, seed=7, warm_up=6)
    burst = [user for asked in backend.by_thread.values() for user in asked]
    assert sorted(burst, key=str) == sorted(alone.asked, key=str)


def test_what_is_no_answer_of_a_backend_is_raised() -> None:
    class Broken(Timed):
        def ask(self, question: Question, deadline: Deadline) -> Answer:
            raise KeyError("itemId")

    with pytest.raises(KeyError, match="itemId"):
        measure_latency(Broken([]), QUESTIONS, calls=4, concurrency=2, seed=1)


@pytest.mark.parametrize(("percent", "expected"), [(0, 1.0), (50, 2.0), (51, 3.0), (100, 4.0)])
def test_percentile_of_four(percent: float, expected: float) -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], percent) == expected
