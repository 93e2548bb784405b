"""The fan-out: everyone at once, every manner of failing is an outcome, and slots come free again."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import pytest

from bakeoff.contracts.interactions import ScoredItem
from bakeoff.serving.backends.base import Answer, Question
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.fan_out import Ask, FanOut
from bakeoff.serving.transport import AwsTransport

QUESTION = Question(user_id="u", history=(), n=5)
LIST = Answer(items=(ScoredItem("a", 1.0),))
WIDE = 20.0


@dataclass(frozen=True, eq=False)
class Scripted:
    """A backend that does what the test says."""

    service: ClassVar[str] = "none"
    do: Callable[[Question, Deadline], Answer]

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        raise NotImplementedError

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        return self.do(question, deadline)


def failing(error: Exception) -> Scripted:
    def fail(question: Question, deadline: Deadline) -> Answer:
        raise error

    return Scripted(fail)


@pytest.fixture
def fan_out() -> Iterator[FanOut]:
    made = FanOut(slots=2)
    yield made
    made.close()


def asks(**backends: Scripted) -> list[Ask]:
    return [Ask(name=name, backend=backend, question=QUESTION) for name, backend in backends.items()]


def test_all_backends_are_asked_at_once(fan_out: FanOut) -> None:
    """Each waits for all the others; one after the other would never come to an end."""
    together = threading.Barrier(12, timeout=WIDE)

    def meet(question: Question, deadline: Deadline) -> Answer:
        together.wait()
        return LIST

    outcomes = fan_out.ask(asks(**{f"b{i}": Scripted(meet) for i in range(12)}), deadline=Deadline.after(WIDE))
    assert {outcome.status for outcome in outcomes.values()} == {"ok"}


def test_the_backend_gets_the_question_and_the_deadline(fan_out: FanOut) -> None:
    got = []
    backend = Scripted(lambda question, deadline: got.append((question, deadline)) or LIST)  # type: ignore[func-returns-value]
    deadline = Deadline.after(WIDE)
    outcomes = fan_out.ask(asks(a=backend), deadline=deadline)
    assert got == [(QUESTION, deadline)]
    assert outcomes["a"].items == LIST.items


@pytest.mark.parametrize("status", ["timeout", "error", "throttled", "waking"])
def test_a_failure_keeps_its_status_and_reason(status: Any, fan_out: FanOut) -> None:
    outcome = fan_out.ask(asks(a=failing(BackendError(status, "because"))), deadline=Deadline.after(WIDE))["a"]
    assert (outcome.status, outcome.reason, outcome.items) == (status, "because", ())
    assert outcome.latency_ms is not None


def test_a_cold_answer_is_cold(fan_out: FanOut) -> None:
    outcome = fan_out.ask(asks(a=Scripted(lambda *_: Answer(items=(), cold=True))), deadline=Deadline.after(WIDE))["a"]
    assert outcome.status == "cold"


def test_a_bug_in_a_backend_fails_that_backend_only(fan_out: FanOut, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = fan_out.ask(
        asks(broken=failing(ZeroDivisionError("secret detail")), fine=Scripted(lambda *_: LIST)),
        deadline=Deadline.after(WIDE),
    )
    assert (outcomes["broken"].status, outcomes["fine"].status) == ("error", "ok")
    assert "secret" not in str(outcomes["broken"].reason)
    logged = capsys.readouterr().out
    assert '"contestant": "broken"' in logged
    assert "ZeroDivisionError" in logged


def test_a_late_backend_is_a_timeout_and_the_others_are_answered(fan_out: FanOut) -> None:
    release = threading.Event()

    def wait_for_release(question: Question, deadline: Deadline) -> Answer:
        release.wait(WIDE)
        return LIST

    late = Scripted(wait_for_release)
    start = time.monotonic()
    outcomes = fan_out.ask(asks(late=late, fine=Scripted(lambda *_: LIST)), deadline=Deadline.after(0.3))
    assert time.monotonic() - start < WIDE / 2
    assert (outcomes["late"].status, outcomes["late"].items) == ("timeout", ())
    assert outcomes["fine"].status == "ok"
    release.set()


def test_a_backend_without_free_slots_is_saturated_until_one_comes_free(fan_out: FanOut) -> None:
    release, ended = threading.Event(), threading.Semaphore(0)

    def hold(question: Question, deadline: Deadline) -> Answer:
        release.wait(WIDE)
        ended.release()
        return LIST

    holding, healthy = Scripted(hold), Scripted(lambda *_: LIST)
    for _ in range(2):
        assert fan_out.ask(asks(a=holding), deadline=Deadline.after(0.05))["a"].status == "timeout"
    outcomes = fan_out.ask(asks(a=holding, b=healthy), deadline=Deadline.after(WIDE))
    assert (outcomes["a"].status, outcomes["a"].latency_ms) == ("saturated", None)
    assert outcomes["b"].status == "ok"
    release.set()
    assert ended.acquire(timeout=WIDE)
    assert ended.acquire(timeout=WIDE)
    deadline = Deadline.after(WIDE)
    while (outcome := fan_out.ask(asks(a=holding), deadline=Deadline.after(WIDE))["a"]).status == "saturated":
        assert deadline.remaining() > 0, "the slots never came free"
    assert outcome.status == "ok"


def test_calls_that_never_got_a_thread_give_their_slot_back() -> None:
    fan_out = FanOut(slots=1, workers=1)
    release, started = threading.Event(), threading.Event()

    def hold(question: Question, deadline: Deadline) -> Answer:
        started.set()
        release.wait(WIDE)
        return LIST

    queued = Scripted(lambda *_: LIST)
    assert fan_out.ask(asks(a=Scripted(hold)), deadline=Deadline.after(0.05))["a"].status == "timeout"
    assert started.wait(WIDE)
    for _ in range(3):
        assert fan_out.ask(asks(b=queued), deadline=Deadline.after(0.01))["b"].status == "timeout"
    release.set()
    assert fan_out.ask(asks(b=queued), deadline=Deadline.after(WIDE))["b"].status == "ok"
    fan_out.close()


def test_latency_is_the_backends_own() -> None:
    now = [100.0]
    fan_out = FanOut(slots=1, clock=lambda: now[0])

    def take(question: Question, deadline: Deadline) -> Answer:
        now[0] += 0.0305
        return LIST

    assert fan_out.ask(asks(a=Scripted(take)), deadline=Deadline.after(WIDE))["a"].latency_ms == 30.5
    fan_out.close()


def test_nobody_to_ask_is_an_empty_answer(fan_out: FanOut) -> None:
    assert fan_out.ask([], deadline=Deadline.after(WIDE)) == {}
