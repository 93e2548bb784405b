"""Bootstrap intervals: seeded, of the right width, and around the value."""

import numpy as np
import pytest

from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate_means
from bakeoff.evaluation.statistics.exposure import estimate_coverage


def test_interval_of_a_mean_has_the_width_that_theory_says() -> None:
    values = np.random.default_rng(1).normal(0.4, 0.2, size=(400, 1))
    (estimate,) = estimate_means(values, Bootstrap())
    standard_error = float(values.std() / np.sqrt(400))
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.n == 400
    assert estimate.low == pytest.approx(estimate.value - 1.96 * standard_error, abs=0.15 * standard_error)
    assert estimate.high == pytest.approx(estimate.value + 1.96 * standard_error, abs=0.15 * standard_error)


def test_same_seed_draws_the_same_users_for_every_contestant() -> None:
    values = np.random.default_rng(2).random((50, 1))
    one, two = estimate_means(np.hstack([values, 1 - values]), Bootstrap())
    assert one.low == pytest.approx(1 - two.high)
    assert estimate_means(values, Bootstrap(seed=1)) == estimate_means(values, Bootstrap(seed=1))
    assert estimate_means(values, Bootstrap(seed=1)) != estimate_means(values, Bootstrap(seed=2))


def test_equal_values_have_an_interval_without_width() -> None:
    (estimate,) = estimate_means(np.full((30, 1), 0.25), Bootstrap())
    assert estimate == Estimate(value=0.25, low=0.25, high=0.25, n=30)


def test_coverage_interval_lies_around_the_value() -> None:
    generator = np.random.default_rng(3)
    ranked = np.array([generator.choice(200, size=10, replace=False) for _ in range(40)], np.int32)
    estimate = estimate_coverage(ranked, n_candidates=250, k=10, bootstrap=Bootstrap())
    assert estimate.value == len(np.unique(ranked)) / 250
    assert 0 < estimate.low < estimate.value < estimate.high < 1
    assert estimate.n == 40


def test_same_list_for_everyone_has_a_coverage_without_scatter() -> None:
    ranked = np.tile(np.array([4, 2, -1], np.int32), (20, 1))
    estimate = estimate_coverage(ranked, n_candidates=8, k=3, bootstrap=Bootstrap(resamples=50))
    assert estimate == Estimate(value=0.25, low=0.25, high=0.25, n=20)


def test_estimate_is_written_with_six_decimals() -> None:
    estimate = Estimate(value=1 / 3, low=0.1, high=2 / 3, n=9)
    assert estimate.to_json() == {"value": 0.333333, "low": 0.1, "high": 0.666667, "n": 9}
