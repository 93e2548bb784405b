"""Which items a step's softmax is over."""

import numpy as np
import pytest

from bakeoff.recommenders.base.wide.columns import COLUMNS, WIDE, ColumnSampler, columns_for


@pytest.mark.parametrize(
    ("n_items", "asked", "columns"),
    [(WIDE, -1, COLUMNS), (WIDE - 1, -1, 0), (58_000, 0, 0), (100, 30, 30), (100, 100, 0), (100, 500, 0)],
)
def test_columns_follow_the_catalogue_unless_they_are_asked_for(n_items: int, asked: int, columns: int) -> None:
    assert columns_for(n_items, asked) == columns


def test_so_many_are_drawn_on_average_popular_ones_more_often_and_none_without_a_chance() -> None:
    counts = np.concatenate(([100_000], np.arange(1_000, 0, -1), [0]))
    sampler = ColumnSampler.of_counts(counts, n=100)
    assert sampler.inclusion.sum() == pytest.approx(100, rel=0.01)
    assert sampler.inclusion[0] == 1
    assert (np.diff(sampler.inclusion) <= 0).all()
    assert sampler.inclusion[-1] > 0
    generator = np.random.default_rng(0)
    drawn = [sampler.draw(generator) for _ in range(200)]
    assert np.mean([len(columns) for columns in drawn]) == pytest.approx(100, rel=0.05)
    assert all((np.diff(columns) > 0).all() and columns[0] == 0 for columns in drawn)


def test_more_columns_than_items_are_all_items() -> None:
    assert (ColumnSampler.of_counts(np.array([3, 2, 1]), n=5).inclusion == 1).all()
