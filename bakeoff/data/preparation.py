"""The definition of the preparation: raw data in, frozen split, test users and counts out; it writes nothing."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bakeoff.data.cleaning import in_id_order, keep_usable
from bakeoff.data.documents import Document
from bakeoff.data.holdout import Holdout, hold_out
from bakeoff.data.interactions import Interactions
from bakeoff.data.rejects import stop_at_too_many
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.sources import Raw
from bakeoff.data.split import TEST, TRAIN, VALIDATION, Split, seeded_key, split
from bakeoff.errors import DataError


@dataclass(frozen=True, kw_only=True, eq=False)
class Preparation:
    """A finished preparation, in memory.

    Args:
        settings: what it was told.
        users: user ids; position = row.
        documents: the catalogue; position = column.
        split: the frozen split.
        test_users: rows of the users that are tested, ascending.
        rejects: rejected rows, columns file, row, reason, value.
    """

    settings: PreparationSettings
    users: list[str]
    documents: list[Document]
    split: Split
    test_users: npt.NDArray[np.int64]
    rejects: pd.DataFrame

    @cached_property
    def items(self) -> list[str]:
        """Item ids; position = column."""
        return [document.item_id for document in self.documents]

    @cached_property
    def known(self) -> Interactions:
        """Train and validation: what recommenders know when they are asked for the test users' lists."""
        return self.split.interactions.where(self.split.part != TEST)

    def counts(self) -> dict[str, int]:
        """How many of everything there are."""
        parts = {name: self.split.select(part) for name, part in _PARTS}
        return {
            "users": len(self.users),
            "items": len(self.documents),
            "interactions": self.split.interactions.n_interactions,
            **{name: part.n_interactions for name, part in parts.items()},
            "candidates": int((self.known.item_counts > 0).sum()),
            "testUsers": len(self.test_users),
            "itemsWithPlot": sum(bool(document.plot) for document in self.documents),
            "itemsWithDirectors": sum(bool(document.directors) for document in self.documents),
            "rejects": len(self.rejects),
        }

    def rejects_by_reason(self) -> dict[str, int]:
        """Rejected rows per reason, reasons in alphabetical order."""
        return {str(reason): int(n) for reason, n in self.rejects["reason"].value_counts().sort_index().items()}


_PARTS = (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))


def prepare(raw: Raw, settings: PreparationSettings) -> Preparation:
    """Reject what cannot be used, split the rest and choose the test users.

    Raises:
        DataError: too many rejects, too few interactions or users, or nobody to test.
    """
    documents = {document.item_id: document for document in raw.documents}
    items = in_id_order(list(documents))
    usable, rejected = keep_usable(raw.interactions, file=raw.file, items=items, value_range=raw.value_range)
    rejected = pd.concat([raw.rejects, rejected], ignore_index=True)
    stop_at_too_many(rejected, rows_read=raw.rows_read, max_share=settings.max_rejected_share)
    frozen = split(usable, settings.split)
    preparation = Preparation(
        settings=settings,
        users=usable.users,
        documents=[documents[item] for item in items],
        split=frozen,
        test_users=_test_users(frozen, usable.users, settings),
        rejects=rejected,
    )
    _stop_at_too_few(preparation, file=raw.file)
    return preparation


def _test_users(frozen: Split, users: list[str], settings: PreparationSettings) -> npt.NDArray[np.int64]:
    holdout: Holdout = hold_out(
        known=frozen.interactions.where(frozen.part != TEST),
        held_out=frozen.select(TEST),
        liked_threshold=settings.liked_threshold,
    )
    if len(holdout.users) <= settings.max_test_users:
        return holdout.users
    keys = [(seeded_key(settings.split.seed, users[row]), int(row)) for row in holdout.users]
    return np.array(sorted(row for _, row in sorted(keys)[: settings.max_test_users]), np.int64)


def _stop_at_too_few(preparation: Preparation, *, file: str) -> None:
    settings = preparation.settings
    least: list[tuple[int, int, str]] = [
        (preparation.known.n_interactions, settings.min_interactions, "train and validation interactions"),
        (int((preparation.known.activity >= 2).sum()), settings.min_users, "users with two or more of them"),
        (len(preparation.test_users), 1, f"users with a liked test item (rated {settings.liked_threshold} or more)"),
    ]
    faults = [f"{there} {what}, at least {needed} are needed" for there, needed, what in least if there < needed]
    if faults:
        raise DataError(f"{file} holds too little to compare recommenders on: {'; '.join(faults)}. Bring more data.")


def describe(preparation: Preparation) -> dict[str, Any]:
    """The manifest's facts, without those of files."""
    settings = preparation.settings
    parameters = {name: value for name, value in vars(settings.split).items() if name != "strategy"}
    return {
        "dataset": settings.dataset,
        "likedThreshold": float(settings.liked_threshold),
        "split": {
            "strategy": settings.split.strategy,
            "hash": preparation.split.hash,
            "parameters": parameters,
        },
        "counts": preparation.counts(),
        "rejects": preparation.rejects_by_reason(),
        "testUsers": len(preparation.test_users),
        "maxHistory": settings.max_history,
    }
