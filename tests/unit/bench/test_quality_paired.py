"""Ratios on the same users, and the interval of the difference."""

import numpy as np
import pytest

from bench.quality_paired import paired, paired_rmse


def test_a_ratio_of_means_with_the_interval_of_the_difference() -> None:
    ours, theirs = np.array([0.2, 0.4, 0.6, 0.8]), np.array([0.1, 0.3, 0.5, 0.7])
    [ratio, possible] = paired("ours_vs_theirs", ours, theirs, at_least=1, loss=0.01)
    assert ratio.value == pytest.approx(1.25)
    # Everybody gains a tenth, whoever is drawn.
    assert ratio.spread is not None
    assert ratio.spread[0] > 0
    assert (possible.value, possible.holds) == (0, True)


def test_a_possible_loss_is_a_share_of_the_rivals_mean() -> None:
    ours, theirs = np.array([0.0, 0.4] * 50), np.array([0.2, 0.2] * 50)
    [ratio, possible] = paired("ours_vs_theirs", ours, theirs, at_least=1, loss=0.01)
    assert ratio.value == pytest.approx(1)
    assert ratio.spread is not None
    assert possible.value == pytest.approx(-ratio.spread[0] / 0.2)
    assert not possible.holds


def test_users_without_a_held_out_rating_change_no_interval() -> None:
    generator = np.random.default_rng(0)
    rows = np.repeat(np.arange(30), 4)
    ours, theirs = generator.random(120), generator.random(120)
    told = paired_rmse("rmse", ours, theirs, rows, target=None)
    among_others = paired_rmse("rmse", ours, theirs, rows * 7 + 3, target=None)
    assert told == among_others
    assert told.value == pytest.approx((ours.mean() / theirs.mean()) ** 0.5)
