"""Windows of histories and what is read of an event."""

import numpy as np
import pytest

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.sequence.events import KNOTS, LIKED, Reading, Windows


def histories(*times: list[int]) -> Interactions:
    """Users with events at these times; the items count on from 0, values are 1, 2, 3..."""
    users = np.repeat(np.arange(len(times)), [len(of) for of in times])
    count = len(users)
    return Interactions.from_columns(
        users=users,
        items=np.arange(count, dtype=np.int32),
        values=np.arange(1, count + 1, dtype=np.float32),
        timestamps=np.array([time for of in times for time in of], np.int64),
        n_users=len(times),
        n_items=count,
    )


def reading(rows: Interactions, *, gap: float = 10) -> Reading:
    return Reading.of(rows, liked_threshold=3.0, session_gap=gap)


def test_every_event_but_a_users_first_is_foretold_exactly_once() -> None:
    rows = histories([1, 2, 3, 4, 5, 6, 7], [1], [], [1, 2])
    windows = Windows.to_learn(rows, length=3, reading=reading(rows))
    batch = windows.batch(np.arange(len(windows)))
    foretold = batch.items[:, 1:][batch.present[:, 1:]]
    assert sorted(foretold.tolist()) == [1, 2, 3, 4, 5, 6, 9]
    assert batch.items.shape[1] <= 4


def test_an_answer_looks_at_the_newest_events_oldest_first() -> None:
    rows = histories([1, 2, 3, 4], [], [5])
    batch = Windows.to_answer(rows, length=3, reading=reading(rows)).batch(np.array([0, 2]))
    assert batch.items.tolist() == [[1, 2, 3], [4, 0, 0]]
    assert batch.present.tolist() == [[True] * 3, [True, False, False]]
    assert batch.ages[0].tolist() == [2, 1, 0]


def test_a_session_begins_after_a_pause_longer_than_the_gap() -> None:
    rows = histories([0, 10, 21, 22])
    batch = Windows.to_answer(rows, length=9, reading=reading(rows)).batch(np.array([0]))
    assert batch.starts.tolist() == [[True, False, True, False]]


def test_nobody_makes_an_empty_batch() -> None:
    rows = histories([], [])
    knots = reading(histories([1, 2]))
    batch = Windows.to_answer(rows, length=3, reading=knots).batch(np.array([], np.int64))
    assert batch.items.shape == (0, 1)


def test_values_are_standardised_and_the_time_lies_between_two_knots() -> None:
    rows = histories(list(range(0, 900, 100)))
    features = reading(rows).features(rows.values, rows.timestamps)
    assert features[:, 0].mean() == pytest.approx(0, abs=1e-6)
    assert features[:, LIKED].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1]
    np.testing.assert_allclose(features[:, 2:].sum(axis=1), 1, rtol=1e-6)
    between = reading(rows).features(np.array([1.0], np.float32), np.array([25]))[0, 2:]
    assert between.tolist() == [0.75, 0.25] + [0] * (KNOTS - 2)


def test_times_beyond_the_fitted_ones_lie_on_the_last_knot() -> None:
    rows = histories(list(range(0, 900, 100)))
    late = reading(rows).features(np.array([1.0], np.float32), np.array([10**9]))[0, 2:]
    assert late.tolist() == [0] * (KNOTS - 1) + [1]


def test_a_value_that_is_no_number_is_read_as_the_mean() -> None:
    rows = histories([1, 2, 3])
    features = reading(rows).features(np.array([np.nan], np.float32), np.array([1]))
    assert features[0, :2].tolist() == [0, 0]
