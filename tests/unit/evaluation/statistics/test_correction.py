"""Holm's correction, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.evaluation.statistics.correction import holm


def test_worked_by_hand() -> None:
    # Ascending .01, .02, .03, .04 times 4, 3, 2, 1: .04, .06, .06, .04; each raised to the one before.
    assert holm(np.array([0.03, 0.01, 0.04, 0.02])).tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]


def test_each_metric_is_corrected_by_itself() -> None:
    both = holm(np.array([[0.01, 0.5], [0.04, 0.01]]))
    assert both.tolist() == [pytest.approx([0.02, 0.5]), pytest.approx([0.04, 0.02])]


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=30))
def test_between_the_raw_values_and_bonferroni_and_in_the_same_order(raw: list[float]) -> None:
    p_values = np.array(raw)
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (adjusted <= np.minimum(1, p_values * len(raw)) + 1e-12).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
