"""Rows of datasets on disk: bulk rows by import, replaced or appended at once, and streamed events beside them."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from local_cloud.personalize.interactions import Part, open_part, part_of_events

EVENTS = "events.jsonl"
CURRENT = "current.json"
# "Amazon Personalize considers up to 100 of the most recent interactions per user per event type" for a filter.
FILTERED_INTERACTIONS = 100


class RowStore:
    """A folder per dataset; in it one folder per import, the list of those that count, and the streamed events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Imports into one dataset may end at once, and a training may open what an import is about to replace.
        self._lock = threading.Lock()

    def folder_of(self, dataset_arn: str) -> Path:
        """``rows/<dataset group>/<type>``: the two last words of a dataset's ARN."""
        return self._folder.joinpath(*dataset_arn.rsplit("/", 2)[1:])

    def add_import(self, dataset_arn: str, name: str, *, keep: bool, write: Callable[[Path], None]) -> None:
        """Let `write` fill a folder, then make it count.

        Nothing is seen before the list of counting imports has been replaced; a failed or interrupted import leaves
        the dataset as it was.

        Args:
            dataset_arn: the dataset.
            name: the import job's name.
            keep: append to the former imports (INCREMENTAL) instead of replacing them (FULL).
            write: fills the folder that it is given; the folder does not exist yet.
        """
        folder = self.folder_of(dataset_arn)
        staged = folder / f"{name}.partial"
        shutil.rmtree(staged, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            write(staged)
            with self._lock:
                self._commit(folder, name, keep=keep)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _commit(self, folder: Path, name: str, *, keep: bool) -> None:
        former = [other for other in self._imports(folder) if other != name]
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / f"{name}.partial").rename(folder / name)
        replace_text(folder / CURRENT, json.dumps([*(former if keep else []), name]))
        for unused in () if keep else former:
            shutil.rmtree(folder / unused, ignore_errors=True)

    def has_rows(self, dataset_arn: str) -> bool:
        """Whether a bulk import has ever succeeded."""
        return bool(self._imports(self.folder_of(dataset_arn)))

    def add_events(self, dataset_arn: str, events: list[dict[str, Any]]) -> None:
        """Append streamed events; they stay through every import."""
        folder = self.folder_of(dataset_arn)
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock, (folder / EVENTS).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)

    def parts(self, dataset_arn: str) -> list[Part]:
        """The interactions of an Interactions dataset: bulk rows by import, then streamed events."""
        folder = self.folder_of(dataset_arn)
        with self._lock:
            streamed = part_of_events(_with_users(folder / EVENTS))
            bulk = [open_part(folder / name) for name in self._imports(folder)]
        return bulk + ([streamed] if streamed else [])

    def history(self, dataset_arn: str, user_id: str) -> list[tuple[str, str]]:
        """A user's newest interactions as (item, event type), as many per event type as a filter considers."""
        newest: dict[str, list[tuple[int, str]]] = {}
        for part in self.parts(dataset_arn):
            if user_id not in part.ids["user"]:
                continue
            mine = part.columns["user"] == part.ids["user"].index(user_id)
            columns = (part.columns[name][mine].tolist() for name in ("timestamp", "item", "event_type"))
            for timestamp, item, event_type in zip(*columns, strict=True):
                newest.setdefault(part.ids["event_type"][event_type], []).append((timestamp, part.ids["item"][item]))
        return [
            (item, event_type)
            for event_type, rows in newest.items()
            for _, item in sorted(rows, reverse=True)[:FILTERED_INTERACTIONS]
        ]

    def streamed(self, dataset_arn: str, user_id: str) -> list[dict[str, Any]]:
        """A user's streamed events, oldest first. Who has no user id yet is asked for by the session's id, as on AWS:
        https://repost.aws/questions/QUmlTOeDcuQA28BbIJD4xkFA."""
        with self._lock:
            events = list(_with_users(self.folder_of(dataset_arn) / EVENTS, anonymous=True))
        return sorted((one for one in events if one["userId"] == user_id), key=lambda one: int(one["timestamp"]))

    def metadata(self, dataset_arn: str, key: str) -> pd.DataFrame | None:
        """The bulk rows of an Items or Users dataset as texts, of a `key` the newest row; None before any import."""
        folder = self.folder_of(dataset_arn)
        with self._lock:
            frames = [
                pd.read_csv(folder / name / "rows.csv", dtype=str, na_filter=False) for name in self._imports(folder)
            ]
        return pd.concat(frames).drop_duplicates(key, keep="last", ignore_index=True) if frames else None

    def remove(self, dataset_arn: str) -> None:
        shutil.rmtree(self.folder_of(dataset_arn), ignore_errors=True)

    def _imports(self, folder: Path) -> list[str]:
        current = folder / CURRENT
        return list(json.loads(current.read_text(encoding="utf-8"))) if current.exists() else []


def replace_text(path: Path, text: str) -> None:
    """Write `text` under a temporary name, then rename: a reader sees the old file or the new one."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _with_users(path: Path, *, anonymous: bool = False) -> Iterator[dict[str, Any]]:
    """Streamed events of known users; an event without a user belongs to the user that its session names later.

    Args:
        path: of the events.
        anonymous: give the others too, their session in the place of their user.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    user_of = {event["sessionId"]: event["userId"] for event in events if event.get("userId")}
    for event in events:
        user_id = event.get("userId") or user_of.get(event["sessionId"], event["sessionId"] if anonymous else None)
        if user_id:
            yield {**event, "userId": user_id}
