"""The seam that tells a waiting task that its execution ended or its time ran out; MiniStack lets such a task run on.

Also keeps an aborted execution aborted: MiniStack would overwrite the status with what its threads still come to.
"""

import contextvars
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack.services import stepfunctions


@dataclass(frozen=True)
class Attempt:
    """One attempt of a task state: the execution that it belongs to, and whether its own time ran out."""

    execution: dict[str, Any]
    timed_out: threading.Event = field(default_factory=threading.Event)

    def is_over(self) -> bool:
        return self.timed_out.is_set() or self.execution["status"] != "RUNNING"


_current: contextvars.ContextVar[Attempt] = contextvars.ContextVar("attempt")


def current() -> Attempt:
    """The attempt that this thread works for; outside of any state machine one that is never over."""
    return _current.get(Attempt({"status": "RUNNING"}))


def mount() -> None:
    """Wrap the functions of MiniStack that run a task, run a branch and fail an execution."""
    if hasattr(stepfunctions._execute_task, "__wrapped__"):
        return
    stepfunctions._execute_task = _known(stepfunctions._execute_task)
    stepfunctions._invoke_resource_with_timeout = _timed(stepfunctions._invoke_resource_with_timeout)
    stepfunctions._run_sub_machine = _stopping(stepfunctions._run_sub_machine)
    stepfunctions._fail_execution = _only_running(stepfunctions._fail_execution)


def _known(execute: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(execute)
    def known(state: dict[str, Any], given: Any, execution: dict[str, Any], context: dict[str, Any]) -> Any:
        if execution["status"] != "RUNNING":
            raise stepfunctions._ExecutionError("States.TaskFailed", "The execution ended before this task began")
        token = _current.set(Attempt(execution))
        try:
            return execute(state, given, execution, context)
        finally:
            _current.reset(token)

    return known


def _timed(invoke: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(invoke)
    def timed(resource: str, parameters: Any, timeout: float) -> Any:
        attempt = Attempt(current().execution)
        token = _current.set(attempt)
        try:
            return invoke(resource, parameters, timeout)
        finally:
            attempt.timed_out.set()
            _current.reset(token)

    return timed


def _stopping(run: Callable[..., Any]) -> Callable[..., Any]:
    """A branch of a Map or Parallel state ends between two states once its execution has ended."""

    @functools.wraps(run)
    def stopping(
        states: dict[str, Any], start: str, given: Any, execution: dict[str, Any], context: dict[str, Any]
    ) -> Any:
        return run(_Watched(states, execution), start, given, execution, context)

    return stopping


class _Watched(dict[str, Any]):
    """The states of a branch, whose look-up fails once the execution has ended."""

    def __init__(self, states: dict[str, Any], execution: dict[str, Any]) -> None:
        super().__init__(states)
        self._execution = execution

    def get(self, name: str, default: Any = None) -> Any:
        if self._execution["status"] != "RUNNING":
            raise stepfunctions._ExecutionError("States.TaskFailed", "The execution ended before this state began")
        return super().get(name, default)


def _only_running(fail: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(fail)
    def only_running(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    return only_running
