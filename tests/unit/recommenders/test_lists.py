"""From scores to ranked lists: order, ties, lengths, cold users, chunks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Model
from bakeoff.recommenders.base.known import KnownItems, add_rows
from bakeoff.recommenders.base.lists import CHUNK, nth_highest, recommend, top_n
from tests.support.training import rows


class Counting(Model):
    """Scores item i with i, or with what it is told; knows users with a history."""

    def __init__(self, scores: list[float] | None = None, *, backwards: bool = False) -> None:
        self.given, self.backwards, self.asked = scores, backwards, list[int]()

    def scores(self, histories: Interactions) -> np.ndarray:
        self.asked.append(histories.n_users)
        one = np.array(self.given if self.given is not None else range(histories.n_items), np.float32)
        return np.tile(one, (histories.n_users, 1))

    def knows(self, histories: Interactions) -> np.ndarray:
        return histories.activity > 0

    def rerank(self, ranked: np.ndarray, *, exempt: np.ndarray) -> np.ndarray:
        return np.arange(len(ranked))[:: -1 if self.backwards else 1]

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_arrays(cls, arrays: object, *, settings: object, signal: object) -> "Counting":
        return cls()


SCORES = st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=12)


@given(scores=SCORES, n=st.integers(1, 15))
def test_the_list_is_the_head_of_a_stable_full_sort(scores: list[float], n: int) -> None:
    expected = [column for column in sorted(range(len(scores)), key=lambda c: -scores[c]) if scores[column] > -np.inf]
    assert top_n(np.array(scores, np.float32), n).tolist() == expected[:n]


def test_equal_scores_stand_in_column_order_also_where_the_list_is_cut() -> None:
    assert top_n(np.array([1, 2, 1, 2, 1], np.float32), 3).tolist() == [1, 3, 0]


def test_items_that_cannot_be_recommended_shorten_the_list() -> None:
    assert top_n(np.array([-np.inf, 1, -np.inf], np.float32), 3).tolist() == [1]


def test_a_user_without_history_is_cold_and_the_others_are_answered() -> None:
    first, second = recommend(Counting(), rows([], [(0, 5)], n_items=3), n=[2, 2])
    assert first.cold
    assert first.columns.tolist() == []
    assert not second.cold
    assert second.columns.tolist() == [2, 1]


def test_every_user_gets_the_length_asked_for() -> None:
    lists = recommend(Counting(), rows([(0, 5)], [(0, 5)], n_items=4), n=[1, 3])
    assert [len(ranked.columns) for ranked in lists] == [1, 3]


def test_many_users_are_scored_in_chunks_of_bounded_size() -> None:
    model = Counting()
    lists = recommend(model, rows(*[[(0, 5)]] * (CHUNK + 3), n_items=3), n=[1] * (CHUNK + 3))
    assert model.asked == [CHUNK, 3]
    assert len(lists) == CHUNK + 3


def test_scores_of_a_reranked_list_still_fall() -> None:
    (ranked,) = recommend(Counting([3, 1, 2], backwards=True), rows([(0, 5)], n_items=3), n=[3])
    assert ranked.columns.tolist() == [1, 2, 0]
    assert ranked.scores.tolist() == [1, 1, 1]


def test_a_score_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ModelError, match="not a number"):
        recommend(Counting([np.nan, 1, 2]), rows([(0, 5)], n_items=3), n=[1])


def test_known_items_are_numbered_anew_and_back() -> None:
    known = KnownItems(np.array([1, 3], np.int32), 4)
    narrow = known.narrow(rows([(0, 1), (3, 2)], [(1, 3)], n_items=4))
    assert narrow.indptr.tolist() == [0, 1, 2]
    assert narrow.indices.tolist() == [1, 0]
    assert narrow.values.tolist() == [2, 3]
    assert known.widen(np.array([[5, 6]], np.float32)).tolist() == [[-np.inf, 5, -np.inf, 6]]


def test_rows_are_added_as_a_matrix_product_adds_them() -> None:
    histories = rows([(0, 1), (2, 1)], [], [(1, 1)], n_items=3)
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    weights = np.array([2, 3, 4], np.float32)
    dense = np.array([[2, 0, 3], [0, 0, 0], [0, 4, 0]])
    np.testing.assert_array_equal(add_rows(histories, matrix, weights=weights), dense @ matrix)


def test_a_long_history_is_added_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = rows([(0, 5), (1, 5), (2, 5)], [], [(2, 5)], n_items=3)
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    weights = np.array([1, 2, 3, 4], np.float32)
    at_once = add_rows(histories, matrix, weights=weights)
    monkeypatch.setattr("bakeoff.recommenders.base.known.ROWS_AT_ONCE", 2)
    np.testing.assert_array_equal(add_rows(histories, matrix, weights=weights), at_once)


@pytest.mark.parametrize("n", [1, 7, 40, 400, 1000])
@pytest.mark.parametrize("kind", ["drawn", "rising", "falling", "few values", "mostly -inf"])
def test_the_nth_highest_is_that_of_the_sorted_values(kind: str, n: int) -> None:
    values = np.random.default_rng(n).standard_normal(1000).astype(np.float32)
    values = {
        "drawn": values,
        "rising": np.sort(values),
        "falling": np.sort(values)[::-1],
        "few values": np.round(values),
        "mostly -inf": np.where(values > 1, values, -np.inf).astype(np.float32),
    }[kind]
    assert nth_highest(values, n) == np.sort(values)[-n]
