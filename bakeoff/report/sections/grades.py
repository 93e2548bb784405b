"""School grades: the table, the overall order, why each grade, and whether the order hangs on the weights."""

from collections.abc import Mapping
from typing import Any

from bakeoff.report.blocks import Block, Cell, Folded, Section, Table, listed, row
from bakeoff.report.inputs import Inputs
from bakeoff.report.numbers import NOTHING
from bakeoff.report.sections.labels import label


def grades_section(inputs: Inputs) -> Section:
    grades = inputs.report.get("grades")
    if not grades or not inputs.contestants:
        return Section(anchor="grades", title="Grades", lead=("There are no grades: the report of this run has none.",))
    blocks: list[Block] = [_table(inputs, grades), _sensitivity(grades)]
    blocks += [_reasons(one, grades) for one in _in_order(inputs, grades)]
    blocks.append(_criteria(grades))
    return Section(
        anchor="grades",
        title="Grades",
        lead=(
            "1 is best, 5 is worst. A grade is given by thresholds; those of a criterion that cannot be measured are "
            "a judgement and marked as such. A dash is a grade that could not be given. Every grade has its reason "
            "below the table.",
        ),
        blocks=tuple(blocks),
    )


def _in_order(inputs: Inputs, grades: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """By overall rank; those without one last."""
    ranks = {one["name"]: one.get("rank") for one in grades.get("overall") or []}
    return sorted(inputs.contestants, key=lambda one: ranks.get(one["name"]) or len(inputs.contestants) + 1)


def _table(inputs: Inputs, grades: Mapping[str, Any]) -> Table:
    overall = {one["name"]: one for one in grades.get("overall") or []}
    criteria = grades["criteria"]
    return Table(
        caption="Grades by criterion, the best overall first",
        columns=("contestant", "overall", *[_head(criterion) for criterion in criteria]),
        rows=tuple(
            row(
                label(one),
                _overall(overall.get(one["name"])),
                *[_grade((one.get("grades") or {}).get(criterion["name"])) for criterion in criteria],
            )
            for one in _in_order(inputs, grades)
        ),
    )


def _head(criterion: Mapping[str, Any]) -> str:
    judged = ", judged" if criterion.get("judged") else ""
    return f"{criterion['title']} (weight {criterion['weight']:g}{judged})"


def _overall(one: Mapping[str, Any] | None) -> Cell:
    if not one or one.get("grade") is None:
        return Cell(text=NOTHING)
    partly = f", {one['counted']} of {one['of']} criteria" if one.get("counted", 0) < one.get("of", 0) else ""
    nearest = min(5, max(1, round(one["grade"])))
    return Cell(text=f"{one['grade']:.2f}", more=f"rank {one['rank']}{partly}", grade=nearest)


def _grade(grade: Mapping[str, Any] | None) -> Cell:
    if not grade or grade.get("grade") is None:
        return Cell(text=NOTHING)
    return Cell(text=str(grade["grade"]), grade=int(grade["grade"]))


def _reasons(contestant: Mapping[str, Any], grades: Mapping[str, Any]) -> Folded:
    given = contestant.get("grades") or {}
    return Folded(
        summary=f"Why these grades: {label(contestant)}",
        tables=(
            Table(
                caption=f"The grades of {contestant['name']}",
                columns=("criterion", "grade", "given by", "because"),
                rows=tuple(
                    row(
                        criterion["title"],
                        _grade(given.get(criterion["name"])),
                        _given_by(given.get(criterion["name"])),
                        (given.get(criterion["name"]) or {}).get("because") or "There is no grade for it.",
                    )
                    for criterion in grades["criteria"]
                ),
                texts=("given by", "because"),
            ),
        ),
    )


def _given_by(grade: Mapping[str, Any] | None) -> str:
    if not grade or grade.get("grade") is None:
        return NOTHING
    return "judgement" if grade.get("judged") else "measurement"


def _sensitivity(grades: Mapping[str, Any]) -> Table:
    titles = {criterion["name"]: criterion["title"] for criterion in grades["criteria"]}
    return Table(
        caption="Would the overall order change if one weight were doubled?",
        columns=("doubled weight", "does the order change?", "another winner?", "the order then"),
        rows=tuple(
            row(
                titles.get(one["criterion"], one["criterion"]),
                "yes" if one.get("changes") else "no",
                "yes" if one.get("winnerChanges") else "no",
                listed(one.get("order") or []) if one.get("changes") else "the same",
            )
            for one in grades.get("sensitivity") or []
        ),
        texts=("does the order change?", "another winner?", "the order then"),
    )


def _criteria(grades: Mapping[str, Any]) -> Folded:
    return Folded(
        summary="The criteria, their weights and thresholds",
        tables=(
            Table(
                caption="How grades are given",
                columns=("criterion", "weight", "thresholds for 1, 2, 3, 4", "in words"),
                rows=tuple(
                    row(
                        criterion["title"],
                        f"{criterion['weight']:g}",
                        ", ".join(f"{one:g}" for one in criterion.get("thresholds") or []) or "judged",
                        criterion.get("says") or "",
                    )
                    for criterion in grades["criteria"]
                ),
                texts=("thresholds for 1, 2, 3, 4", "in words"),
            ),
        ),
    )
