"""Writes a folder of files: each under a temporary name and renamed, hashed for the manifest, the manifest last."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bakeoff.data.outputs.texts import as_bytes, json_text
from bakeoff.errors import DataError

# Stands in a folder that is being written. Whatever lies beside it may be deleted: the name must be nobody else's.
UNFINISHED = ".bakeoff-unfinished"


class FolderWriter:
    """Writes into one folder and remembers every file's hash and size.

    The folder may exist, as a job's output folder does, but must be empty: a file of an earlier preparation would
    travel along unnoticed.

    Raises:
        DataError: the folder holds something.
    """

    def __init__(self, folder: Path) -> None:
        require_empty(folder)
        (folder / UNFINISHED).touch()
        self._folder = folder
        self.files: dict[str, dict[str, Any]] = {}

    @contextmanager
    def file(self, path: str, *, begin: bytes = b"") -> Iterator[BinaryIO]:
        """A binary file under its relative path, which starts with `begin`; it appears only when complete."""
        final = self._folder / path
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = final.with_name(f"{final.name}.partial")
        with partial.open("wb") as content:
            content.write(begin)
            yield content
        with partial.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        self.files[path] = {"sha256": digest, "bytes": partial.stat().st_size}
        partial.replace(final)

    def array(self, path: str, array: npt.NDArray[Any]) -> None:
        """A NumPy array that ``np.load`` can map into memory."""
        with self.file(path) as content:
            np.save(content, array, allow_pickle=False)

    def json(self, path: str, value: object) -> None:
        """One JSON value."""
        with self.file(path) as content:
            content.write(_json_line(value))

    def json_lines(self, path: str, values: Iterable[object]) -> None:
        """One JSON value a line."""
        with self.file(path) as content:
            content.writelines(_json_line(value) for value in values)

    def finish(self, path: str, value: object) -> None:
        """Write the last file, JSON that says that the folder is complete."""
        self.json(path, value)
        (self._folder / UNFINISHED).unlink()


class RotatingFile:
    """Lines in numbered files of at most so many; the next is opened when it is needed.

    Args:
        writer: of the folder.
        files: closes the last one.
        path: with a place for the number, such as ``serving/items/part-{:05d}.jsonl``.
        lines_per_part: at most.
        header: begins every file.
    """

    def __init__(
        self, writer: FolderWriter, files: ExitStack, path: str, *, lines_per_part: int, header: bytes = b""
    ) -> None:
        self._writer, self._path, self._most, self._header = writer, path, lines_per_part, header
        self._open = files.enter_context(ExitStack())
        self._file: BinaryIO | None = None
        self._lines = 0
        self.paths: list[str] = []

    def write_lines(self, lines: pa.Array) -> None:
        """Write texts that are whole lines."""
        start = 0
        while start < len(lines):
            if self._file is None or self._lines == self._most:
                self._next()
            assert self._file is not None
            n = min(len(lines) - start, self._most - self._lines)
            self._file.write(as_bytes(lines.slice(start, n)))
            self._lines += n
            start += n

    def _next(self) -> None:
        self._open.close()
        path = self._path.format(len(self.paths))
        self._file = self._open.enter_context(self._writer.file(path, begin=self._header))
        self._lines = 0
        self.paths.append(path)


def require_empty(folder: Path) -> None:
    """Make the folder, or see that it is empty; what a preparation left that was broken off is removed.

    Raises:
        DataError: the folder holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clear_unfinished(folder)
    if any(folder.iterdir()):
        raise DataError(f"{folder} is not empty; give an empty folder for the prepared data, or empty this one.")


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Make the folder and keep other preparations out of it; the kernel ends that when the process ends, however.

    Raises:
        DataError: another process writes into it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DataError(f"Another preparation is writing into {folder}; wait for its end, or give another.") from error
    finally:
        os.close(held)


def _clear_unfinished(folder: Path) -> None:
    """Remove what a preparation left that was broken off: the folder says itself that it is one."""
    if not (folder / UNFINISHED).exists():
        return
    # The note goes last, so that a second interruption finds it again.
    for entry in sorted(folder.iterdir()):
        if entry.name != UNFINISHED:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    (folder / UNFINISHED).unlink()


def _json_line(value: object) -> bytes:
    return json_text(value).encode() + b"\n"
