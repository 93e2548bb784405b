"""The arrays' form of keep_recommendable, held to the function itself."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.contracts.interactions import ScoredItem, keep_recommendable
from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.ranking import NO_ITEM, Lists, contains, recommendable

N_ITEMS = 7
USERS = st.lists(
    st.tuples(st.lists(st.integers(-1, N_ITEMS - 1), max_size=9), st.sets(st.integers(0, N_ITEMS - 1))),
    min_size=1,
    max_size=5,
)


def seen_by(users: list[set[int]]) -> Interactions:
    rows = [(user, item) for user, items in enumerate(users) for item in sorted(items)]
    columns = np.array(rows, np.int64).reshape(-1, 2)
    return Interactions.from_columns(
        users=columns[:, 0],
        items=columns[:, 1],
        values=np.ones(len(rows)),
        timestamps=np.zeros(len(rows), np.int64),
        n_users=len(users),
        n_items=N_ITEMS,
    )


@given(USERS, st.sets(st.integers(0, N_ITEMS - 1)), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_recommendable_equals_keep_recommendable_on_every_list(
    users: list[tuple[list[int], set[int]]], candidates: set[int], n: int
) -> None:
    lists = Lists.from_rows([np.array(ranked, np.int32) for ranked, _ in users])
    mask = np.isin(np.arange(N_ITEMS), list(candidates))
    got = recommendable(lists, seen=seen_by([seen for _, seen in users]), candidates=mask, n=n)
    for row, (ranked, seen) in zip(got.tolist(), users, strict=True):
        kept = keep_recommendable(
            [ScoredItem(str(item), None) for item in ranked],
            seen={str(item) for item in seen},
            candidates={str(item) for item in candidates},
            n=n,
        )
        expected = [int(item.item_id) for item in kept]
        assert row == expected + [NO_ITEM] * (n - len(expected))


def test_contains_never_finds_no_item() -> None:
    # The key of (user 1, no item) would be that of (user 0, last item).
    interactions = seen_by([{N_ITEMS - 1}, {0}])
    found = contains(interactions, rows=np.array([0, 0, 1, 1]), columns=np.array([N_ITEMS - 1, 0, NO_ITEM, 0]))
    assert found.tolist() == [True, False, False, True]


def test_lists_of_a_filled_up_matrix_end_where_the_filling_starts() -> None:
    lists = Lists.from_matrix(np.array([[3, 1, NO_ITEM], [NO_ITEM, NO_ITEM, NO_ITEM], [0, 2, 4]]))
    assert (lists.indptr.tolist(), lists.items.tolist()) == ([0, 2, 2, 5], [3, 1, 0, 2, 4])
    assert lists.rows.tolist() == [0, 0, 2, 2, 2]
