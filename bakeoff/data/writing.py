"""Writes a folder of files: each under a temporary name and renamed, hashed for the manifest, the manifest last."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from bakeoff.errors import DataError


class FolderWriter:
    """Writes into one folder and remembers every file's hash and size.

    The folder may exist, as a job's output folder does, but must be empty: a file of an earlier preparation would
    travel along unnoticed.

    Raises:
        DataError: the folder holds something.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DataError(f"{folder} is not empty; give an empty folder for the prepared data, or empty this one.")
        self._folder = folder
        self.files: dict[str, dict[str, Any]] = {}

    @contextmanager
    def file(self, path: str) -> Iterator[BinaryIO]:
        """A binary file under its relative path; it appears under its name only when complete."""
        final = self._folder / path
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = final.with_name(f"{final.name}.partial")
        with partial.open("wb") as content:
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

    def parts(self, folder: str, values: Iterable[object], *, rows_per_part: int, name: str) -> list[str]:
        """Numbered JSON Lines parts of at most `rows_per_part` rows; their paths. `name` takes the part's number."""
        written: list[str] = []
        rows: list[object] = []
        for value in values:
            rows.append(value)
            if len(rows) == rows_per_part:
                written.append(self._part(folder, name.format(len(written)), rows))
                rows = []
        if rows:
            written.append(self._part(folder, name.format(len(written)), rows))
        return written

    def _part(self, folder: str, name: str, rows: list[object]) -> str:
        path = f"{folder}/{name}"
        self.json_lines(path, rows)
        return path


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
