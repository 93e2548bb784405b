"""Snapshots on disk: whole generations of files, of which one is current, so that no crash leaves a mixed state.

A generation is written into a folder of another name, renamed when it is whole, and becomes current by one rename of
the file `current`. The last two are kept. A file that did not change is a hard link to its predecessor.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

KEPT = 2


class Generations:
    """The generations below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path | None:
        """The folder of the valid generation; None before the first."""
        pointer = self.folder / "current"
        return self.folder / pointer.read_text() if pointer.exists() else None

    def write(self, files: Mapping[str, bytes], *, kept: Iterable[str], linked: Mapping[str, Path]) -> bool:
        """Make a new generation the current one.

        Args:
            files: content by name, which may have one folder in it.
            kept: names of files that are as they are in the current generation.
            linked: files that never change, by name; the generation holds hard links to them.

        Returns:
            Whether a generation was written: not when the current one is the same.

        Raises:
            OSError: the disk refused; the current generation stands as before.
        """
        before, kept = self.current(), set(kept)
        if before is not None and not files and _names(before) == {*kept, *linked}:
            return False
        number = int(before.name) + 1 if before is not None else 1
        partial = self.folder / f"{number:08}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, content in files.items():
            (partial / name).parent.mkdir(exist_ok=True)
            _write_durably(partial / name, content)
        for name, source in {**{name: (before or partial) / name for name in kept}, **linked}.items():
            (partial / name).parent.mkdir(exist_ok=True)
            os.link(source, partial / name)
        complete = self.folder / f"{number:08}"
        shutil.rmtree(complete, ignore_errors=True)
        partial.rename(complete)
        _write_durably(self.folder / "current.tmp", complete.name.encode())
        (self.folder / "current.tmp").replace(self.folder / "current")
        self._forget(before=number - KEPT + 1)
        return True

    def _forget(self, *, before: int) -> None:
        for folder in self.folder.iterdir():
            if folder.is_dir() and (folder.suffix == ".partial" or int(folder.name) < before):
                shutil.rmtree(folder)


def restore(generation: Path | None, *, services: Path, buckets: Path) -> None:
    """Make MiniStack's working folders show `generation` and nothing newer.

    Buckets that the generation does not know are removed: they were made after it, by stacks that it does not know
    either, and a new deployment would find their names taken.

    Args:
        generation: the folder to show, or None for an empty state.
        services: MiniStack's state folder; keys and code in it stay.
        buckets: MiniStack's folder of S3 objects, ``<account>/<bucket>/<key>``.
    """
    for stale in services.glob("*.json"):
        stale.unlink()
    for path in _files(generation) if generation else []:
        target = services / path.relative_to(generation or path)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            shutil.copyfile(path, target)
    known = _known_buckets(services / "s3.json")
    for folder in [*buckets.glob("*/*"), *buckets.glob(".*/*/*")]:
        if folder.is_dir() and not folder.parent.name.startswith(".") and folder.name not in known:
            shutil.rmtree(folder)


def _known_buckets(state: Path) -> set[str]:
    """The names of the buckets in MiniStack's saved state of S3, whose keys are ``<account>NUL<repr of the name>``."""
    if not state.exists():
        return set()
    buckets = json.loads(state.read_bytes())["payload"]["buckets_meta"]["data"]
    return {key.split("\x00", 1)[1].strip("'") for key in buckets}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in _files(folder)}


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
