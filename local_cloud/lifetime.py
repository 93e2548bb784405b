"""Ties every process of a local cloud to its launcher, and the launcher to whoever started it.

The launcher leads a process group of its own, and **every process below it stays in that group**: a played service
starts its jobs and endpoints without a new session or group. A guardian outside the group waits on a pipe whose write
end only the launcher holds; when the launcher is gone, for whatever reason, the guardian kills the group. Works where
POSIX does: no cgroups, no `prctl`.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable

PARENT_POLL_SECONDS = 0.25


def lead_a_group() -> bool:
    """Make this process the leader of its process group; False where it was already."""
    if os.getpgrp() == os.getpid():
        return False
    os.setsid()
    return True


def guard_the_group() -> None:
    """Fork the guardian of this process's group. To be called first of all: before threads, locks and open files.

    The pipe's write end is close-on-exec, so no program that this process starts can hold it open.
    """
    reading, writing = os.pipe()
    if os.fork() == 0:
        _guard(group=os.getpgrp(), reading=reading, writing=writing)
    os.close(reading)


def _guard(*, group: int, reading: int, writing: int) -> None:
    """The guardian's whole life: it holds nothing open but the pipe, and ignores what is meant for the launcher."""
    os.close(writing)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    pipe = os.dup2(reading, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    while True:
        with contextlib.suppress(InterruptedError):
            if not os.read(pipe, 1):
                break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    os._exit(0)


def when_closed(lifeline: int, act: Callable[[], None]) -> None:
    """Run `act` on a thread once the write end of the pipe `lifeline` is closed: its holder has died."""
    os.set_inheritable(lifeline, False)

    def wait() -> None:
        while os.read(lifeline, 1):
            continue
        act()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def when_orphaned(act: Callable[[], None]) -> None:
    """Run `act` on a thread once the process that started this one is gone."""
    parent = os.getppid()
    gone = threading.Event()

    def wait() -> None:
        while os.getppid() == parent:
            gone.wait(PARENT_POLL_SECONDS)
        act()

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
