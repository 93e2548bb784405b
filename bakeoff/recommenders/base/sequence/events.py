"""Histories as padded batches of events: what goes into a sequence model, in training and when it answers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How events are read; fixed when a model is fitted.

    Args:
        mean: of the values that were fitted on, in the data's own unit.
        deviation: their standard deviation; 1 where all are alike.
        liked_threshold: values at or above it are liked.
        session_gap: seconds without an event after which a new session begins.
    """

    mean: float
    deviation: float
    liked_threshold: float
    session_gap: float

    @classmethod
    def of(cls, interactions: Interactions, *, liked_threshold: float, session_gap: float) -> "Reading":
        values = interactions.values[np.isfinite(interactions.values)].astype(np.float64)
        mean, deviation = (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)
        return cls(
            mean=mean,
            deviation=deviation if deviation > 1e-6 else 1.0,
            liked_threshold=liked_threshold,
            session_gap=session_gap,
        )

    def features(self, values: Floats) -> Floats:
        """Per event its standardised value and whether it is liked, shape (*values.shape, 2)."""
        # A value that is no number says nothing: it is read as the mean.
        standardised = np.nan_to_num((values - self.mean) / self.deviation, nan=0.0, posinf=0.0, neginf=0.0)
        features: Floats = np.stack((standardised, values >= self.liked_threshold), axis=-1).astype(np.float32)
        return features


@dataclass(frozen=True, eq=False)
class Batch:
    """Events of some windows, oldest first, filled up on the right.

    Args:
        items: int64, shape (windows, length); known items, 0 where `present` is False.
        features: float32, shape (windows, length, 2); see `Reading.features`.
        starts: bool, shape (windows, length); whether the event is the first of a session or of the window.
        present: bool, shape (windows, length); whether there is an event.
        ages: int64, shape (windows, length); how many newer events the user has.
    """

    items: Ints
    features: Floats
    starts: Bools
    present: Bools
    ages: Ints


@dataclass(frozen=True, eq=False)
class Windows:
    """Spans of histories, each within one user.

    Args:
        rows: the histories; columns are known items.
        users: int64, shape (windows,); each window's row.
        begins: int64, shape (windows,); where each begins in the arrays of `rows`.
        ends: int64, shape (windows,); where each ends.
        reading: how events are read.
    """

    rows: Interactions
    users: Ints
    begins: Ints
    ends: Ints
    reading: Reading

    def __len__(self) -> int:
        return len(self.users)

    @classmethod
    def to_learn(cls, rows: Interactions, *, length: int, reading: Reading) -> "Windows":
        """All events of all users in windows of at most ``length + 1``; neighbours share one event.

        The first event of a window is only looked at, every other one is to be foretold from those before it.
        """
        counts = np.maximum(-(-(rows.activity - 1) // length), 0)
        users = np.repeat(np.arange(rows.n_users), counts)
        number = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
        ends = rows.indptr[users + 1] - number * length
        return cls(rows, users, np.maximum(ends - length - 1, rows.indptr[users]), ends, reading)

    @classmethod
    def to_answer(cls, rows: Interactions, *, length: int, reading: Reading) -> "Windows":
        """The newest `length` events of every user."""
        ends = rows.indptr[1:]
        return cls(rows, np.arange(rows.n_users), np.maximum(ends - length, rows.indptr[:-1]), ends, reading)

    def batch(self, chosen: npt.NDArray[np.integer]) -> Batch:
        """The events of the windows `chosen`."""
        begins, ends = self.begins[chosen], self.ends[chosen]
        length = max(int((ends - begins).max(initial=0)), 1)
        positions = begins[:, None] + np.arange(length)
        present = positions < ends[:, None]
        positions = np.where(present, positions, np.minimum(begins, max(self.rows.n_interactions - 1, 0))[:, None])
        timestamps = self.rows.timestamps[positions]
        starts = np.ones(present.shape, np.bool_)
        starts[:, 1:] = timestamps[:, 1:] - timestamps[:, :-1] > self.reading.session_gap
        return Batch(
            np.where(present, self.rows.indices[positions], 0).astype(np.int64),
            self.reading.features(self.rows.values[positions]) * present[..., None],
            starts & present,
            present,
            self.rows.indptr[self.users[chosen] + 1][:, None] - 1 - positions,
        )
