"""The grade of accuracy: relative to floor and best; a planted tie is a tie in the grades."""

from collections.abc import Collection

import pytest

from bakeoff.judging.accuracy import accuracy_grades
from bakeoff.judging.evidence import Evidence
from bakeoff.judging.scale import Grade
from tests.support.run_figures import RunFigures, figure

FLOOR = "personalize-popularity-count"
THRESHOLDS = [0.9, 0.7, 0.5, 0.25]


def graded(values: dict[str, float], *, tied: Collection[frozenset[str]] = ()) -> dict[str, Grade]:
    """Grades of contestants with these ndcg@10; all pairs differ but the tied ones."""
    run = RunFigures()
    ordered = sorted(values, key=lambda name: -values[name])
    for place, name in enumerate(ordered):
        run.enter(name, {"ndcg@10": figure(values[name])})
        for better in ordered[:place]:
            difference = values[better] - values[name]
            run.compare(better, name, different=frozenset((better, name)) not in tied, difference=difference)
    return accuracy_grades(ordered, evidence=Evidence(run.metrics), floor=FLOOR, thresholds=THRESHOLDS)


def pair(one: str, other: str) -> frozenset[str]:
    return frozenset((one, other))


def of(grades: dict[str, Grade]) -> dict[str, int | None]:
    return {name: grade.grade for name, grade in grades.items()}


def test_the_way_from_the_floor_to_the_best_is_graded() -> None:
    grades = graded({"ease": 0.3, "autoencoder": 0.29, "content": 0.25, "slow": 0.22, FLOOR: 0.2, "worse": 0.1})
    assert of(grades) == {"ease": 1, "autoencoder": 1, "content": 3, "slow": 5, FLOOR: 5, "worse": 5}
    assert grades["content"].because == (
        "ndcg@10 0.2500 (0.2400 to 0.2600, n = 500), 50 % of the way from personalize-popularity-count (0.2000) to the "
        "best, ease (0.3000); a 3 needs at least 50 %, a 2 70 % of the way."
    )
    assert grades["ease"].because == (
        "ndcg@10 0.3000 (0.2900 to 0.3100, n = 500), the best of the run; a 1 needs at least 90 % of the way."
    )


def test_a_planted_tie_with_the_best_is_graded_as_a_tie() -> None:
    grades = graded({"ease": 0.3, "content": 0.25, FLOOR: 0.2}, tied={pair("ease", "content")})
    assert of(grades) == {"ease": 1, "content": 1, FLOOR: 5}
    assert grades["content"].because == (
        "ndcg@10 0.2500 (0.2400 to 0.2600, n = 500). It cannot be told apart from ease and has its grade: the "
        "difference is -0.0500 (-0.1050 to +0.0050), corrected p 1.000; a single test of these 500 users, before the "
        "correction, would show a difference of 0.0123 with a probability of 0.8."
    )


def test_a_tie_below_the_best_has_its_leaders_grade() -> None:
    grades = graded({"ease": 0.3, "b": 0.271, "c": 0.23, FLOOR: 0.2}, tied={pair("b", "c")})
    assert of(grades) == {"ease": 1, "b": 2, "c": 2, FLOOR: 5}
    assert of(graded({"ease": 0.3, "b": 0.271, "c": 0.23, FLOOR: 0.2})) == {"ease": 1, "b": 2, "c": 4, FLOOR: 5}


def test_a_chain_of_ties_is_cut_where_the_best_is_told_apart_and_says_so() -> None:
    """a = b and b = c, but a > c: b goes with a, and c's sentence names b."""
    grades = graded({"a": 0.3, "b": 0.26, "c": 0.22, FLOOR: 0.2}, tied={pair("a", "b"), pair("b", "c")})
    assert of(grades) == {"a": 1, "b": 1, "c": 5, FLOOR: 5}
    assert grades["c"].because.endswith(
        "Nor can it be told apart from b, graded with a better one from which it differs."
    )
    assert "Nor can" not in grades["b"].because


def test_where_nobody_beats_the_floor_the_way_begins_at_zero() -> None:
    grades = graded({FLOOR: 0.2, "ease": 0.19, "content": 0.11}, tied={pair(FLOOR, "ease")})
    assert of(grades) == {FLOOR: 1, "ease": 1, "content": 3}
    assert "55 % of the way from zero, for nobody is better than personalize-popularity-count" in (
        grades["content"].because
    )


def test_without_the_floor_the_way_begins_at_zero() -> None:
    grades = graded({"ease": 0.3, "content": 0.2})
    assert of(grades) == {"ease": 1, "content": 3}
    assert "from zero, for personalize-popularity-count has no figure here" in grades["content"].because


def test_who_was_never_compared_has_not_been_told_apart() -> None:
    run = RunFigures()
    run.enter("ease", {"ndcg@10": figure(0.3)})
    run.enter("content", {"ndcg@10": figure(0.1)})
    grades = accuracy_grades(["ease", "content"], evidence=Evidence(run.metrics), floor=FLOOR, thresholds=THRESHOLDS)
    assert of(grades) == {"ease": 1, "content": 1}
    assert grades["content"].because.endswith("It was not compared with ease and has its grade.")


def test_where_nobody_hits_anything_nobody_is_graded() -> None:
    grades = graded({"ease": 0.0, "content": 0.0})
    assert of(grades) == {"ease": None, "content": None}
    assert "nobody's list held a relevant item" in grades["ease"].because


@pytest.mark.parametrize("names", [[], ["ease"]])
def test_without_figures_nobody_is_graded(names: list[str]) -> None:
    grades = accuracy_grades(names, evidence=Evidence({}), floor=FLOOR, thresholds=THRESHOLDS)
    assert of(grades) == dict.fromkeys(names)
    assert all(grade.because == "ndcg@10 was not measured." for grade in grades.values())


def test_a_single_user_shows_nothing_and_stops_nothing() -> None:
    run = RunFigures()
    run.enter("ease", {"ndcg@10": figure(0.3, n=1)})
    run.enter("content", {"ndcg@10": figure(0.2, n=1)})
    run.compare("ease", "content", different=False)
    run.metrics["comparisons"][0] |= {"smallest": None, "difference": figure(0.1, n=1)}
    grades = accuracy_grades(["ease", "content"], evidence=Evidence(run.metrics), floor=FLOOR, thresholds=THRESHOLDS)
    assert of(grades) == {"ease": 1, "content": 1}
    assert "what a test of 1 user could show cannot be told" in grades["content"].because
