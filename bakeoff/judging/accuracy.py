"""The grade of accuracy: relative to the best of the run and the popularity floor, ties graded as ties.

An ndcg of 0.3 is much on one data set and little on another. What compares is how much of the way from the floor,
what counting alone achieves, to the best contestant of the run somebody has gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.judging.evidence import Evidence, Figure
from bakeoff.judging.scale import Grade, Scale, percent
from bakeoff.judging.ties import classes, differ

METRIC = "ndcg@10"


@dataclass(frozen=True, kw_only=True)
class _Way:
    """From where to where accuracy is measured: `start` is the floor's figure or 0, `end` the best's."""

    start: float
    end: float
    words: str

    def share(self, value: float) -> float:
        return (value - self.start) / (self.end - self.start)


def accuracy_grades(
    names: Sequence[str], *, evidence: Evidence, floor: str, thresholds: Sequence[float]
) -> dict[str, Grade]:
    """Grade all contestants of a run.

    Every contestant is in the class of the best one it cannot be told apart from that leads a class, and has the
    leader's grade. A leader's own share of the way decides its grade.

    Args:
        names: of the contestants to grade.
        evidence: of the run.
        floor: the contestant that the way begins at.
        thresholds: shares of the way.
    """
    figures = {name: figure for name in names if (figure := evidence.figure(name, METRIC)) is not None}
    grades = {name: Grade(grade=None, because=f"{METRIC} was not measured.") for name in names if name not in figures}
    ordered = sorted(figures, key=lambda name: (-figures[name].value, name))
    if not ordered:
        return grades
    tied = classes(ordered, evidence=evidence, metric=METRIC)
    if figures[ordered[0]].value <= 0:
        nothing = f"{METRIC} is 0 for every contestant: nobody's list held a relevant item, so there is no best one."
        return grades | {name: Grade(grade=None, because=nothing) for name in ordered}
    way = _way(ordered[0], tied[0], figures, floor)
    scale = Scale(thresholds=thresholds, more_is_better=True, write=percent)
    better: list[str] = []
    for members in tied:
        grades |= _of_class(members, better, figures, way, scale, evidence)
        better += members
    return {name: grades[name] for name in names}


def _way(best: str, leading: list[str], figures: dict[str, Figure], floor: str) -> _Way:
    end = figures[best].value
    to_best = f"to the best, {best} ({end:.4f})"
    if floor not in figures:
        return _Way(start=0.0, end=end, words=f"from zero, for {floor} has no figure here, {to_best}")
    if floor in leading:
        return _Way(start=0.0, end=end, words=f"from zero, for nobody is better than {floor}, {to_best}")
    start = figures[floor].value
    return _Way(start=start, end=end, words=f"from {floor} ({start:.4f}) {to_best}")


def _of_class(
    members: list[str],
    better: list[str],
    figures: dict[str, Figure],
    way: _Way,
    scale: Scale,
    evidence: Evidence,
) -> dict[str, Grade]:
    leader = members[0]
    share = round(way.share(figures[leader].value), 3)
    grade = scale.grade(share)
    gone = f"{percent(share)} of the way {way.words}" if better else "the best of the run"
    because = {leader: f"{METRIC} {figures[leader]}, {gone}; {scale.needs(grade)} of the way."}
    for name in members[1:]:
        because[name] = f"{METRIC} {figures[name]}. {_tie(name, leader, evidence)}"
    return {
        name: Grade(grade=grade, because=said + _near_better(name, better, evidence)) for name, said in because.items()
    }


def _near_better(name: str, better: list[str], evidence: Evidence) -> str:
    """Being told apart does not carry over: one may differ from a class's leader and not from all of the class."""
    near = [one for one in better if not differ(one, name, evidence=evidence, metric=METRIC)]
    if not near:
        return ""
    return f" Nor can it be told apart from {', '.join(near)}, graded with a better one from which it differs."


def _tie(name: str, leader: str, evidence: Evidence) -> str:
    pair = evidence.pair(name, leader, METRIC)
    if pair is None:
        return f"It was not compared with {leader} and has its grade."
    return (
        f"It cannot be told apart from {leader} and has its grade: the difference is {pair.difference.value:+.4f} "
        f"({pair.difference.low:+.4f} to {pair.difference.high:+.4f}), corrected p {pair.p:.3f}; {pair.power}."
    )
