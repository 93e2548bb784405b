"""Grades of training time, latency and cost: edges, where it was measured, and nothing for what is unknown."""

from typing import Any

import pytest

from bakeoff.judging.operations import latency_grade, running_cost_grade, training_time_grade
from bakeoff.judging.scale import Grade
from tests.support.run_figures import costs

LAPTOP = "a laptop's local cloud"


def trained(seconds: float | None, **changes: Any) -> Grade:
    contestant = {"name": "ease", "twin": False, "trainingSeconds": seconds, **changes}
    return training_time_grade(contestant, measured_on=LAPTOP, thresholds=[300, 1800, 7200, 28800])


def answered(latency: dict[str, Any] | None) -> Grade:
    contestant = {"name": "ease", "twin": False, "latency": latency}
    return latency_grade(contestant, measured_on="AWS, eu-west-1", thresholds=[50, 100, 300, 1000])


def paid(given: dict[str, Any] | None) -> Grade:
    contestant = {"name": "ease", "costs": given}
    return running_cost_grade(contestant, requests_per_month=1_000_000, thresholds=[50, 150, 500, 1500])


@pytest.mark.parametrize(("seconds", "grade"), [(0.4, 1), (300, 1), (301, 2), (28800, 4), (28801, 5)])
def test_training_seconds_are_graded(seconds: float, grade: int) -> None:
    assert trained(seconds).grade == grade


def test_a_laptops_seconds_are_marked_as_a_laptops() -> None:
    assert trained(312).because == (
        "Trained in 312 s, measured on a laptop's local cloud; a 2 needs at most 1,800 s, a 1 300 s."
    )


def test_a_twins_seconds_are_marked_as_a_twins() -> None:
    assert "measured on a laptop's local cloud of a local twin, not of the service;" in trained(3.21, twin=True).because


def test_an_unknown_training_time_has_no_grade() -> None:
    assert (trained(None).grade, trained(None).because) == (None, "No training time was recorded.")


@pytest.mark.parametrize(("p95", "grade"), [(50, 1), (50.1, 2), (100, 2), (300, 3), (1000, 4), (1000.1, 5)])
def test_the_95th_percentile_is_graded(p95: float, grade: int) -> None:
    assert answered({"p50": 1, "p95": p95, "p99": 9999, "n": 200}).grade == grade


def test_latencys_sentence_has_the_number_of_answers_and_the_place() -> None:
    assert answered({"p50": 1, "p95": 83.4, "n": 198}).because == (
        "p95 83.4 ms over 198 answers, measured on AWS, eu-west-1; a 2 needs at most 100 ms, a 1 50 ms."
    )


@pytest.mark.parametrize("latency", [None, {"p50": None, "p95": None, "n": 0}])
def test_latency_without_an_answer_has_no_grade(latency: dict[str, Any] | None) -> None:
    assert (answered(latency).grade, answered(latency).because) == (None, "No answer's latency was measured.")


@pytest.mark.parametrize(("usd", "grade"), [(0.0, 1), (50.0, 1), (50.01, 2), (1500, 4), (1500.01, 5)])
def test_dollars_at_the_stated_traffic_are_graded(usd: float, grade: int) -> None:
    assert paid(costs(usd)).grade == grade


def test_costs_sentence_says_what_is_estimated_and_not_verified() -> None:
    parts = [{"verified": True}, {"verified": False}]
    assert paid(costs(60.5, estimate=True, parts=parts)).because == (
        "60.50 USD a month at 1,000,000 requests, an estimate; a 2 needs at most 150 USD, a 1 50 USD. "
        "Prices not verified: 1 of 2."
    )


def test_costs_that_rest_on_a_laptops_seconds_are_marked_as_a_laptops() -> None:
    said = paid(costs(6.09, estimate=True, measuredOnLaptop=True)).because
    assert said.startswith("6.09 USD a month at 1,000,000 requests, an estimate from a laptop's seconds; ")


def test_the_figure_decides_as_the_sentence_writes_it() -> None:
    assert trained(300.4).grade == 1
    assert trained(300.4).because.startswith("Trained in 300 s")
    assert answered({"p95": 50.04, "n": 100}).grade == 1
    assert answered({"p95": 50.04, "n": 100}).because.startswith("p95 50.0 ms")
    assert paid(costs(50.004)).grade == 1
    assert paid(costs(50.004)).because.startswith("50.00 USD")


def test_an_unknown_price_has_no_grade_and_is_named() -> None:
    given = paid(costs(None, missing=["sagemaker/serverless/gb-second", "artefactBytes"]))
    assert given.grade is None
    assert given.because == (
        "The costs at 1,000,000 requests a month are unknown; missing: sagemaker/serverless/gb-second, artefactBytes."
    )


@pytest.mark.parametrize(("given", "levels"), [(None, "none"), (costs(1.0, requests=10_000), "10,000")])
def test_a_level_of_traffic_that_was_not_reckoned_has_no_grade(given: dict[str, Any] | None, levels: str) -> None:
    assert paid(given).grade is None
    assert paid(given).because == f"No costs at 1,000,000 requests a month were reckoned (levels: {levels})."
