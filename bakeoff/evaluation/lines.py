"""Reads the lines of all files of a folder, with where each stands."""

from collections.abc import Iterator, Sequence
from pathlib import Path

BLOCK = 16 * 2**20  # characters


def blocks_of(folder: Path, pattern: str, *, size: int = BLOCK) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Where and what: the lines that are not empty, of the files that match, about `size` characters at a time."""
    for path in sorted(folder.rglob(pattern)):
        number = 1
        with path.open(encoding="utf-8", errors="replace") as lines:
            while block := lines.readlines(size):
                filled = [(f"{path.name} line {number + at}", line) for at, line in enumerate(block) if line.strip()]
                number += len(block)
                if filled:
                    yield [where for where, _ in filled], [line for _, line in filled]


def lines_of(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Where and what: every line that is not empty, of the files that match, in the order of their paths."""
    for where, lines in blocks_of(folder, pattern):
        yield from zip(where, lines, strict=True)
