"""The folder that holds all state of one local cloud: its lock, its format, and who runs on it.

format.json    the format of the folder and the version of MiniStack that wrote it
lock           held by the launcher that runs on the folder
running.json   that launcher's process id and port
launcher.log   its output, the last run's kept as launcher.log.1
generations/   snapshots (local_cloud/snapshots.py), `current` names the valid one
services/      MiniStack's working copy      s3/  the bodies of S3 objects
played/        the files of the played services      tmp/  emptied at every start
"""

import fcntl
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

FORMAT = 2


class StateFolderError(Exception):
    """The folder cannot be used; the message says why and what to do."""


def write_json(path: Path, content: Any) -> None:
    """Write `content` so that `path` is always whole: under a temporary name, then renamed."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content))
    temporary.replace(path)


def lock(folder: Path) -> int:
    """Take `folder` for this process alone, for as long as it lives.

    Returns:
        The descriptor that holds the lock; programs started by this process do not inherit it.

    Raises:
        StateFolderError: another launcher runs on the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        running = read_running(folder)
        where = f" on port {running['port']} (process {running['pid']})" if running else ""
        raise StateFolderError(
            f"A local cloud runs on the state folder {folder} already{where}. Use it, stop it with "
            f"`python -m local_cloud stop --state {folder}`, or give another folder."
        ) from None
    return descriptor


def is_locked(folder: Path) -> bool:
    """Whether a launcher runs on `folder`."""
    if not (folder / "lock").exists():
        return False
    with (folder / "lock").open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def prepare(folder: Path) -> None:
    """Check the format of the locked `folder`, and make a new folder ready.

    Raises:
        StateFolderError: the folder was written in another format or by another version of MiniStack.
    """
    ours = {"format": FORMAT, "ministack": version("ministack")}
    path = folder / "format.json"
    if path.exists() and (found := _read_json(path)) != ours:
        raise StateFolderError(
            f"The state folder {folder} is in format {found.get('format', 'unknown')} of MiniStack "
            f"{found.get('ministack', 'unknown')}; this local cloud reads format {FORMAT} of MiniStack "
            f"{ours['ministack']}. Delete the folder and deploy again, or give another folder."
        )
    write_json(path, ours)
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    for name in ("tmp", "services", "s3", "played", "generations"):
        (folder / name).mkdir(exist_ok=True)


def _read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; an empty one when it cannot be read as such."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_running(folder: Path, *, port: int) -> None:
    """Record that this process serves `folder` at `port`."""
    write_json(folder / "running.json", {"pid": os.getpid(), "port": port})


def read_running(folder: Path) -> dict[str, Any] | None:
    """``{"pid", "port"}`` of the launcher that serves `folder`, or None."""
    running = _read_json(folder / "running.json")
    return running if {"pid", "port"} <= running.keys() and is_locked(folder) else None
