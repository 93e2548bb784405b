"""Which recommender of this library stands in for User-Personalization-v2, and the reading of its input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions as Histories
from local_cloud.personalize.interactions import Interactions
from local_cloud.personalize.recipes.contract import Metadata

# Every interaction that passes the solution's filters counts the same: "all interactions for training with equal
# weight" (API reference, CreateSolution eventType). To the recommender each is liked.
LIKED = 1.0
_PERSONS = {"DIRECTOR": "directors", "WRITER": "writers", "ACTOR": "actors", "CAST": "actors"}


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A recommender in `bakeoff/recommenders/` and the settings that differ from its defaults."""

    recommender: str
    settings: Mapping[str, Any] = field(default_factory=dict)


# Of a dataset group without metadata, and of one with an Items dataset.
OF_INTERACTIONS = Twin(recommender="hrnn")
OF_METADATA = Twin(recommender="hrnn", settings={"item_features": True})


@dataclass(frozen=True, eq=False)
class Log:
    """What a recommender learns from: ids in ascending order, so that ties go by id.

    Args:
        user_ids: by row.
        item_ids: by column.
        histories: of a user's interactions with an item the newest, oldest first.
    """

    user_ids: list[str]
    item_ids: list[str]
    histories: Histories


def log_of(interactions: Interactions) -> Log:
    """The interactions of a dataset as a recommender takes them."""
    user_ids, user = _sorted(interactions.user_ids, interactions.user)
    item_ids, item = _sorted(interactions.item_ids, interactions.item)
    timestamps = np.asarray(interactions.timestamp, np.int64)
    histories = histories_of(user, item, timestamps, n_users=len(user_ids), n_items=len(item_ids))
    return Log(user_ids, item_ids, histories)


def histories_of(
    user: NDArray[np.int64], item: NDArray[np.int64], timestamps: NDArray[np.int64], *, n_users: int, n_items: int
) -> Histories:
    """Histories of parallel columns in any order; of a pair of user and item the newest counts."""
    order = np.lexsort((timestamps, item, user))
    user, item, timestamps = user[order], item[order], timestamps[order]
    last = np.append((np.diff(user) != 0) | (np.diff(item) != 0), True) if len(user) else np.empty(0, bool)
    return Histories.from_columns(
        users=user[last],
        items=item[last],
        values=np.full(int(last.sum()), LIKED, np.float32),
        timestamps=timestamps[last],
        n_users=n_users,
        n_items=n_items,
    )


def _sorted(ids: list[str], codes: NDArray[np.int32]) -> tuple[list[str], NDArray[np.int64]]:
    """The ids that occur, ascending, and each row's position among them."""
    used, local = np.unique(codes, return_inverse=True)
    names = [ids[code] for code in used.tolist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    position = np.empty(len(names), np.int64)
    position[order] = np.arange(len(names))
    return [names[code] for code in order], position[local] if len(names) else np.empty(0, np.int64)


def documents_of(item_ids: list[str], items: Metadata | None) -> list[Document]:
    """One document for each item, by the kinds of the Items dataset's fields; empty ones for items without a row.

    A field's name says where persons and the year are; every other categorical field is a genre, told from those of
    other fields by its name.
    """
    rows = {} if items is None else {str(row["ITEM_ID"]): row for row in items.rows.to_dict("records")}
    return [_document(item_id, rows.get(item_id, {}), items) for item_id in item_ids]


def _document(item_id: str, row: Mapping[Any, Any], items: Metadata | None) -> Document:
    found: dict[str, list[str]] = {"directors": [], "writers": [], "actors": [], "genres": []}
    title, plot, year = "", "", None
    for one in items.fields if items is not None and row else ():
        value = str(row[one.name])
        persons = next((kind for word, kind in _PERSONS.items() if word in one.name), None)
        if one.item_name:
            title = value
        elif one.textual:
            plot = value
        elif one.categorical and value:
            entries = value.split("|")
            found[persons or "genres"] += entries if persons or "GENRE" in one.name else _told(one.name, entries)
        elif "YEAR" in one.name and value:
            year = int(float(value))
    return Document(
        item_id=item_id,
        title=title,
        year=year,
        genres=tuple(found["genres"]),
        directors=tuple(found["directors"]),
        writers=tuple(found["writers"]),
        actors=tuple(found["actors"]),
        plot=plot,
    )


def _told(field_name: str, entries: list[str]) -> list[str]:
    return [f"{field_name}={entry}" for entry in entries]
