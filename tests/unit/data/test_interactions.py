"""The sparse rows: order, selection and merging."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.data.interactions import Interactions

N_USERS, N_ITEMS = 4, 6
Row = tuple[int, int, float, int]
ROWS = st.lists(
    st.tuples(
        st.integers(0, N_USERS - 1),
        st.integers(0, N_ITEMS - 1),
        st.sampled_from([1.0, 3.5, 4.0, 5.0]),
        st.integers(0, 3),
    ),
    max_size=20,
)


def build(rows: list[Row]) -> Interactions:
    users, items, values, timestamps = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    )
    return Interactions.from_columns(
        users=np.array(users, np.int64),
        items=np.array(items, np.int64),
        values=np.array(values, np.float64),
        timestamps=np.array(timestamps, np.int64),
        n_users=N_USERS,
        n_items=N_ITEMS,
    )


def rows_of(interactions: Interactions) -> list[Row]:
    columns = (interactions.rows, interactions.indices, interactions.values, interactions.timestamps)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def by_time(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row[0], row[3]))


def test_rows_are_ordered_by_time_and_equal_timestamps_keep_the_given_order() -> None:
    given_rows = [(1, 5, 4.0, 9), (0, 2, 3.5, 7), (0, 4, 1.0, 3), (0, 1, 5.0, 7)]
    built = build(given_rows)
    assert rows_of(built) == [(0, 4, 1.0, 3), (0, 2, 3.5, 7), (0, 1, 5.0, 7), (1, 5, 4.0, 9)]
    assert built.indptr.tolist() == [0, 3, 4, 4, 4]
    arrays = (built.indptr, built.indices, built.values, built.timestamps)
    assert [str(array.dtype) for array in arrays] == ["int64", "int32", "float32", "int64"]


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_liked_keeps_exactly_the_values_at_or_above_the_threshold(rows: list[Row]) -> None:
    assert rows_of(build(rows).liked(4.0)) == [row for row in by_time(rows) if row[2] >= 4.0]


@given(ROWS, ROWS)
@settings(max_examples=50, deadline=None)
def test_merge_is_ordered_by_time_with_the_first_matrix_before_the_other_at_ties(
    one: list[Row], two: list[Row]
) -> None:
    assert rows_of(build(one).merge(build(two))) == by_time(one + two)


@given(ROWS, st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_newest_keeps_the_last_n_of_every_user(rows: list[Row], n: int) -> None:
    ordered = by_time(rows)
    expected = [row for user in range(N_USERS) for row in [row for row in ordered if row[0] == user][-n:]]
    assert rows_of(build(rows).newest(n)) == expected


@given(ROWS, st.lists(st.integers(0, N_USERS - 1), max_size=6))
@settings(max_examples=50, deadline=None)
def test_of_users_gives_those_rows_in_that_order(rows: list[Row], users: list[int]) -> None:
    built = build(rows)
    chosen = built.of_users(np.array(users, np.int64))
    assert chosen.n_users == len(users)
    assert [chosen.items_of(place).tolist() for place in range(len(users))] == [
        built.items_of(user).tolist() for user in users
    ]
    assert chosen.n_interactions == sum(built.activity[user] for user in users)


def test_counts_and_scipy_matrix_agree_with_the_rows() -> None:
    built = build([(0, 1, 4.0, 1), (2, 1, 2.0, 1), (2, 5, 3.0, 2)])
    assert built.item_counts.tolist() == [0, 2, 0, 0, 0, 1]
    assert built.activity.tolist() == [1, 0, 2, 0]
    dense = built.to_scipy().toarray()
    assert dense.shape == (N_USERS, N_ITEMS)
    assert dense[2].tolist() == [0, 2, 0, 0, 0, 3]
