"""Means over those who have a value: the value, the interval, and columns without any."""

import numpy as np
import pytest

from bakeoff.evaluation.partial import estimate_where_defined
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, estimate_means

QUICK = Bootstrap(resamples=400)


def test_columns_without_gaps_are_estimated_as_ever() -> None:
    values = np.random.default_rng(1).random((50, 3))
    found = estimate_where_defined(values, QUICK)
    for ours, plain in zip(found, estimate_means(values, QUICK), strict=True):
        assert ours is not None
        assert (ours.value, ours.low, ours.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_gaps_are_left_out_and_counted() -> None:
    values = np.random.default_rng(2).random((400, 2))
    values[:300, 0] = np.nan
    few, all_ = estimate_where_defined(values, QUICK)
    assert few is not None
    assert all_ is not None
    assert (few.n, all_.n) == (100, 400)
    assert few.value == pytest.approx(values[300:, 0].mean())
    assert few.high - few.low == pytest.approx(2 * (all_.high - all_.low), rel=0.35)


def test_a_column_without_a_number_has_no_estimate_and_a_single_number_has_no_width() -> None:
    values = np.full((30, 2), np.nan)
    values[4, 1] = 0.7
    nothing, single = estimate_where_defined(values, QUICK)
    assert nothing is None
    assert single is not None
    assert (single.value, single.low, single.high, single.n) == pytest.approx((0.7, 0.7, 0.7, 1))
