"""Histories as padded batches of events: what goes into a sequence model, in training and when it answers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# Points in time between which the model blends what is in fashion.
KNOTS = 9
# The features of an event: its standardised value, whether it is liked, its nearness to each knot.
FEATURES = 2 + KNOTS
LIKED = 1


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How events are read; fixed when a model is fitted.

    Args:
        mean: of the values that were fitted on, in the data's own unit.
        deviation: their standard deviation; 1 where all are alike.
        knots: float64, rising; points in time, in seconds since 1970, between which equally many events were fitted.
        liked_threshold: values at or above it are liked.
        session_gap: seconds without an event after which a new session begins.
    """

    mean: float
    deviation: float
    knots: npt.NDArray[np.float64]
    liked_threshold: float
    session_gap: float

    @classmethod
    def of(cls, interactions: Interactions, *, liked_threshold: float, session_gap: float) -> "Reading":
        values = interactions.values[np.isfinite(interactions.values)].astype(np.float64)
        mean, deviation = (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)
        return cls(
            mean=mean,
            deviation=deviation if deviation > 1e-6 else 1.0,
            knots=np.quantile(interactions.timestamps.astype(np.float64), np.linspace(0, 1, KNOTS)),
            liked_threshold=liked_threshold,
            session_gap=session_gap,
        )

    def features(self, values: Floats, timestamps: Ints) -> Floats:
        """Per event its standardised value, whether it is liked, and its time, shape (*values.shape, `FEATURES`).

        The time is a point between two knots: its nearness to each of them stands in that knot's place, 0 in all
        others. What came before the first knot or after the last one lies on it.
        """
        # A value that is no number says nothing: it is read as the mean.
        standardised = np.nan_to_num((values - self.mean) / self.deviation, nan=0.0, posinf=0.0, neginf=0.0)
        features = np.zeros((*values.shape, FEATURES), np.float32)
        features[..., 0] = standardised
        features[..., LIKED] = values >= self.liked_threshold
        place = np.interp(timestamps, self.knots, np.arange(KNOTS))
        before = np.minimum(place.astype(np.int64), KNOTS - 2)[..., None]
        share = (place[..., None] - before).astype(np.float32)
        np.put_along_axis(features[..., 2:], before, 1 - share, axis=-1)
        np.put_along_axis(features[..., 2:], before + 1, share, axis=-1)
        return features


@dataclass(frozen=True, eq=False)
class Batch:
    """Events of some windows, oldest first, filled up on the right.

    Args:
        items: int64, shape (windows, length); known items, 0 where `present` is False.
        features: float32, shape (windows, length, `FEATURES`); see `Reading.features`.
        starts: bool, shape (windows, length); whether the event is the first of a session or of the window.
        present: bool, shape (windows, length); whether there is an event.
        ages: int64, shape (windows, length); how many newer events the user has.
    """

    items: Ints
    features: Floats
    starts: Bools
    present: Bools
    ages: Ints

    def without_last(self) -> "Batch":
        """All columns but the last: its events are only foretold."""
        return Batch(
            self.items[:, :-1], self.features[:, :-1], self.starts[:, :-1], self.present[:, :-1], self.ages[:, :-1]
        )


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
            self.reading.features(self.rows.values[positions], timestamps) * present[..., None],
            starts & present,
            present,
            self.rows.indptr[self.users[chosen] + 1][:, None] - 1 - positions,
        )
