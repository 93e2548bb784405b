"""Tables: sparse products are the dense ones, and a step is row-wise Adagrad's."""

import numpy as np
import torch

from bakeoff.recommenders.base.wide.tables import Entries, Table

CPU = torch.device("cpu")
# User 1 has nothing, and neither has the last one.
ENTRIES = Entries(
    np.array([0, 0, 2, 2, 2]), np.array([3, 1, 1, 4, 0]), np.array([1, 2, 3, 4, 5], np.float32), n_users=4, device=CPU
)
DENSE = np.zeros((4, 6), np.float32)
DENSE[ENTRIES.users, ENTRIES.rows] = ENTRIES.weights


def test_products_from_both_sides_are_the_dense_ones() -> None:
    table, hidden = torch.randn(6, 3), torch.randn(4, 2)
    torch.testing.assert_close(ENTRIES.times(table), torch.from_numpy(DENSE) @ table)
    rows, sums = ENTRIES.transposed_times(hidden)
    assert rows.tolist() == [0, 1, 3, 4]
    torch.testing.assert_close(sums, (torch.from_numpy(DENSE).T @ hidden)[rows])


def test_neighbouring_users_keep_their_entries() -> None:
    table = torch.randn(6, 3)
    part = ENTRIES.of_users(slice(1, 3))
    torch.testing.assert_close(part.times(table), torch.from_numpy(DENSE[1:3]) @ table)


def test_a_matrix_without_entries_gives_zeros() -> None:
    nothing = ENTRIES.of_users(slice(1, 2))
    assert nothing.times(torch.ones(6, 3)).tolist() == [[0, 0, 0]]
    rows, sums = nothing.transposed_times(torch.ones(1, 2))
    assert rows.tolist() == []
    assert sums.shape == (0, 2)


def test_a_step_divides_by_the_root_of_all_mean_squares_so_far() -> None:
    table = Table.of(torch.zeros(3, 2))
    gradient = torch.tensor([[3.0, 1.0]])
    rows = torch.tensor([1])
    table.descend(gradient, rows=rows, rate=0.5)
    torch.testing.assert_close(table.weights[1], -0.5 * gradient[0] / np.sqrt(5))
    table.descend(gradient, rows=rows, rate=0.5)
    torch.testing.assert_close(table.weights[1], -0.5 * gradient[0] / np.sqrt(5) * (1 + 1 / np.sqrt(2)))
    assert table.weights[[0, 2]].eq(0).all()


def test_a_step_on_all_rows_is_that_on_each() -> None:
    gradient = torch.randn(3, 2)
    one, other = Table.of(torch.ones(3, 2)), Table.of(torch.ones(3, 2))
    one.descend(gradient, rows=None, rate=0.1)
    other.descend(gradient, rows=torch.arange(3), rate=0.1)
    torch.testing.assert_close(one.weights, other.weights)
    torch.testing.assert_close(one.squares, other.squares)
