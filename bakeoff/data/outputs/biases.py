"""How much higher than the mean each user rates, and each item is rated; out of fold, as a ridge regression has it.

A row may see what its view shows: a train row train without its own fold, a validation row train, a test row train and
validation. Everything is computed once for each view, in passes over the split's rows in the order of users.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.definition.interactions import FOLDS
from bakeoff.data.definition.split import TEST, TRAIN, VALIDATION, VALIDATION_FOLD_IN
from bakeoff.data.definition.statistics import SCALE
from bakeoff.data.outputs.rows import Rows
from bakeoff.data.outputs.statistics import Statistics

# One without each fold of train, then all of train, then all that is known.
TRAIN_VIEW, KNOWN_VIEW = FOLDS, FOLDS + 1
VIEWS = FOLDS + 2
# Interactions with the mean rating that every user and item is given on top of its own: the ridge's penalty.
SHRINKAGE = 3.0
# Passes that fit users to items and items to users; the figures hardly move after them.
SWEEPS = 2
Floats = npt.NDArray[np.float64]


def view_of(part: int, folds: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """The view of each row of one part of the table."""
    if part == TRAIN:
        return folds.astype(np.int64)
    return np.full(len(folds), KNOWN_VIEW if part == TEST else TRAIN_VIEW, np.int64)


def visible(rows: Rows) -> npt.NDArray[np.bool_]:
    """Shape (VIEWS, n_rows): which rows a view shows."""
    train = rows.part == TRAIN
    shown = [train & (rows.fold != fold) for fold in range(FOLDS)]
    return np.stack([*shown, train, train | np.isin(rows.part, (VALIDATION, VALIDATION_FOLD_IN))])


class Biases:
    """The biases of users and items in each view, better with each sweep.

    ``rating = mean + bias of the user + bias of the item``, each bias the mean of what the other two leave, with
    `SHRINKAGE` rows of 0 added (Koren 2010, "Factor in the neighbors", section 2.1).

    Args:
        users: of users.
        items: of items.
    """

    def __init__(self, users: Statistics, items: Statistics) -> None:
        self._user_counts, _ = _by_view(users)
        self._item_counts, totals = _by_view(items)
        n = self._item_counts.sum(axis=1)
        self.mean: Floats = totals.sum(axis=1) / np.maximum(1, n)
        self.item: Floats = (totals - self._item_counts * self.mean[:, None]) / (self._item_counts + SHRINKAGE)
        self.user: Floats = np.zeros(self._user_counts.shape)
        self._sums: Floats = np.zeros(self.item.shape)

    def fit_users(self, rows: Rows, shown: npt.NDArray[np.bool_]) -> None:
        """The users' biases by the items'; the rows hold whole users."""
        first, last = int(rows.user_row[0]), int(rows.user_row[-1]) + 1
        for view in range(VIEWS):
            left = np.where(shown[view], rows.value - self.mean[view] - self.item[view, rows.item_column], 0.0)
            sums = np.bincount(rows.user_row - first, left, minlength=last - first)
            self.user[view, first:last] = sums / (self._user_counts[view, first:last] + SHRINKAGE)

    def sweep(self, rows: Rows) -> None:
        """`fit_users`, and what these users leave to their items."""
        shown = visible(rows)
        self.fit_users(rows, shown)
        for view in range(VIEWS):
            left = rows.value - self.mean[view] - self.user[view, rows.user_row]
            # One after the other, so that the batches' borders do not show in the last digit.
            np.add.at(self._sums[view], rows.item_column[shown[view]], left[shown[view]])

    def end_sweep(self) -> None:
        """The items' biases by the users'."""
        self.item = self._sums / (self._item_counts + SHRINKAGE)
        self._sums = np.zeros(self.item.shape)

    def residuals(self, rows: Rows) -> Floats:
        """Shape (VIEWS, n_rows): what the biases leave of each rating."""
        expected = self.user[:, rows.user_row] + self.item[:, rows.item_column] + self.mean[:, None]
        left: Floats = rows.value - expected
        return left


def _by_view(statistics: Statistics) -> tuple[npt.NDArray[Any], Floats]:
    """Counts and sums of ratings, shape (VIEWS, n)."""
    train = statistics.train
    views = [train - statistics.by_fold[:, :, fold] for fold in range(FOLDS)]
    counts, totals = np.stack([*views, train, statistics.known], axis=1)
    return counts, totals / SCALE
