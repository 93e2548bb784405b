"""A grade, and the thresholds that part the five."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# A share such as (0.29 - 0.2) / (0.3 - 0.2) must meet a threshold of 0.9 that it meets in exact arithmetic.
_DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A contestant's grade in one criterion.

    Args:
        grade: 1 (best) to 5; None where something that it needs is unknown.
        because: sentences with the figure, its interval and the threshold; what is missing; or a judgement's reason.
        judged: declared by a person, not measured.
    """

    grade: int | None
    because: str
    judged: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"grade": self.grade, "because": self.because, "judged": self.judged}


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Four thresholds between five grades: the first is what a 1 needs, the last what a 4 needs; meeting is enough.

    Give it the value as the sentence writes it: else "300 s" could fail to be "at most 300 s".

    Args:
        thresholds: falling where more is better, rising where less is.
        more_is_better: else less is.
        write: how a threshold is written in a sentence.
    """

    thresholds: Sequence[float]
    more_is_better: bool
    write: Callable[[float], str]

    def grade(self, value: float) -> int:
        """1 to 5."""
        return 1 + sum(not self._meets(value, threshold) for threshold in self.thresholds)

    def _meets(self, value: float, threshold: float) -> bool:
        value = round(value, _DECIMALS)
        return value >= threshold if self.more_is_better else value <= threshold

    def needs(self, grade: int) -> str:
        """What the grade asks for and what the next better one would, such as "a 2 needs at least 70 %, a 1 90 %"."""
        bound = "at least" if self.more_is_better else "at most"
        if grade > len(self.thresholds):
            return f"a 4 needs {bound} {self.write(self.thresholds[-1])}"
        asked = f"a {grade} needs {bound} {self.write(self.thresholds[grade - 1])}"
        return asked if grade == 1 else f"{asked}, a {grade - 1} {self.write(self.thresholds[grade - 2])}"

    def reach(self, low: float, high: float) -> str:
        """A sentence where the ends of an interval have different grades, else nothing."""
        ends = sorted((self.grade(low), self.grade(high)))
        return "" if ends[0] == ends[1] else f" Its interval reaches from a {ends[0]} to a {ends[1]}."


def in_seconds(seconds: float) -> str:
    """A time as it stands in a sentence."""
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def percent(share: float) -> str:
    """A share as it stands in a sentence."""
    return f"{100 * share:.4g} %"
