"""Grades of personalization, novelty and diversity: definitions, edges, and parts that the data cannot give."""

import pytest

from bakeoff.judging.evidence import Evidence
from bakeoff.judging.lists import novelty_diversity_grades, personalization_grade
from bakeoff.judging.scale import Grade
from tests.support.run_figures import RunFigures, figure

FLOOR = "personalize-popularity-count"
SHARES = [0.8, 0.6, 0.4, 0.2]
MEANS = [0.6, 0.5, 0.4, 0.3]


@pytest.mark.parametrize(("value", "grade"), [(0.8, 1), (0.79996, 1), (0.7999, 2), (0.2, 4), (0.19, 5)])
def test_personalization_is_graded_as_it_is(value: float, grade: int) -> None:
    run = RunFigures()
    run.enter("ease", {"personalization@10": figure(value, half=0.001)})
    given = personalization_grade("ease", evidence=Evidence(run.metrics), thresholds=SHARES)
    assert given.grade == grade


def test_personalizations_sentence_has_figure_interval_and_thresholds() -> None:
    run = RunFigures()
    run.enter("ease", {"personalization@10": figure(0.605)})
    given = personalization_grade("ease", evidence=Evidence(run.metrics), thresholds=SHARES)
    assert given.because == (
        "personalization@10 0.6050 (0.5950 to 0.6150, n = 500); a 2 needs at least 0.6, a 1 0.8. "
        "Its interval reaches from a 2 to a 3."
    )


def test_personalization_that_was_not_measured_has_no_grade() -> None:
    given = personalization_grade("ease", evidence=Evidence({}), thresholds=SHARES)
    assert (given.grade, given.because) == (None, "personalization@10 was not measured.")


def novelty(run: RunFigures, *names: str) -> dict[str, Grade]:
    """Graded against a floor whose items have 2 bits."""
    run.enter(FLOOR, {"novelty@10": figure(2.0)})
    return novelty_diversity_grades(names, evidence=Evidence(run.metrics), floor=FLOOR, thresholds=MEANS)


def test_novelty_and_diversity_is_the_mean_of_three_shares() -> None:
    """One bit above the floor is half as popular; 0.3 of the 1,000 items that 500 lists of ten could all show."""
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(3.0), "ild@10": figure(0.7), "coverage@10": figure(0.3)})
    given = novelty(run, "ease")["ease"]
    assert given.grade == 2
    assert given.because == (
        "0.500, the mean of: items less popular than the floor's by 50 % "
        "(novelty@10 3.0000 (2.9900 to 3.0100, n = 500)); "
        "diversity by genre inside a list 70 % (ild@10 0.7000 (0.6900 to 0.7100, n = 500)); "
        "coverage of what the lists could cover 30 % (coverage@10 0.3000 (0.2900 to 0.3100, n = 500)); "
        "a 2 needs at least 0.5, a 1 0.6."
    )


def test_items_more_popular_than_the_floors_are_not_novel_and_no_worse() -> None:
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(1.0), "ild@10": figure(0.7), "coverage@10": figure(0.3)})
    assert "items less popular than the floor's by 0 %" in novelty(run, "ease")["ease"].because


def test_coverage_is_of_what_so_few_lists_could_cover() -> None:
    """20 lists of ten show at most 200 of 1,000 items: a coverage of 0.15 is three quarters of it."""
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(3.0), "ild@10": figure(0.7), "coverage@10": figure(0.15, n=20)})
    given = novelty(run, "ease")["ease"]
    assert "coverage of what the lists could cover 75 %" in given.because
    assert given.grade == 1


def test_a_part_that_the_data_cannot_give_is_left_out_for_everybody() -> None:
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(3.0), "coverage@10": figure(0.2)})
    run.enter("content", {"novelty@10": figure(4.0), "coverage@10": figure(0.45), "ild@10": figure(0.1)})
    grades = novelty(run, "ease", "content")
    assert {name: grade.grade for name, grade in grades.items()} == {"ease": 4, "content": 1}
    for grade in grades.values():
        assert grade.because.endswith("Not known in this run, and left out for everybody: ild@10.")


def test_without_a_floor_novelty_is_left_out() -> None:
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(3.0), "ild@10": figure(0.7), "coverage@10": figure(0.3)})
    evidence = Evidence(run.metrics)
    given = novelty_diversity_grades(["ease"], evidence=evidence, floor=FLOOR, thresholds=MEANS)["ease"]
    assert given.grade == 2
    assert given.because.endswith("left out for everybody: novelty@10.")


def test_who_has_no_figures_has_no_grade_and_takes_none_from_others() -> None:
    run = RunFigures()
    run.enter("ease", {"novelty@10": figure(3.0), "ild@10": figure(0.7), "coverage@10": figure(0.3)})
    grades = novelty(run, "ease", "late")
    assert (grades["ease"].grade, grades["late"].grade) == (2, None)
    assert grades["late"].because == "Not measured, or nothing to relate it to: novelty@10, ild@10, coverage@10."
