"""Rows are the learned interactions with known items, whatever the memory they take on the way."""

import numpy as np
import pytest

from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Signal
from bakeoff.recommenders.base.known import KnownItems
from bakeoff.recommenders.base.wide import Rows, rows
from tests.support.training import rows as interactions_of

INTERACTIONS = interactions_of(
    [(0, 5), (1, 4), (2, 1)], [], [(1, 5), (4, 4)], [(2, 2)], [(1, 4), (0, 3), (4, 5)], n_items=6
)


@pytest.mark.parametrize("users_at_once", [1, 2, 100])
@pytest.mark.parametrize("learns_from", ["liked", "all"])
def test_they_are_what_signal_and_known_items_leave(
    monkeypatch: pytest.MonkeyPatch, users_at_once: int, learns_from: str
) -> None:
    monkeypatch.setattr(rows, "_USERS_AT_ONCE", users_at_once)
    signal = Signal(liked_threshold=4, learns_from=learns_from)  # type: ignore[arg-type]
    found, known = Rows.learned(INTERACTIONS, signal=signal, min_interactions=2)
    learned = signal.of(INTERACTIONS)
    expected = KnownItems.most_interacted(learned, at_least=2)
    np.testing.assert_array_equal(known.columns, expected.columns)
    narrowed = expected.narrow(learned)
    np.testing.assert_array_equal(found.indptr, narrowed.indptr)
    np.testing.assert_array_equal(found.indices, narrowed.indices)
    assert found.n_items == narrowed.n_items


def test_no_item_with_enough_interactions_is_an_error() -> None:
    with pytest.raises(ModelError, match="No item has 9 interactions"):
        Rows.learned(INTERACTIONS, signal=Signal(liked_threshold=4), min_interactions=9)
