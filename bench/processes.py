"""Runs a program to its end and says what it took: for benchmarks that measure whole processes."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

# The kernel counts in KiB, on a Mac in bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
MEGABYTE = 1e6


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a process and its children took.

    Args:
        wall: seconds.
        cpu: seconds, user and system.
        peak: resident megabytes.
    """

    wall: float
    cpu: float
    peak: float


def run_measured(command: Sequence[str], *, name: str) -> Usage:
    """Run a command to its end and print what it took under `name`.

    This process must import nothing large: to the kernel a child was at its start as large as its parent.

    Raises:
        SystemExit: it failed.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed: {' '.join(command)}")
    usage = Usage(wall=wall, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss * PEAK_UNIT / MEGABYTE)
    print(f"{name:<28} {usage.wall:8.2f} s {usage.cpu:8.2f} s of CPU {usage.peak:8.0f} MB", flush=True)
    return usage
