"""How numbers are written: digits, units, intervals, and nothing where nothing is known."""

import pytest

from bakeoff.report.numbers import (
    figure,
    in_words,
    milliseconds,
    money,
    plain,
    price,
    probability,
    quantity,
    seconds,
    signed,
    size,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1951, "0.195"),
        (0, "0.000"),
        (-0.02, "−0.020"),
        (0.00004, "0.00004"),
        (0.0006, "0.0006"),
        (-0.00837, "−0.0084"),
        (12.345, "12.35"),
        (1234.5, "1,234"),
    ],
)
def test_a_number_has_the_digits_that_it_can_show(value: float, text: str) -> None:
    assert plain(value) == text


def test_a_figure_comes_with_its_interval_and_n() -> None:
    estimate = {"value": 0.1951, "low": 0.1812, "high": 0.2093, "n": 1900}
    assert (figure(estimate).text, figure(estimate).more) == ("0.195", "0.181 to 0.209, n\u00a0=\u00a01,900")
    assert in_words(estimate) == "0.195 (0.181 to 0.209, n\u00a0=\u00a01,900)"
    assert in_words({"value": 0.5}) == "0.500"
    assert signed({"value": 0.01}).text == "+0.010"


@pytest.mark.parametrize("nothing", [None, {}, {"value": None}])
def test_what_was_not_measured_is_a_dash(nothing: dict[str, None] | None) -> None:
    assert (figure(nothing).text, figure(nothing).more) == ("–", "")


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0, "$0"), (1234.5, "$1,234.50"), (0.23, "$0.23"), (0.0065, "$0.0065"), (0.00002, "$0.00002"), (0.02, "$0.02")],
)
def test_money_below_a_cent_keeps_two_digits(dollars: float, text: str) -> None:
    assert money(dollars) == text


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (seconds(31), "31 s"),
        (seconds(0.1), "0.1 s"),
        (seconds(0.012), "0.012 s"),
        (seconds(0), "0 s"),
        (seconds(600), "10 min"),
        (seconds(9000), "2.5 h"),
        (seconds(None), "–"),
        (size(999), "999 B"),
        (size(11_600_000), "11.6 MB"),
        (size(2.5e12), "2500.0 GB"),
        (size(None), "–"),
        (milliseconds(17.4), "17 ms"),
        (milliseconds(0.42), "0.4 ms"),
        (probability(0.0001), "<\u00a00.001"),
        (probability(0.0312), "0.031"),
    ],
)
def test_a_quantity_has_its_unit(told: str, text: str) -> None:
    assert told == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0.125, "$0.125"), (0.625, "$0.625"), (1.33334e-05, "$0.0000133334"), (3.5, "$3.50"), (1200, "$1,200.00")],
)
def test_a_price_is_not_rounded(dollars: float, text: str) -> None:
    assert price(dollars) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.00138889, "0.001389"), (0.0065, "0.0065"), (1.6e-6, "0.0000016"), (2628, "2,628"), (21.53, "21.53"), (0, "0")],
)
def test_a_quantity_keeps_four_digits(amount: float, text: str) -> None:
    assert quantity(amount) == text
