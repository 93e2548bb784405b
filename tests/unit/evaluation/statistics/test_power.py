"""The smallest difference that could be shown: the formula's value, and that tests find it as often as it says."""

import numpy as np
import pytest

from bakeoff.evaluation.statistics.permutation import paired_p_values
from bakeoff.evaluation.statistics.power import smallest_difference


def test_worked_by_hand() -> None:
    # (1.959964 + 0.841621) * 0.2 / sqrt(400)
    assert smallest_difference(0.2, n=400, alpha=0.05) == pytest.approx(0.02801585, rel=1e-6)


def test_a_difference_of_that_size_is_found_in_about_four_of_five_experiments() -> None:
    rng = np.random.default_rng(1)
    n, experiments = 100, 300
    planted = smallest_difference(1.0, n=n, alpha=0.05)
    found = 0
    for experiment in range(experiments):
        differences = rng.normal(planted, 1.0, size=n)
        values = np.stack([differences, np.zeros(n)], axis=1)[:, :, None]
        found += int(paired_p_values(values, permutations=400, seed=experiment)[0, 0] < 0.05)
    assert found / experiments == pytest.approx(0.8, abs=0.07)
