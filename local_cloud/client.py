"""Starts, finds and stops local clouds from another process, and says how a command reaches one."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_cloud import environment as variables
from local_cloud import launcher, state_folder

START_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
WAIT_SCALE = 0.02
LOG_LINES = 20
_CHECKOUT = Path(__file__).resolve().parent.parent
# The launchers that this process started, by process id; they may outlive every object that names them.
_started: dict[int, "subprocess.Popen[bytes]"] = {}


@atexit.register
def _reap() -> None:
    """Take note of those that have ended: Python complains at its end of children whose end nobody asked for."""
    for process in _started.values():
        process.poll()


class LauncherError(Exception):
    """A local cloud could not be started or stopped; the message says why, in full sentences."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A local cloud that runs.

    Args:
        pid: of its launcher.
        port: of its gateway, on the loopback interface.
        state: its state folder.
        lifeline: this process's end of the pipe that it lives by, where it was started with one.
    """

    pid: int
    port: int
    state: Path
    lifeline: int | None = None

    @property
    def endpoint(self) -> str:
        return variables.endpoint(self.port)

    @property
    def log(self) -> Path:
        return self.state / "launcher.log"


def start(port: int, state: Path, *, lifeline: bool = True, wait_scale: float = WAIT_SCALE) -> Running:
    """Start a local cloud and wait until it answers.

    Args:
        port: on the loopback interface.
        state: the folder that holds all of its state; made if it does not exist.
        lifeline: whether it stops when this process ends, however that happens.
        wait_scale: what the seconds of Wait states in state machines are multiplied by.

    Raises:
        LauncherError: the port or the folder is in use, the folder is of another version, or the launcher died.
    """
    state = state.resolve()
    if state_folder.is_locked(state):
        raise LauncherError(_describe_occupied(state))
    state.mkdir(parents=True, exist_ok=True)
    log = state / "launcher.log"
    if log.exists():
        log.replace(state / "launcher.log.1")
    reading, writing = os.pipe() if lifeline else (None, None)
    arguments = ["--port", str(port), "--state", str(state), "--wait-scale", str(wait_scale)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_cloud", "serve", *arguments, *_lifeline_argument(reading)],
            cwd=_CHECKOUT,
            env=variables.launcher(port=port, state=state, wait_scale=wait_scale),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if reading is None else (reading,),
        )
    _started[process.pid] = process
    if reading is not None:
        os.close(reading)
    try:
        _wait_until_healthy(process, port=port, state=state)
    except LauncherError:
        _end(process)
        if writing is not None:
            os.close(writing)
        raise
    return Running(pid=process.pid, port=port, state=state, lifeline=writing)


def find(state: Path) -> Running | None:
    """The local cloud that runs on the folder `state`, or None."""
    state = state.resolve()
    running = state_folder.read_running(state)
    return None if running is None else Running(pid=running["pid"], port=running["port"], state=state)


def stop(state: Path) -> bool:
    """Stop the local cloud on the folder `state` and wait until all of it has gone.

    Returns:
        Whether one ran.

    Raises:
        LauncherError: it did not go.
    """
    running = find(state)
    if running is None:
        return False
    with contextlib.suppress(ProcessLookupError):  # it may be ending by itself
        os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _lives(running.pid):
        if time.monotonic() > deadline:
            raise LauncherError(f"The local cloud (process {running.pid}) did not stop; see {running.log}.")
        time.sleep(POLL_SECONDS)
    return True


def environment(running: Running, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a command that is to use `running`; see `local_cloud.environment.local_commands`."""
    return variables.local_commands(running.port, caller)


def _lives(group: int) -> bool:
    """Whether the launcher that leads `group`, or a process below it, is still there."""
    if group in _started:
        _started[group].poll()  # a child that has ended stays listed until its parent asks
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group in which nothing but a dead process is left
        return False
    return True


def _lifeline_argument(reading: int | None) -> list[str]:
    return [] if reading is None else ["--lifeline", str(reading)]


def _wait_until_healthy(process: "subprocess.Popen[bytes]", *, port: int, state: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        status = process.poll()
        if status is not None:
            raise LauncherError(_describe_death(status, port=port, state=state))
        running = state_folder.read_running(state)
        if running is not None and running["pid"] == process.pid and _answers(port):
            return
        time.sleep(POLL_SECONDS)
    raise LauncherError(f"The local cloud did not answer within {START_SECONDS:.0f} s.\n{_tail(state)}")


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{variables.endpoint(port)}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _describe_death(status: int, *, port: int, state: Path) -> str:
    if status == launcher.EXIT_PORT_TAKEN:
        return f"Port {port} is taken by another program. Stop that program or choose another port.\n{_tail(state)}"
    if status == launcher.EXIT_STATE_REFUSED:
        return _tail(state)
    return f"The local cloud died at its start with exit status {status}. The end of its log:\n{_tail(state)}"


def _describe_occupied(state: Path) -> str:
    try:
        os.close(state_folder.lock(state))
    except state_folder.StateFolderError as error:
        return str(error)
    return f"The state folder {state} was in use a moment ago; try again."


def _tail(state: Path) -> str:
    lines = (state / "launcher.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-LOG_LINES:])


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a launcher that failed to come up; its guardian ends what is below it."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()
