"""Checks whether this machine can run Bakeoff, and says for each failed check how to mend it."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bakeoff.errors import SetupError

PYTHON_OLDEST = (3, 11)
PYTHON_NEWEST = (3, 13)
NODE_OLDEST = 20
NODE_RECOMMENDED = 22
NEEDED_BYTES = 2 * 1024**3
JAVA = 17  # what Spark 4 asks for, and what Glue 6.0 has

PortState = Literal["free", "ours", "taken"]


def command_output(command: list[str]) -> str | None:
    """What `command` prints, stripped; None where it is not there or fails."""
    path = shutil.which(command[0])
    if path is None:
        return None
    done = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def port_is_free(port: int) -> bool:
    """Whether a server could listen on `port` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The probes, each replaceable: what the checks ask of this machine.

    Args:
        checkout: the project's folder.
        python: the interpreter's version, major and minor.
        output: runs a command; None where it is not there.
        port_state: who holds a port: nobody, our local cloud, or something else.
        free_bytes: what is free on the disk of a folder.
    """

    checkout: Path
    port_state: Callable[[int], PortState]
    python: tuple[int, int] = sys.version_info[:2]
    output: Callable[[list[str]], str | None] = command_output
    free_bytes: Callable[[Path], int] = field(default=lambda folder: shutil.disk_usage(folder).free)


@dataclass(frozen=True, kw_only=True)
class Check:
    """The verdict on one thing.

    Args:
        what: the thing.
        ok: whether it will do.
        found: what was found.
        advice: how to mend it, or what would be better; empty where nothing is to be done.
    """

    what: str
    ok: bool
    found: str
    advice: str = ""


def examine(machine: Machine, *, port: int, engine: str = "duckdb") -> list[Check]:
    """All checks, in the order in which things are needed; Java and Spark only where `engine` is ``spark``."""
    return [
        _python(machine),
        _node(machine),
        _npm(machine),
        _cdk(machine),
        _port(machine, port),
        _disk(machine),
        *([_java(machine), _spark(machine)] if engine == "spark" else []),
    ]


def require(checks: list[Check]) -> None:
    """Go on only when every check holds.

    Raises:
        SetupError: naming every failed check with its remedy.
    """
    failed = [f"{check.what}: {check.found}. {check.advice}" for check in checks if not check.ok]
    if failed:
        raise SetupError("\n".join(failed))


def _python(machine: Machine) -> Check:
    found = ".".join(map(str, machine.python))
    ok = PYTHON_OLDEST <= machine.python <= PYTHON_NEWEST
    advice = "" if ok else "Name one of 3.11 to 3.13: make clean, then make PYTHON=/path/to/python3.12 install"
    return Check(what="Python", ok=ok, found=found, advice=advice)


def _node(machine: Machine) -> Check:
    version = machine.output(["node", "--version"])
    if version is None:
        return Check(what="Node", ok=False, found="not found", advice=f"Install Node {NODE_RECOMMENDED}: nodejs.org")
    major = version.lstrip("v").split(".")[0]
    if not major.isdigit() or int(major) < NODE_OLDEST:
        return Check(what="Node", ok=False, found=version, advice=f"Install Node {NODE_RECOMMENDED}: nodejs.org")
    advice = "" if int(major) >= NODE_RECOMMENDED else f"It will do; Node {NODE_RECOMMENDED} is the supported one."
    return Check(what="Node", ok=True, found=version, advice=advice)


def _npm(machine: Machine) -> Check:
    version = machine.output(["npm", "--version"])
    advice = "" if version else "Install npm; it comes with Node, on Debian as the package npm."
    return Check(what="npm", ok=version is not None, found=version or "not found", advice=advice)


def _cdk(machine: Machine) -> Check:
    version = machine.output([str(machine.checkout / "node_modules" / ".bin" / "cdk"), "--version"])
    advice = "" if version else "Run `make install`: it puts the pinned version into node_modules."
    return Check(what="AWS CDK command line", ok=version is not None, found=version or "not found", advice=advice)


def _port(machine: Machine, port: int) -> Check:
    state = machine.port_state(port)
    found = {"free": "free", "ours": "our local cloud listens", "taken": "taken by another program"}[state]
    advice = "" if state != "taken" else f"End that program, or choose another port: make demo PORT={port + 1}"
    return Check(what=f"Port {port}", ok=state != "taken", found=found, advice=advice)


def _disk(machine: Machine) -> Check:
    free = machine.free_bytes(machine.checkout)
    ok = free >= NEEDED_BYTES
    advice = "" if ok else f"Free at least {NEEDED_BYTES / 1024**3:.0f} GiB on the disk of {machine.checkout}."
    return Check(what="Disk", ok=ok, found=f"{free / 1024**3:.1f} GiB free", advice=advice)


def _java(machine: Machine) -> Check:
    advice = f"Install Java {JAVA}, on Debian and Ubuntu: apt-get install openjdk-{JAVA}-jre-headless"
    told = machine.output(["java", "--version"])
    if told is None:
        return Check(what="Java", ok=False, found="not found", advice=advice)
    version = re.search(r"\d+(\.\d+)*", told)
    ok = version is not None and int(version[0].split(".")[0]) >= JAVA
    found = version[0] if version else told.splitlines()[0]
    return Check(what="Java", ok=ok, found=found, advice="" if ok else advice)


def _spark(machine: Machine) -> Check:
    ok = (machine.checkout / ".venv-spark" / "bin" / "python").exists()
    advice = "" if ok else "Run `make spark-environment`: it puts the pinned version into .venv-spark."
    return Check(what="Spark", ok=ok, found="installed" if ok else "not found", advice=advice)
