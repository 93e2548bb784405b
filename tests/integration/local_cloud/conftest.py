"""Real launchers on free ports, each on a state folder of its own; none outlives its test."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from local_cloud import client
from local_cloud.client import Running

Start = Callable[..., Running]
LONGEST_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(condition: Callable[[], Any], *, seconds: float = LONGEST_SECONDS) -> None:
    """Wait until `condition()` holds, at most `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def aws(running: Running, service: str) -> Any:
    """A client of `service` in `running`."""
    return boto3.session.Session().client(  # type: ignore[call-overload]
        service,
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def processes_of(running: Running) -> list[psutil.Process]:
    """The launcher and every process of its group."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == running.pid:
                found.append(process)
    return found


def live(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those of `processes` that still run; a dead one that nobody asked for yet does not."""
    alive = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a local cloud on the folder `state` below the test's own; a second start on it follows a kill."""
    begun: list[Running] = []

    def starting(state: str = "state", *, port: int | None = None, wait_scale: float = 0.02) -> Running:
        running = client.start(port or free_port(), tmp_path / state, wait_scale=wait_scale)
        begun.append(running)
        return running

    yield starting
    for running in begun:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)
        if running.lifeline is not None:
            os.close(running.lifeline)


@pytest.fixture
def kill() -> Callable[[Running], None]:
    """Kills a launcher with a signal that it cannot see, and waits until it is gone."""

    def killing(running: Running) -> None:
        os.kill(running.pid, signal.SIGKILL)
        wait_until(lambda: client.find(running.state) is None)

    return killing
