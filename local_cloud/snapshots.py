"""Writes the state of MiniStack and of the played services while they run, so that a killed launcher loses seconds.

MiniStack saves only when it shuts down, and swallows the errors of doing so. Here all services' states are taken at
one moment on the event loop, where MiniStack's handlers run, and a service whose state cannot be taken or written
fails the whole snapshot: the one before it stays.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ministack.app as gateway
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict
from ministack.services import cloudformation, lambda_svc, stepfunctions

from local_cloud.generations import Generations
from local_cloud.seams.traffic import Traffic
from local_cloud.service import PlayedService
from local_cloud.state_json import encoded, same

INTERVAL_SECONDS = 1.0
# A snapshot that takes long is taken less often: at most this share of the time goes into snapshots.
SHARE = 0.15
# While a stack operation runs nothing is written, so that a kill undoes it whole; but not for longer than this.
LONGEST_HOLD_SECONDS = 60.0
# What changes without a request (a schedule, an expired item) is found when everything is looked at after this time.
LOOK_SECONDS = 30.0
ATTEMPTS = 5
_log = logging.getLogger("local_cloud.snapshots")
# What a stack's operation became when its process was killed; the CDK command line can go on from each of them.
_CUT_OFF = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
}


class SnapshotError(Exception):
    """A service's state could not be taken or written."""


class Snapshots:
    """Takes snapshots of one process's MiniStack and played services into `generations`."""

    def __init__(self, generations: Generations, played: Mapping[str, PlayedService], traffic: Traffic) -> None:
        self._generations = generations
        self._played = played
        self._traffic = traffic
        self._stopping = threading.Event()
        self._seen = -1
        self._was_busy = False
        self._looked = 0.0
        self._before: dict[str, Any] = {}
        self._played_before: dict[str, bytes] = {}

    def restore_played(self) -> None:
        """Give the played services what the current generation holds of them."""
        generation = self._generations.current()
        for name, service in self._played.items():
            path = None if generation is None else generation / "played" / f"{name}.json"
            if path is not None and path.exists():
                service.restore(json.loads(path.read_bytes()))

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take a snapshot whenever something changed, until `stop`; to be run on a thread of its own."""
        pause, held_since = INTERVAL_SECONDS, None
        while not self._stopping.wait(pause):
            if stack_operation_runs():
                held_since = held_since or time.monotonic()
                if time.monotonic() - held_since < LONGEST_HOLD_SECONDS:
                    continue
            held_since = None
            start = time.monotonic()
            try:
                if self._has_changed():
                    self.take(loop)
            except (SnapshotError, OSError):
                _log.exception("No snapshot: the one before it stays")
            pause = max(INTERVAL_SECONDS, (time.monotonic() - start) / SHARE)

    def stop(self) -> None:
        self._stopping.set()

    def take(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Write the state of now; whether it differs from the current generation.

        Raises:
            SnapshotError: a state could not be taken, or has no form on disk.
        """
        self._seen, self._was_busy, self._looked = self._traffic.writes(), is_busy(), time.monotonic()
        played = self._played_states()
        states = asyncio.run_coroutine_threadsafe(_ministack_states(), loop).result()
        files = {
            f"{name}.json": _serialised(name, state)
            for name, state in states.items()
            if name not in self._before or not same(state, self._before[name], plain=_plain)
        }
        files |= {
            f"played/{name}.json": content
            for name, content in played.items()
            if content != self._played_before.get(name)
        }
        names = {*(f"{name}.json" for name in states), *(f"played/{name}.json" for name in played)}
        code = Path(lambda_svc.CODE_BLOB_DIR)
        blobs = {f"{code.name}/{path.name}": path for path in code.glob("*.zip")}
        written = self._generations.write(files, kept=names - files.keys(), linked=blobs)
        self._before, self._played_before = states, played
        return written

    def _has_changed(self) -> bool:
        return (
            self._traffic.writes() != self._seen
            or self._was_busy
            or is_busy()
            or time.monotonic() > self._looked + LOOK_SECONDS
            or self._played_states() != self._played_before
        )

    def _played_states(self) -> dict[str, bytes]:
        return {name: json.dumps(service.snapshot()).encode() for name, service in self._played.items()}


def stack_operation_runs() -> bool:
    """Whether CloudFormation is at work on a stack."""
    return any(
        stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] != "REVIEW_IN_PROGRESS"
        for stack in cloudformation._stacks.all_values()
    )


def is_busy() -> bool:
    """Whether a state machine or CloudFormation is at work, which changes state without a request."""
    executions = stepfunctions._executions.all_values()
    return stack_operation_runs() or any(execution["status"] == "RUNNING" for execution in executions)


def end_cut_off_stack_operations() -> None:
    """Give the stacks that were being worked on when the process was killed the status of a failed operation."""
    for stack in cloudformation._stacks.all_values():
        status = stack["StackStatus"]
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            stack["StackStatus"] = _CUT_OFF.get(status, "UPDATE_ROLLBACK_FAILED")
            stack["StackStatusReason"] = "The local cloud was killed during the operation"


async def _ministack_states() -> dict[str, Any]:
    """The state of every service of MiniStack that has one, all taken before the event loop runs anything else."""
    states = {name: _state(name, take) for name, take in gateway._build_persistence_save_dict().items()}
    return {name: state for name, state in states.items() if state is not None}


def _state(name: str, take: Any) -> Any:
    """One service's state. Threads of MiniStack may change it meanwhile, which Python notices: then once more."""
    for _ in range(ATTEMPTS):
        try:
            return take()
        except RuntimeError as error:
            fault = error
    raise SnapshotError(f"The state of {name} changed {ATTEMPTS} times while it was taken") from fault


def _serialised(name: str, state: Any) -> bytes:
    wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
    try:
        return encoded(wrapped, default=persistence._json_default)
    except (TypeError, ValueError, RuntimeError) as error:
        raise SnapshotError(f"The state of {name} cannot be written: {error}") from error


def _plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, AccountScopedDict | AccountRegionScopedDict) else value


def played_by_name(services: Iterable[PlayedService]) -> dict[str, PlayedService]:
    return {service.model_names[0]: service for service in services}
