"""Reads a contestant's lists from its folder and names what is wrong with them; nothing is mended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.answers import Answer, MalformedAnswer, parse_answer
from bakeoff.evaluation.clean_lists import read_clean
from bakeoff.evaluation.lines import blocks_of
from bakeoff.evaluation.ranking import NO_ITEM, Lists

PATTERN = "*.out"


@dataclass(frozen=True, kw_only=True, eq=False)
class ContestantLists:
    """The lists of one contestant.

    Args:
        lists: one per test user, in the order of ``prepared.test_users``; empty where there is none.
        problems: sentences; with any of them the contestant is unhealthy and not scored.
        notes: sentences: what a reader should know though the lists can be scored.
    """

    lists: Lists
    problems: list[str]
    notes: list[str]


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


def read_lists(folder: Path, prepared: Prepared, *, drop_unknown: bool = False) -> ContestantLists:
    """Read every ``*.out`` file of the folder; the format is told from each line.

    Args:
        folder: of one contestant's lists.
        prepared: whose test users the lists are for.
        drop_unknown: leave unknown items out and note them: a model that learnt from older data may know items that
            this data has no more.
    """
    position = {prepared.users[row]: place for place, row in enumerate(prepared.test_users.tolist())}
    found: dict[int, npt.NDArray[np.int32]] = {}
    findings, remarks = _Findings(), _Findings()
    reader = _Reader(
        position, prepared.item_columns, found, findings, remarks, unknown=remarks if drop_unknown else findings
    )
    users, items = pa.array(list(position), pa.string()), pa.array(prepared.items, pa.string())
    for where, lines in blocks_of(folder, PATTERN):
        reader.read_block(where, lines, users=users, items=items)
    missing = [user for user, place in position.items() if place not in found]
    if missing:
        findings.add("Test users without a list", f"user {missing[0]}", n=len(missing))
    empty = np.empty(0, np.int32)
    return ContestantLists(
        lists=Lists.from_rows([found.get(place, empty) for place in range(len(position))]),
        problems=findings.sentences(),
        notes=remarks.sentences(),
    )


@dataclass(frozen=True, eq=False)
class _Reader:
    """Reads a block of lines, and by itself each line that is not plainly sound.

    What is wrong goes to `findings` or, where it spoils nothing, to `remarks`.
    """

    position: dict[str, int]
    columns: dict[str, int]
    found: dict[int, npt.NDArray[np.int32]]
    findings: _Findings
    remarks: _Findings
    unknown: _Findings

    def read_block(self, where: Sequence[str], lines: Sequence[str], *, users: pa.Array, items: pa.Array) -> None:
        clean = read_clean(lines, users=users, items=items)
        for at, line in enumerate(lines):
            place = -1 if clean is None else int(clean.places[at])
            if clean is None or place < 0 or place in self.found:
                self.read(where[at], line)
            else:
                self.found[place] = clean.columns[clean.indptr[at] : clean.indptr[at + 1]]

    def read(self, where: str, line: str) -> None:
        try:
            answer = parse_answer(line)
        except MalformedAnswer as fault:
            self.findings.add("Malformed lines", f"{where}: {fault}")
            return
        place = self.position.get(answer.user_id)
        if place is None:
            self.findings.add("Lists for users who are not test users", f"user {answer.user_id} in {where}")
        elif answer.error is not None:
            self.findings.add("Users answered with an error", f"user {answer.user_id} in {where}: {answer.error}")
        elif place in self.found:
            self.findings.add("Users with several lists", f"user {answer.user_id} in {where}")
        else:
            columns = list(map(self.columns.get, answer.item_ids))
            self._look_at(answer, columns, where)
            self.found[place] = np.array([NO_ITEM if one is None else one for one in columns], np.int32)

    def _look_at(self, answer: Answer, columns: list[int | None], where: str) -> None:
        which = f"that of user {answer.user_id} in {where}"
        if None in columns:
            unknown = answer.item_ids[columns.index(None)]
            self.unknown.add("Lists with unknown items", f"item {unknown} for user {answer.user_id} in {where}")
        if len(set(answer.item_ids)) < len(answer.item_ids):
            self.findings.add("Lists with an item twice", which)
        if not answer.finite:
            self.findings.add("Lists with a score that is no finite number", which)
        elif not answer.ordered:
            self.remarks.add("Lists whose scores are not in order (scored in the order given)", which)
