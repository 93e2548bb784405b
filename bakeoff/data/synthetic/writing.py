"""A folder that is filled whole or not at all: files under a temporary name, renamed when complete."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from bakeoff.errors import DataError


class Hashed:
    """A binary file that knows the hash and the length of what was written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self._bytes = 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._sha256.update(content)
        self._bytes += len(content)

    @property
    def facts(self) -> dict[str, Any]:
        return {"bytes": self._bytes, "sha256": self._sha256.hexdigest()}


class NewFolder:
    """Writes the files of one folder; on an error it takes away what it wrote.

    Raises:
        DataError: the folder holds something already.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError(f"{folder} is not empty; name another folder for the synthetic data, or empty this one.")
        self._folder = folder
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "NewFolder":
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for name in self.files:
                (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def file(self, name: str) -> Iterator[Hashed]:
        """A file of the folder; it has its name only when complete."""
        partial = self._folder / f"{name}.partial"
        try:
            with partial.open("wb") as content:
                hashed = Hashed(content)
                yield hashed
            partial.replace(self._folder / name)
        finally:
            partial.unlink(missing_ok=True)
        self.files[name] = hashed.facts
