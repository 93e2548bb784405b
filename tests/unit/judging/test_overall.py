"""The overall grade, the order, and what it hangs on, each against counting by hand or by brute force."""

import itertools
import random
from typing import Any

import pytest

from bakeoff.judging.overall import overall, sensitivity

Given = dict[str, dict[str, dict[str, Any]]]


def grades(**of: dict[str, int | None]) -> Given:
    return {name: {criterion: {"grade": grade} for criterion, grade in one.items()} for name, one in of.items()}


def test_the_overall_grade_is_the_weighted_mean() -> None:
    given = grades(one={"accuracy": 1, "latency": 4}, other={"accuracy": 3, "latency": 1})
    assert [(row["name"], row["grade"], row["rank"]) for row in overall(given, {"accuracy": 3, "latency": 1})] == [
        ("one", 1.75, 1),
        ("other", 2.5, 2),
    ]


def test_a_missing_grade_is_not_counted_and_is_named() -> None:
    given = grades(one={"accuracy": 2, "cost": None}, other={"accuracy": 3, "cost": 1})
    first, second = overall(given, {"accuracy": 1, "cost": 1})
    assert first == {"name": "one", "grade": 2.0, "rank": 1, "counted": 1, "of": 2, "missing": ["cost"]}
    assert second == {"name": "other", "grade": 2.0, "rank": 1, "counted": 2, "of": 2, "missing": []}


def test_a_criterion_without_weight_counts_for_nothing() -> None:
    given = grades(one={"accuracy": 2, "cost": None})
    [row] = overall(given, {"accuracy": 1, "cost": 0})
    assert (row["grade"], row["counted"], row["of"], row["missing"]) == (2.0, 1, 1, [])
    assert [one["criterion"] for one in sensitivity(given, {"accuracy": 1, "cost": 0})] == ["accuracy"]


def test_who_has_no_grade_at_all_stands_last_without_a_rank() -> None:
    given = grades(a={"accuracy": None}, b={"accuracy": 5})
    assert [(row["name"], row["grade"], row["rank"]) for row in overall(given, {"accuracy": 1})] == [
        ("b", 5.0, 1),
        ("a", None, None),
    ]


def test_equal_means_share_a_rank_whatever_the_order_of_the_sums() -> None:
    """0.1 * 2 + 0.2 * 3 + 0.3 * 4 is not the same float as the sum backwards."""
    weights = {"a": 0.1, "b": 0.2, "c": 0.3}
    given = grades(x={"a": 2, "b": 3, "c": 4}, y={"c": 4, "b": 3, "a": 2}, z={"a": 5, "b": 5, "c": 5})
    assert [row["rank"] for row in overall(given, weights)] == [1, 1, 3]


def test_a_doubled_weight_that_turns_the_order_is_told() -> None:
    given = grades(one={"accuracy": 1, "cost": 4}, other={"accuracy": 3, "cost": 1})
    found = sensitivity(given, {"accuracy": 2, "cost": 1})
    assert found == [
        {"criterion": "accuracy", "changes": False, "winnerChanges": False, "order": ["one", "other"]},
        {"criterion": "cost", "changes": True, "winnerChanges": True, "order": ["other", "one"]},
    ]


def test_a_tie_that_breaks_changes_the_order() -> None:
    given = grades(one={"accuracy": 1, "cost": 2}, other={"accuracy": 2, "cost": 1})
    assert [(row["changes"], row["winnerChanges"]) for row in sensitivity(given, {"accuracy": 1, "cost": 1})] == [
        (True, True),
        (True, True),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_sensitivity_agrees_with_brute_force(seed: int) -> None:
    """Whole weights and grades, compared crosswise as whole numbers: no mean and no rounding is needed."""
    draw = random.Random(seed)
    criteria, names = [f"c{place}" for place in range(5)], [f"n{place}" for place in range(4)]
    weights = {criterion: float(draw.randint(1, 3)) for criterion in criteria}
    given = {name: {one: {"grade": draw.choice([1, 2, 3, 4, 5, None])} for one in criteria} for name in names}
    given["n0"]["c0"]["grade"] = given["n1"]["c0"]["grade"] = 2

    def signs(doubled: str | None) -> dict[tuple[str, str], int]:
        """Per pair of graded contestants who is ahead: -1, 0, 1."""
        sums = {}
        for name in names:
            known = [
                (int(weights[one]) * (2 if one == doubled else 1), grade)
                for one in criteria
                if (grade := given[name][one]["grade"]) is not None
            ]
            if known:
                sums[name] = (sum(weight * grade for weight, grade in known), sum(weight for weight, _ in known))
        found = {}
        for (one, (top, below)), (other, (their_top, their_below)) in itertools.combinations(sums.items(), 2):
            left, right = top * their_below, their_top * below
            found[one, other] = (left > right) - (left < right)
        return found

    for row in sensitivity(given, weights):
        assert row["changes"] is (signs(row["criterion"]) != signs(None)), row
        position = {name: place for place, name in enumerate(row["order"])}
        for (one, other), sign in signs(row["criterion"]).items():
            assert sign == 0 or (position[one] > position[other]) is (sign > 0)
