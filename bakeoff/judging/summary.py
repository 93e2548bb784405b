"""Grades and claims as lines of Markdown, for report.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.judging.markdown import line

NONE = "–"
UNDECIDED = "cannot be told"
JUDGED = r" \*"


def grade_table(grades: Mapping[str, Any], contestants: Sequence[Mapping[str, Any]]) -> list[str]:
    """One row for each contestant of the order, one column for each criterion; judged criteria carry a star.

    Args:
        grades: report.json's ``grades``.
        contestants: report.json's, each with its ``grades`` and ``twin``.
    """
    if not grades["overall"]:
        return ["Nobody was graded: no contestant is healthy."]
    criteria, by_name = grades["criteria"], {one["name"]: one for one in contestants}
    heads = [f"{line(one['title'])}{JUDGED if one['judged'] else ''} (weight {one['weight']:g})" for one in criteria]
    rows = [
        [
            _name(by_name[placed["name"]]),
            *[_grade(by_name[placed["name"]]["grades"][one["name"]]["grade"]) for one in criteria],
            _overall(placed),
        ]
        for placed in grades["overall"]
    ]
    lines = _table(["contestant", *heads, "overall"], rows)
    return [
        *lines,
        "",
        f"1 is best, 5 worst;{JUDGED} judged by a person, not measured; {NONE} not known, and not counted.",
    ]


def overall_order(grades: Mapping[str, Any]) -> list[str]:
    """The order as a list, and what it hangs on."""
    # No numbered list, for Markdown would number the ties away.
    lines = [
        f"- Place {one['rank']}: {line(one['name'])}, {one['grade']:.2f} from {one['counted']} of {one['of']} criteria"
        + (f" (not known: {', '.join(one['missing'])})" if one["missing"] else "")
        for one in grades["overall"]
        if one["rank"] is not None
    ]
    return [*lines, "", sensitivity_sentence(grades)] if lines else []


def sensitivity_sentence(grades: Mapping[str, Any]) -> str:
    """Which doubled weights would change the order, and which the winner."""
    winner = [one["criterion"] for one in grades["sensitivity"] if one["winnerChanges"]]
    order = [one["criterion"] for one in grades["sensitivity"] if one["changes"]]
    if not order:
        return "No weight, if it were double, would change the order."
    first = f"the winner with {', '.join(winner)}" if winner else "the winner with none"
    return f"If one weight were double, the order would change with {', '.join(order)}; {first}."


def claims_table(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the article said, how it was tested, what was found; after the table, what this run cannot examine."""
    examined = [one for one in claims if one["n"] is not None or one["verdict"] != UNDECIDED]
    rows = [
        [
            line(one["claim"]),
            _verdict(one),
            NONE if one["n"] is None else str(one["n"]),
            line(one["finding"]),
            line(one["test"]),
        ]
        for one in examined
    ]
    lines = _table(["what the article said", "verdict", "n", "what we find", "test"], rows) if rows else []
    others = [f"- {line(one['claim'])} {line(one['finding'])}" for one in claims if one not in examined]
    if not others:
        return lines
    return [*lines, *([""] if lines else []), "Of these claims nothing can be told in this run:", "", *others]


def _verdict(claim: Mapping[str, Any]) -> str:
    """A twin's figure is not the managed service's, and neither is a verdict on it."""
    return f"**{claim['verdict']}**{' (of the twin)' if claim['twins'] and claim['verdict'] != UNDECIDED else ''}"


def _name(contestant: Mapping[str, Any]) -> str:
    return f"{line(contestant['name'])}{' (local twin)' if contestant.get('twin') else ''}"


def _grade(grade: int | None) -> str:
    return NONE if grade is None else str(grade)


def _overall(placed: Mapping[str, Any]) -> str:
    return NONE if placed["grade"] is None else f"**{placed['grade']:.2f}** ({placed['counted']} of {placed['of']})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(heads), f"|{'---|' * len(heads)}", *[_row(cells) for cells in rows]]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
