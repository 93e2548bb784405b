"""Grades and claims as Markdown: whole tables, nothing that ends a row early, twins labelled."""

from typing import Any

import pytest

from bakeoff.judging.summary import claims_table, grade_table, overall_order, sensitivity_sentence


@pytest.fixture
def grades() -> dict[str, Any]:
    return {
        "criteria": [
            {"name": "accuracy", "title": "Accuracy", "weight": 3.0, "judged": False},
            {"name": "control", "title": "Control", "weight": 1.0, "judged": True},
        ],
        "overall": [
            {"name": "ease", "grade": 1.25, "rank": 1, "counted": 2, "of": 2, "missing": []},
            {"name": "counts", "grade": 5.0, "rank": 2, "counted": 1, "of": 2, "missing": ["accuracy"]},
            {"name": "new", "grade": None, "rank": None, "counted": 0, "of": 2, "missing": ["accuracy", "control"]},
        ],
        "sensitivity": [
            {"criterion": "accuracy", "changes": False, "winnerChanges": False, "order": []},
            {"criterion": "control", "changes": True, "winnerChanges": False, "order": []},
        ],
    }


def contestant(name: str, accuracy: int | None, control: int | None, **changes: Any) -> dict[str, Any]:
    return {"name": name, "grades": {"accuracy": {"grade": accuracy}, "control": {"grade": control}}, **changes}


CONTESTANTS = [
    contestant("counts", None, 5, twin=True),
    contestant("ease", 1, 2),
    contestant("new", None, None),
    {"name": "failed", "grades": {}},
]


def test_the_table_has_every_graded_contestant_in_order(grades: dict[str, Any]) -> None:
    assert grade_table(grades, CONTESTANTS) == [
        r"| contestant | Accuracy (weight 3) | Control \* (weight 1) | overall |",
        "|---|---|---|---|",
        "| ease | 1 | 2 | **1.25** (2 of 2) |",
        "| counts (local twin) | – | 5 | **5.00** (1 of 2) |",
        "| new | – | – | – |",
        "",
        r"1 is best, 5 worst; \* judged by a person, not measured; – not known, and not counted.",
    ]


def test_a_run_without_a_healthy_contestant_says_so(grades: dict[str, Any]) -> None:
    nothing = {**grades, "overall": []}
    assert grade_table(nothing, []) == ["Nobody was graded: no contestant is healthy."]
    assert overall_order(nothing) == []


def test_the_order_says_how_many_criteria_count_and_what_it_hangs_on(grades: dict[str, Any]) -> None:
    assert overall_order(grades) == [
        "- Place 1: ease, 1.25 from 2 of 2 criteria",
        "- Place 2: counts, 5.00 from 1 of 2 criteria (not known: accuracy)",
        "",
        "If one weight were double, the order would change with control; the winner with none.",
    ]


def test_what_the_winner_hangs_on_is_named(grades: dict[str, Any]) -> None:
    grades["sensitivity"][0].update(changes=True, winnerChanges=True)
    assert sensitivity_sentence(grades) == (
        "If one weight were double, the order would change with accuracy, control; the winner with accuracy."
    )
    assert sensitivity_sentence({"sensitivity": []}) == "No weight, if it were double, would change the order."


def claim(**changes: Any) -> dict[str, Any]:
    return {"claim": "It is.", "test": "Is it?", "finding": "Yes.", "verdict": "holds", "n": 9, "twins": [], **changes}


def test_claims_stand_in_one_table() -> None:
    told = [claim(), claim(verdict="cannot be told"), claim(n=None)]
    assert claims_table(told) == [
        "| what the article said | verdict | n | what we find | test |",
        "|---|---|---|---|---|",
        "| It is. | **holds** | 9 | Yes. | Is it? |",
        "| It is. | **cannot be told** | 9 | Yes. | Is it? |",
        "| It is. | **holds** | – | Yes. | Is it? |",
    ]


def test_claims_that_the_run_cannot_examine_follow_the_table() -> None:
    unexamined = claim(claim="It was.", verdict="cannot be told", n=None, finding="hrnn | is not in\nthe run.")
    after = ["Of these claims nothing can be told in this run:", "", r"- It was. hrnn \| is not in the run."]
    assert claims_table([claim(), unexamined])[2:] == ["| It is. | **holds** | 9 | Yes. | Is it? |", "", *after]
    assert claims_table([unexamined]) == after


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        ("holds", "**holds** (of the twin)"),
        ("does not hold", "**does not hold** (of the twin)"),
        ("cannot be told", "**cannot be told**"),
    ],
)
def test_a_verdict_on_a_twin_is_labelled(verdict: str, shown: str) -> None:
    assert f"| {shown} |" in claims_table([claim(verdict=verdict, twins=["personalize-a"])])[2]


def test_bars_and_line_ends_end_neither_cell_nor_row() -> None:
    row = claims_table([claim(finding="a | b\nc")])[2]
    assert row == r"| It is. | **holds** | 9 | a \| b c | Is it? |"
