"""How much and how highly users and items are rated, never counting the row that is to be predicted."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.definition.interactions import FOLDS
from bakeoff.data.definition.split import TEST, TRAIN, VALIDATION, VALIDATION_FOLD_IN
from bakeoff.data.definition.statistics import SCALE
from bakeoff.data.writing import FolderWriter


@dataclass(frozen=True, kw_only=True, eq=False)
class Statistics:
    """Counts and scaled sums of users or items.

    Args:
        by_fold: int64, shape (2, n_rows, FOLDS): counts and sums of train.
        known: int64, shape (2, n_rows): of train and validation.
    """

    by_fold: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]

    @classmethod
    def of(cls, sums: pa.Table, *, by: str, n_rows: int) -> "Statistics":
        """From `bakeoff.data.definition.statistics.sums`."""
        columns = {name: sums.column(name).to_numpy() for name in (by, "part", "fold", "n", "total")}
        train = columns["part"] == TRAIN
        known = np.isin(columns["part"], (TRAIN, VALIDATION, VALIDATION_FOLD_IN))
        by_fold, all_known = np.zeros((2, n_rows, FOLDS), np.int64), np.zeros((2, n_rows), np.int64)
        for number, name in enumerate(("n", "total")):
            place = (columns[by][train], columns["fold"][train])
            np.add.at(by_fold[number], place, columns[name][train])
            np.add.at(all_known[number], columns[by][known], columns[name][known])
        return cls(by_fold=by_fold, known=all_known)

    @cached_property
    def train(self) -> npt.NDArray[np.int64]:
        """Shape (2, n_rows)."""
        total: npt.NDArray[np.int64] = self.by_fold.sum(axis=2)
        return total

    def for_part(
        self, part: int, positions: npt.NDArray[np.integer[Any]], folds: npt.NDArray[np.int8]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Per row the count and the mean value (NaN where the count is 0) that a model may see of its user or item.

        Train rows see train without their own fold, validation rows train, test rows train and validation.
        """
        if part == TRAIN:
            n, total = self.train[:, positions] - self.by_fold[:, positions, folds]
        else:
            n, total = (self.known if part == TEST else self.train)[:, positions]
        return n.astype(np.int32), _mean(n, total)

    def write(self, writer: FolderWriter, name: str, ids: pa.Array) -> None:
        """Write what scoring needs to give any pair of user and item its statistics."""
        train = self.train
        table = pa.table(
            {
                "id": ids,
                "n_train": train[0],
                "mean_train": pa.array(_mean(*train), from_pandas=True),
                "n_known": self.known[0],
                "mean_known": pa.array(_mean(*self.known), from_pandas=True),
            }
        )
        with writer.file(layout.AUTOPILOT_STATISTICS.format(name)) as file:
            pq.write_table(table, file, compression="zstd")


def _mean(n: npt.NDArray[np.int64], total: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: npt.NDArray[np.float32] = np.where(n > 0, total / (n * SCALE), np.nan).astype(np.float32)
    return mean
