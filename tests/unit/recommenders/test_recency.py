"""Recency weights and rows of length 1."""

import numpy as np

from bakeoff.recommenders.base.recency import halved, of_unit_length, recency
from tests.support.training import rows

HISTORIES = rows([(0, 5), (1, 4), (2, 4)], [], [(3, 5)], n_items=4)


def test_an_item_weighs_a_power_of_its_age_in_its_own_history() -> None:
    np.testing.assert_allclose(recency(HISTORIES, 0.5), [3**-0.5, 2**-0.5, 1, 1], rtol=1e-6)


def test_at_an_exponent_of_zero_all_count_alike() -> None:
    assert recency(HISTORIES, 0).tolist() == [1, 1, 1, 1]


def test_an_item_counts_half_after_as_many_newer_ones_as_the_half_life() -> None:
    np.testing.assert_allclose(halved(HISTORIES, 2), [0.5, 0.5**0.5, 1, 1], rtol=1e-6)
    assert halved(HISTORIES, 0).tolist() == [1, 1, 1, 1]


def test_every_row_is_scaled_to_length_one_and_keeps_its_proportions() -> None:
    scaled = of_unit_length(np.array([3, 4, 0, 7], np.float32), HISTORIES)
    np.testing.assert_allclose(scaled, [0.6, 0.8, 0, 1], rtol=1e-6)


def test_a_row_of_zeros_stays_zero() -> None:
    assert of_unit_length(np.zeros(4, np.float32), HISTORIES).tolist() == [0, 0, 0, 0]
