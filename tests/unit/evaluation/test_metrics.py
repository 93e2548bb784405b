"""The metrics: values worked by hand, and brute force from the formulas on random lists."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.evaluation.metrics import average_precision, coverage, hit_rate, mrr, ndcg, precision, recall


def hits(*rows: str) -> npt.NDArray[np.bool_]:
    """One row per user; x marks a hit."""
    return np.array([[mark == "x" for mark in row] for row in rows])


def relevant(*counts: int) -> npt.NDArray[np.int64]:
    return np.array(counts, np.int64)


def test_ndcg_worked_by_hand() -> None:
    # Hits at ranks 1 and 3 of 3 relevant items, k = 5: (1 + 1/2) / (1 + 1/log2(3) + 1/2) = 1.5 / 2.1309 = 0.7039.
    assert ndcg(hits("x.x.."), relevant(3), k=5).tolist() == [pytest.approx(0.703918)]
    # One hit at rank 2 of 1 relevant item: 1/log2(3).
    assert ndcg(hits(".x..."), relevant(1), k=5).tolist() == [pytest.approx(0.630930)]


def test_ndcg_ideal_list_is_no_longer_than_k() -> None:
    # 4 relevant items, but only 2 ranks count: two hits are all that a list can have.
    assert ndcg(hits("xx.."), relevant(4), k=2).tolist() == [1.0]


def test_ndcg_ignores_ranks_beyond_k_and_misses_cost_nothing_after_the_last_hit() -> None:
    assert ndcg(hits("..x"), relevant(1), k=2).tolist() == [0.0]
    assert ndcg(hits("x.."), relevant(1), k=3).tolist() == [1.0]


def test_recall_worked_by_hand() -> None:
    # 2 of 4 relevant items among the first 3: 2 / min(3, 4). 1 of 2: 1 / min(3, 2).
    assert recall(hits("x.xx", "...x"), relevant(4, 2), k=3).tolist() == [pytest.approx(2 / 3), 0.0]
    assert recall(hits(".x.."), relevant(2), k=3).tolist() == [0.5]


def test_precision_divides_by_k_also_where_the_list_is_shorter() -> None:
    assert precision(hits("x.x", "x  "), relevant(3, 1), k=5).tolist() == [pytest.approx(2 / 5), pytest.approx(1 / 5)]


def test_hit_rate_and_mrr_worked_by_hand() -> None:
    marks = hits("..x.x", "....x", ".....")
    assert hit_rate(marks, relevant(2, 1, 1), k=4).tolist() == [1.0, 0.0, 0.0]
    assert mrr(marks, relevant(2, 1, 1), k=4).tolist() == [pytest.approx(1 / 3), 0.0, 0.0]


def test_average_precision_worked_by_hand() -> None:
    # Hits at ranks 1 and 3 of 3 relevant items, k = 5: (1/1 + 2/3) / 3.
    assert average_precision(hits("x.x.."), relevant(3), k=5).tolist() == [pytest.approx(5 / 9)]
    # Two ranks hold two of four relevant items: perfect at k = 2.
    assert average_precision(hits("xx.."), relevant(4), k=2).tolist() == [1.0]


def test_coverage_counts_distinct_candidates_in_the_first_k() -> None:
    ranked = np.array([[0, 1, 2], [0, 3, 4], [5, -1, -1]], np.int32)
    assert coverage(ranked, n_candidates=10, k=2) == pytest.approx(0.4)
    assert coverage(ranked, n_candidates=6, k=3) == 1.0


LENGTH = 8


@given(
    st.lists(st.tuples(st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH), st.integers(0, 9)), min_size=1),
    st.integers(1, LENGTH),
)
@settings(max_examples=100, deadline=None)
def test_metrics_equal_the_formulas_written_as_loops(users: list[tuple[list[bool], int]], k: int) -> None:
    marks = np.array([row for row, _ in users])
    n_relevant = np.array([max(1, sum(row) + missed) for row, missed in users])
    for row, n, by_ndcg, by_recall in zip(
        marks, n_relevant, ndcg(marks, n_relevant, k=k), recall(marks, n_relevant, k=k), strict=True
    ):
        gained = sum(1 / math.log2(rank + 1) for rank in range(1, k + 1) if row[rank - 1])
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, n) + 1))
        assert by_ndcg == pytest.approx(gained / ideal)
        assert by_recall == pytest.approx(sum(row[:k]) / min(k, n))
        assert 0 <= by_ndcg <= 1 + 1e-12
    for row, n, by_map, by_mrr in zip(
        marks, n_relevant, average_precision(marks, n_relevant, k=k), mrr(marks, n_relevant, k=k), strict=True
    ):
        ranks = [rank for rank in range(1, k + 1) if row[rank - 1]]
        assert by_map == pytest.approx(sum((place + 1) / rank for place, rank in enumerate(ranks)) / min(k, n))
        assert by_mrr == pytest.approx(1 / ranks[0] if ranks else 0)
