"""Thresholds: what meets one has the better grade, and the sentence names what was asked."""

import pytest

from bakeoff.judging.scale import Scale, percent

SHARES = Scale(thresholds=[0.9, 0.7, 0.5, 0.25], more_is_better=True, write=percent)
SECONDS = Scale(thresholds=[300, 1800, 7200, 28800], more_is_better=False, write=lambda value: f"{value:g} s")


@pytest.mark.parametrize(
    ("value", "grade"),
    [(1.0, 1), (0.9, 1), (0.8999, 2), (0.7, 2), (0.6999, 3), (0.5, 3), (0.4999, 4), (0.25, 4), (0.2499, 5), (-3.0, 5)],
)
def test_more_is_better_and_meeting_a_threshold_is_enough(value: float, grade: int) -> None:
    assert SHARES.grade(value) == grade


@pytest.mark.parametrize(
    ("value", "grade"),
    [(0, 1), (300, 1), (300.1, 2), (1800, 2), (1801, 3), (7200, 3), (7201, 4), (28800, 4), (28801, 5)],
)
def test_less_is_better_and_meeting_a_threshold_is_enough(value: float, grade: int) -> None:
    assert SECONDS.grade(value) == grade


def test_a_threshold_met_in_exact_arithmetic_is_met() -> None:
    share = (0.29 - 0.2) / (0.3 - 0.2)
    assert share < 0.9
    assert SHARES.grade(share) == 1


def test_the_sentence_names_the_grades_threshold_and_the_next_better_one() -> None:
    assert SHARES.needs(1) == "a 1 needs at least 90 %"
    assert SHARES.needs(3) == "a 3 needs at least 50 %, a 2 70 %"
    assert SECONDS.needs(4) == "a 4 needs at most 28800 s, a 3 7200 s"
    assert SECONDS.needs(5) == "a 4 needs at most 28800 s"


def test_an_interval_over_a_threshold_is_told_and_one_between_two_is_not() -> None:
    assert SHARES.reach(0.69, 0.71) == " Its interval reaches from a 2 to a 3."
    assert SECONDS.reach(299, 7201) == " Its interval reaches from a 1 to a 4."
    assert SHARES.reach(0.7, 0.71) == ""
