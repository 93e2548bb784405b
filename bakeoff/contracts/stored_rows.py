"""Rows of the table of lists: where they come from, and by which keys they are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

LISTS_TABLE = "lists"  # its name comes after the environment's prefix


@dataclass(frozen=True, kw_only=True)
class StoredRows:
    """One row for each user, of one contestant's lists or of the bodies that it is asked with.

    Args:
        path: of the files below ``lists/`` in the bucket; begins the rows' keys too, so that two sets never mix.
        parts: how many files there are; 0 for a backend that needs no rows.
    """

    path: str
    parts: int

    @classmethod
    def of(cls, backend: Mapping[str, Any]) -> Self:
        """What a backend of a run record needs."""
        return cls(path=str(backend.get("rows", "")), parts=int(backend.get("parts", 0)))

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.path, "parts": self.parts}

    @property
    def mark(self) -> str:
        """The key that says that all rows are there."""
        return f"loaded#{self.path}"

    def to_delete(self) -> list[dict[str, Any]]:
        """The files, as the function that loads and deletes rows takes them; the machine names those to load itself."""
        return [{"table": LISTS_TABLE, "rows": self.path, "number": number} for number in range(self.parts)]


def part_key(path: str, number: int) -> str:
    """Where one of the files lies in the bucket."""
    return f"lists/{path}/part-{number:05d}.jsonl"


def row_key(path: str, user_id: str) -> str:
    return f"{path}#{user_id}"
