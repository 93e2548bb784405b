"""The interactions that the training is measured on."""

from pathlib import Path

import numpy as np

from bench.training_data import Shape, make, open_rows

SHAPE = Shape(users=300, items=200, interactions=5_000, groups=10)


def test_made_up_interactions_are_those_of_the_shape_each_once(tmp_path: Path) -> None:
    rows = open_rows(make(tmp_path / "one", SHAPE))
    assert (rows.n_users, rows.n_items) == (300, 200)
    assert 0.8 * SHAPE.interactions < rows.n_interactions <= SHAPE.interactions
    assert len(np.unique(rows.rows * 200 + rows.indices)) == rows.n_interactions
    assert (rows.values == 5).all()
    assert rows.activity.min() >= 0


def test_the_same_shape_is_made_once_and_alike(tmp_path: Path) -> None:
    first = open_rows(make(tmp_path / "one", SHAPE)).indices.copy()
    written = (tmp_path / "one" / "indices.bin").stat().st_mtime_ns
    make(tmp_path / "one", SHAPE)
    assert (tmp_path / "one" / "indices.bin").stat().st_mtime_ns == written
    np.testing.assert_array_equal(open_rows(make(tmp_path / "two", SHAPE)).indices, first)


def test_users_have_tastes(tmp_path: Path) -> None:
    """Items of one group are liked by the same users, so many pairs of items go together."""
    rows = open_rows(make(tmp_path / "one", SHAPE))
    dense = np.zeros((300, 200))
    dense[rows.rows, rows.indices] = 1
    together = np.corrcoef(dense.T)
    assert (np.abs(together[~np.eye(200, dtype=bool)]) > 0.3).mean() > 0.02
