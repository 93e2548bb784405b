"""Reads the lines of all files of a folder, with where each stands."""

from collections.abc import Iterator
from pathlib import Path


def lines_of(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Where and what: every line that is not empty, of the files that match, in the order of their paths."""
    for path in sorted(folder.rglob(pattern)):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{path.name} line {number}", line
