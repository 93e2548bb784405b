"""Who is held to what: liked candidates of users of whom something is known."""

import numpy as np

from bakeoff.data.holdout import hold_out
from bakeoff.data.interactions import Interactions

N_USERS, N_ITEMS = 4, 6


def matrix(*rows: tuple[int, int, float]) -> Interactions:
    """Interactions of (user, item, value), one a second."""
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Interactions.from_columns(
        users=np.array(columns[0], np.int64),
        items=np.array(columns[1], np.int64),
        values=np.array(columns[2], np.float64),
        timestamps=np.arange(len(rows)),
        n_users=N_USERS,
        n_items=N_ITEMS,
    )


FITTED = matrix((0, 0, 5.0), (0, 1, 1.0), (1, 2, 4.0))
HELD_OUT = matrix((0, 2, 4.0), (0, 3, 5.0), (0, 1, 3.5), (1, 0, 3.0), (2, 0, 5.0), (3, 1, 5.0))


def test_relevant_are_liked_candidates_and_candidates_what_was_fitted_on() -> None:
    holdout = hold_out(fitted=FITTED, known=FITTED, held_out=HELD_OUT, liked_threshold=4.0)
    assert holdout.candidates.tolist() == [True, True, True, False, False, False]
    assert holdout.relevant.items_of(0).tolist() == [2]
    assert holdout.users.tolist() == [0]


def test_the_threshold_itself_is_liked() -> None:
    holdout = hold_out(fitted=FITTED, known=FITTED, held_out=HELD_OUT, liked_threshold=3.5)
    assert holdout.relevant.items_of(0).tolist() == [2, 1]


def test_users_of_whom_nothing_is_known_are_held_to_nothing() -> None:
    holdout = hold_out(fitted=FITTED, known=FITTED, held_out=HELD_OUT, liked_threshold=4.0)
    assert not holdout.relevant.activity[[2, 3]].any()


def test_what_is_folded_in_makes_a_user_known_and_no_item_a_candidate() -> None:
    folded_in = FITTED.merge(matrix((2, 4, 5.0)))
    holdout = hold_out(fitted=FITTED, known=folded_in, held_out=HELD_OUT, liked_threshold=4.0)
    assert holdout.users.tolist() == [0, 2]
    assert holdout.known.items_of(2).tolist() == [4]
    assert not holdout.candidates[4]


def test_nobody_is_held_to_anything_where_nothing_was_fitted_on() -> None:
    nothing = matrix()
    holdout = hold_out(fitted=nothing, known=nothing, held_out=HELD_OUT, liked_threshold=0.5)
    assert len(holdout.users) == 0
    assert not holdout.candidates.any()
