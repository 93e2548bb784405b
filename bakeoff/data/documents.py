"""The item document: what is known of an item beside its interactions; one JSON line per item."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One item.

    Args:
        item_id: the id that interactions name.
        title: without the year.
        year: of release; None where unknown.
        genres: in the source's order.
        directors: names, or the source's ids of persons where it has no names.
        writers: as directors.
        actors: as directors, in the source's order.
        plot: a description in words; empty where the source has none.
    """

    item_id: str
    title: str
    year: int | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    writers: tuple[str, ...]
    actors: tuple[str, ...]
    plot: str

    def to_json(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "title": self.title,
            "year": self.year,
            "genres": list(self.genres),
            "directors": list(self.directors),
            "writers": list(self.writers),
            "actors": list(self.actors),
            "plot": self.plot,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Document":
        return cls(
            item_id=value["itemId"],
            title=value["title"],
            year=value["year"],
            genres=tuple(value["genres"]),
            directors=tuple(value["directors"]),
            writers=tuple(value["writers"]),
            actors=tuple(value["actors"]),
            plot=value["plot"],
        )


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a JSON Lines file, one at a time."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Document.from_json(json.loads(line))
