"""Opens a prepared folder: the frozen split's matrices (memory-mapped), ids, item documents and requests."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data import layout
from bakeoff.data.documents import Document, read_documents
from bakeoff.data.holdout import Holdout, hold_out
from bakeoff.data.interactions import Interactions
from bakeoff.errors import DataError


@dataclass(frozen=True, eq=False)
class Prepared:
    """A prepared folder.

    Args:
        folder: where it lies.
        manifest: the content of ``manifest.json``.
        users: user ids; position = row.
        items: item ids of the whole catalogue; position = column.
        train: interactions to fit on.
        validation: interactions to choose by.
        test: interactions that only the evaluation looks at.
        validation_fold_in: what is known beside train of the users of validation when their lists are asked for; empty
            but for new users.
        test_fold_in: likewise of the users of test.
    """

    folder: Path
    manifest: dict[str, Any]
    users: list[str]
    items: list[str]
    train: Interactions
    validation: Interactions
    test: Interactions
    validation_fold_in: Interactions
    test_fold_in: Interactions

    @classmethod
    def open(cls, folder: Path) -> "Prepared":
        """Open the folder; arrays are read as they are touched.

        Raises:
            DataError: the folder is not a finished prepared folder, or of another format; names what is missing.
        """
        manifest = _read_manifest(folder)
        items = _read_ids(folder / layout.ITEMS)
        parts = {part: _read_part(folder, part, n_items=len(items)) for part in layout.PARTS}
        return cls(folder, manifest, _read_ids(folder / layout.USERS), items, **parts)

    @property
    def liked_threshold(self) -> float:
        """Values at or above it are liked."""
        return float(self.manifest["likedThreshold"])

    @property
    def split_hash(self) -> str:
        """Names the split; lists recorded for another hash cannot be compared with this one's."""
        return str(self.manifest["split"]["hash"])

    @property
    def max_history(self) -> int:
        """The longest history, in interactions, that a request carries."""
        return int(self.manifest["maxHistory"])

    @cached_property
    def user_rows(self) -> dict[str, int]:
        """Row by user id."""
        return {user: row for row, user in enumerate(self.users)}

    @cached_property
    def item_columns(self) -> dict[str, int]:
        """Column by item id."""
        return {item: column for column, item in enumerate(self.items)}

    @cached_property
    def train_and_validation(self) -> Interactions:
        """What the final model is fitted on: all of the users of validation, nothing of the new users of test."""
        return _merged(self.train, self.validation_fold_in, self.validation)

    @cached_property
    def known(self) -> Interactions:
        """What is known of users when the lists for the test are asked for."""
        return _merged(self.train_and_validation, self.test_fold_in)

    @cached_property
    def validation_holdout(self) -> Holdout:
        """Choices are made on it: known is train and what is folded in, relevant are the liked validation items."""
        return hold_out(
            fitted=self.train,
            known=_merged(self.train, self.validation_fold_in),
            held_out=self.validation,
            liked_threshold=self.liked_threshold,
        )

    @cached_property
    def test_holdout(self) -> Holdout:
        """For the evaluation only: known is train + validation and what is folded in, relevant the liked test items.

        Its users are all that could be tested; those who are, a seeded sample, are in `test_users`.
        """
        return hold_out(
            fitted=self.train_and_validation, known=self.known, held_out=self.test, liked_threshold=self.liked_threshold
        )

    @cached_property
    def candidates(self) -> npt.NDArray[np.bool_]:
        """Bool, shape (n_items,): items with at least one train or validation interaction may be recommended."""
        return self.test_holdout.candidates

    @cached_property
    def test_users(self) -> npt.NDArray[np.int64]:
        """Rows of the users that lists are asked for, in the order of the requests."""
        with (self.folder / layout.REQUEST_USERS).open(encoding="utf-8") as lines:
            return np.array([self.user_rows[json.loads(line)["userId"]] for line in lines], np.int64)

    def seen(self, user: int) -> npt.NDArray[np.int32]:
        """Columns of the items that the user must not be recommended: all that is known of the user before the test."""
        return self.known.items_of(user)

    def documents(self) -> Iterator[Document]:
        """One document per item, in column order."""
        return read_documents(self.folder / layout.DOCUMENTS)

    def verify(self) -> None:
        """Read every file again and compare it with the manifest.

        Raises:
            DataError: names every file that is missing or differs.
        """
        faults = [fault for path, entry in self.manifest["files"].items() for fault in self._fault(path, entry)]
        if faults:
            raise DataError(
                f"{self.folder} does not hold what its manifest says; prepare it again: {'; '.join(faults)}"
            )

    def _fault(self, path: str, entry: dict[str, Any]) -> list[str]:
        file = self.folder / path
        if not file.is_file():
            return [f"{path} is missing"]
        with file.open("rb") as content:
            return [] if hashlib.file_digest(content, "sha256").hexdigest() == entry["sha256"] else [f"{path} differs"]


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / layout.MANIFEST
    if not path.is_file():
        raise DataError(f"{path} does not exist: the preparation did not finish, or this is no prepared folder.")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is no JSON: {error}; copy the folder again, or prepare it again.") from error
    if not isinstance(manifest, dict):
        raise DataError(f"{path} holds no JSON object; copy the folder again, or prepare it again.")
    if manifest.get("format") != layout.FORMAT:
        raise DataError(
            f"{path} has format {manifest.get('format')!r}, this code reads {layout.FORMAT}; prepare the data again."
        )
    missing = [name for name in manifest["files"] if not (folder / name).is_file()]
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)}, which its manifest lists; copy or prepare it again.")
    return manifest


def _read_ids(path: Path) -> list[str]:
    ids: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return ids


def _merged(first: Interactions, *others: Interactions) -> Interactions:
    for other in others:
        # Most splits fold nothing in; a merge copies.
        first = first.merge(other) if other.n_interactions else first
    return first


def _read_part(folder: Path, part: str, *, n_items: int) -> Interactions:
    arrays = {name: np.load(folder / layout.array(part, name), mmap_mode="r") for name in layout.ARRAYS}
    return Interactions(**arrays, n_items=n_items)
