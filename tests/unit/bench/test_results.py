"""Figures of benchmarks: what they are held to."""

import pytest

from bench.results import Figure


@pytest.mark.parametrize(
    ("value", "at_least", "target", "aim"),
    [
        (1.0, None, None, ""),
        (1.0, None, 0.9, "at most 0.9: missed"),
        (1.0, 1.0, None, "at least 1: holds"),
        (1.0, 0.75, 1.25, "at least 0.75 and at most 1.25: holds"),
        (1.3, 0.75, 1.25, "at least 0.75 and at most 1.25: missed"),
        (None, None, 5.0, "at most 5"),
    ],
)
def test_a_figure_says_what_it_is_held_to_and_whether_it_holds(
    value: float | None, at_least: float | None, target: float | None, aim: str
) -> None:
    figure = Figure(name="some", value=value, unit="s", at_least=at_least, target=target)
    assert figure.aim == aim
    assert figure.holds is (value is not None and not aim.endswith("missed"))
