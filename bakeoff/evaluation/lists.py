"""Reads a contestant's lists from its folder and names what is wrong with them; nothing is mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.answers import MalformedAnswer, parse_answer
from bakeoff.evaluation.ranking import NO_ITEM, Lists

PATTERN = "*.out"


@dataclass(frozen=True, kw_only=True, eq=False)
class ContestantLists:
    """The lists of one contestant.

    Args:
        lists: one per test user, in the order of ``prepared.test_users``; empty where there is none.
        problems: sentences; with any of them the contestant is unhealthy and not scored.
    """

    lists: Lists
    problems: list[str]


@dataclass
class _Findings:
    """Faults by kind: how many, and the first as an example."""

    count: dict[str, int] = field(default_factory=dict)
    example: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, example: str, *, n: int = 1) -> None:
        self.count[kind] = self.count.get(kind, 0) + n
        self.example.setdefault(kind, example)

    def sentences(self) -> list[str]:
        return [f"{kind}: {n}, such as {self.example[kind]}." for kind, n in self.count.items()]


def read_lists(folder: Path, prepared: Prepared) -> ContestantLists:
    """Read every ``*.out`` file of the folder; the format is told from each line.

    Args:
        folder: of one contestant's lists.
        prepared: whose test users the lists are for.
    """
    position = {prepared.users[row]: place for place, row in enumerate(prepared.test_users.tolist())}
    found: dict[int, npt.NDArray[np.int32]] = {}
    findings = _Findings()
    for where, line in _lines(folder):
        _read_line(where, line, position=position, columns=prepared.item_columns, found=found, findings=findings)
    missing = [user for user, place in position.items() if place not in found]
    if missing:
        findings.add("Test users without a list", f"user {missing[0]}", n=len(missing))
    empty = np.empty(0, np.int32)
    return ContestantLists(
        lists=Lists.from_rows([found.get(place, empty) for place in range(len(position))]),
        problems=findings.sentences(),
    )


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob(PATTERN)):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{path.name} line {number}", line


def _read_line(
    where: str,
    line: str,
    *,
    position: dict[str, int],
    columns: dict[str, int],
    found: dict[int, npt.NDArray[np.int32]],
    findings: _Findings,
) -> None:
    try:
        answer = parse_answer(line)
    except MalformedAnswer as fault:
        findings.add("Malformed lines", f"{where}: {fault}")
        return
    place = position.get(answer.user_id)
    if place is None:
        findings.add("Lists for users who are not test users", f"user {answer.user_id} in {where}")
        return
    if answer.error is not None:
        findings.add("Users answered with an error", f"user {answer.user_id} in {where}: {answer.error}")
        return
    if place in found:
        findings.add("Users with several lists", f"user {answer.user_id} in {where}")
        return
    unknown = [item for item in answer.item_ids if item not in columns]
    if unknown:
        findings.add("Lists with unknown items", f"item {unknown[0]} for user {answer.user_id} in {where}")
    if len(set(answer.item_ids)) < len(answer.item_ids):
        findings.add("Lists with an item twice", f"that of user {answer.user_id} in {where}")
    if not answer.finite:
        findings.add("Lists with a score that is no finite number", f"that of user {answer.user_id} in {where}")
    found[place] = np.array([columns.get(item, NO_ITEM) for item in answer.item_ids], np.int32)
