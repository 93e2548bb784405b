"""Writes a preparation as the prepared folder that jobs, Amazon Personalize and the serving tables read."""

import csv
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.contracts.naming import event_type
from bakeoff.data import layout
from bakeoff.data.interactions import Interactions
from bakeoff.data.preparation import Preparation, describe
from bakeoff.data.writing import FolderWriter

PERSONALIZE_HEADER = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE")
USERS_AT_ONCE = 10_000


def export(preparation: Preparation, folder: Path) -> dict[str, Any]:
    """Write the prepared folder and return its manifest, which is written last: with it the folder is complete.

    Raises:
        DataError: the folder holds something already.
    """
    writer = FolderWriter(folder)
    _matrices(writer, preparation)
    writer.json_lines(layout.DOCUMENTS, (document.to_json() for document in preparation.documents))
    _personalize(writer, preparation)
    _requests(writer, preparation)
    parts = _serving(writer, preparation)
    _rejects(writer, preparation)
    manifest = {
        "format": layout.FORMAT,
        **describe(preparation),
        "files": dict(sorted(writer.files.items())),
        "parts": parts,
    }
    writer.json(layout.MANIFEST, manifest)
    return manifest


def _matrices(writer: FolderWriter, preparation: Preparation) -> None:
    for part, name in enumerate(layout.PARTS):
        matrix = preparation.split.select(part)
        for array in layout.ARRAYS:
            writer.array(layout.array(name, array), getattr(matrix, array))
    writer.json(layout.USERS, preparation.users)
    writer.json(layout.ITEMS, preparation.items)


def _personalize(writer: FolderWriter, preparation: Preparation) -> None:
    of_split = event_type(preparation.split.hash)
    with writer.file(layout.PERSONALIZE_INTERACTIONS) as content:
        text = TextIOWrapper(content, encoding="utf-8", newline="", write_through=True)
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(PERSONALIZE_HEADER)
        for user, events in _events(preparation.known, preparation.items):
            rows.writerows(
                (preparation.users[user], item, timestamp, of_split, value) for item, value, timestamp in events
            )
        text.detach()


def _requests(writer: FolderWriter, preparation: Preparation) -> None:
    users = preparation.test_users
    seen = preparation.known.activity

    def request(user: int, history: list[dict[str, Any]]) -> dict[str, Any]:
        n = layout.LIST_LENGTH + int(seen[user])
        return {"userId": preparation.users[user], "history": history, "n": n}

    writer.json_lines(layout.REQUEST_HISTORIES, _histories(preparation, preparation.known, users, shape=request))
    writer.json_lines(layout.REQUEST_USERS, ({"userId": preparation.users[user]} for user in users))


def _serving(writer: FolderWriter, preparation: Preparation) -> dict[str, list[str]]:
    def row(user: int, history: list[dict[str, Any]]) -> dict[str, Any]:
        return {"userId": preparation.users[user], "history": history}

    items = (
        {"itemId": item.item_id, "title": item.title, "year": item.year, "genres": list(item.genres)}
        for item in preparation.documents
    )
    everybody = np.arange(len(preparation.users))
    histories = _histories(preparation, preparation.split.interactions, everybody, shape=row)
    return {
        "items": writer.parts(
            layout.SERVING_ITEMS, items, rows_per_part=layout.SERVING_ITEMS_PER_PART, name=layout.SERVING_PART
        ),
        "histories": writer.parts(
            layout.SERVING_HISTORIES,
            histories,
            rows_per_part=layout.SERVING_HISTORIES_PER_PART,
            name=layout.SERVING_PART,
        ),
    }


def _rejects(writer: FolderWriter, preparation: Preparation) -> None:
    with writer.file(layout.REJECTS) as content:
        preparation.rejects.to_csv(content, index=False, lineterminator="\n")


def _histories(
    preparation: Preparation,
    interactions: Interactions,
    users: npt.NDArray[np.int64],
    *,
    shape: Callable[[int, list[dict[str, Any]]], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """One row per user, made by `shape` from the user and the newest events, oldest first."""
    newest = interactions.newest(preparation.settings.max_history)
    for start in range(0, len(users), USERS_AT_ONCE):
        here = users[start : start + USERS_AT_ONCE]
        for position, events in _events(newest.of_users(here), preparation.items):
            history = [{"itemId": item, "value": value, "timestamp": time} for item, value, time in events]
            yield shape(int(here[position]), history)


def _events(interactions: Interactions, items: list[str]) -> Iterator[tuple[int, list[tuple[str, float, int]]]]:
    """Per row its events (item id, value, timestamp), as Python values and in batches, which is what JSON wants."""
    for user in range(interactions.n_users):
        span = interactions.span(user)
        yield (
            user,
            [
                (items[column], value, timestamp)
                for column, value, timestamp in zip(
                    interactions.indices[span].tolist(),
                    interactions.values[span].tolist(),
                    interactions.timestamps[span].tolist(),
                    strict=True,
                )
            ],
        )
