"""A re-ranker against the order that it was given: whether it makes anything better of its candidates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.field import TESTED, Columns, PairedTests, accuracy
from bakeoff.evaluation.lists import ContestantLists
from bakeoff.evaluation.scoring import rank
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, drawn_means, estimate, estimate_means
from bakeoff.evaluation.statistics.permutation import paired_p_values
from bakeoff.evaluation.target import Target


@dataclass(frozen=True, kw_only=True)
class AgainstGiven:
    """One metric: of the order given, and how far the re-ranked lists differ; positive where they are better."""

    metric: str
    given: Estimate
    difference: Estimate
    p: float

    def to_json(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "given": self.given.to_json(),
            "difference": self.difference.to_json(),
            "p": round(self.p, 6),
        }


@dataclass(frozen=True, kw_only=True)
class Given:
    """A contestant's lists against those that it re-ranked.

    Args:
        reason: why they are not compared; None where they are.
        comparisons: one for each tested metric.
    """

    reason: str | None
    comparisons: list[AgainstGiven] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "comparisons": [one.to_json() for one in self.comparisons]}


def compare_with_given(
    ranked: Columns, given: Columns, *, target: Target, bootstrap: Bootstrap, tests: PairedTests
) -> Given:
    """Paired differences over all test users; each p is of one comparison, not corrected for their number.

    Args:
        ranked: recommendable lists, shape (n_users, 100).
        given: likewise, in the order before.
        target: what both are scored against.
        bootstrap: how intervals are drawn.
        tests: how the two are tested.
    """
    ours, theirs = accuracy(ranked, target), accuracy(given, target)
    differences = ours - theirs
    drawn = drawn_means(differences, bootstrap)
    [p_values] = paired_p_values(np.stack([ours, theirs], axis=1), permutations=tests.permutations, seed=tests.seed)
    before = estimate_means(theirs, bootstrap)
    n = len(ours)
    return Given(
        reason=None,
        comparisons=[
            AgainstGiven(
                metric=metric,
                given=before[column],
                difference=estimate(float(differences[:, column].mean()), drawn[:, column], n=n, bootstrap=bootstrap),
                p=float(p_values[column]),
            )
            for column, metric in enumerate(TESTED)
        ],
    )


class GivenOrders:
    """The orders that were given, each read once: all re-rankers of a run are given the same.

    Args:
        folder: of all lists.
        read: reads a contestant's lists, as `bakeoff.evaluation.lists.read_lists` does.
    """

    def __init__(
        self, folder: Path, prepared: Prepared, target: Target, *, read: Callable[..., ContestantLists]
    ) -> None:
        self._folder, self._prepared, self._target, self._read = folder, prepared, target, read
        self._found: dict[str, Columns | str] = {}

    def compare(
        self, contestant: Mapping[str, Any], ranked: Columns, *, bootstrap: Bootstrap, tests: PairedTests
    ) -> Given | None:
        """None for a contestant that was given no order."""
        path = contestant.get("given")
        if not path:
            return None
        if path not in self._found:
            self._found[path] = self._lists(path)
        given = self._found[path]
        if isinstance(given, str):
            return Given(reason=given)
        return compare_with_given(ranked, given, target=self._target, bootstrap=bootstrap, tests=tests)

    def _lists(self, path: str) -> Columns | str:
        """The order's recommendable lists, or what is wrong with them: no reason to throw the figures away."""
        read: ContestantLists = self._read(self._folder / path, self._prepared)
        if read.problems:
            return f"the order that it was given is not sound: {' '.join(read.problems)}"
        return rank(read.lists, users=self._target.users, holdout=self._target.holdout)
