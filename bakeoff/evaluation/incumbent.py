"""The incumbent's model on the challengers' split: for whom the two can be compared at all, and how they differ.

A model that was trained on a held-out interaction would be asked what it was told. The comparison therefore takes the
users whose held-out part is later than everything that the incumbent learnt of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.field import TESTED, Columns, PairedTests, accuracy
from bakeoff.evaluation.metrics import coverage
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, drawn_means, estimate
from bakeoff.evaluation.statistics.permutation import paired_p_values
from bakeoff.evaluation.target import Target

K = 10
# What a model is fitted on at the end: all but the test part and the history of the test's new users.
_FITTED = ("train", "validation", "validation_fold_in")


@dataclass(frozen=True, kw_only=True)
class Against:
    """One contestant against the incumbent on one metric; the difference is positive where the contestant is better."""

    contestant: str
    metric: str
    value: float
    incumbent_value: float
    difference: Estimate
    p: float
    coverage_ratio: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "contestant": self.contestant,
            "metric": self.metric,
            "value": round(self.value, 6),
            "incumbentValue": round(self.incumbent_value, 6),
            "difference": self.difference.to_json(),
            "p": round(self.p, 6),
            "coverageRatio": None if self.coverage_ratio is None else round(self.coverage_ratio, 6),
        }


@dataclass(frozen=True, kw_only=True)
class Incumbent:
    """The incumbent's default against every contestant.

    Args:
        run_id: the promoted run.
        name: its default contestant.
        users: how many users are compared.
        reason: why none is compared; None where some are.
        comparisons: one for each contestant and tested metric.
    """

    run_id: str
    name: str
    users: int
    reason: str | None
    comparisons: list[Against] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "runId": self.run_id,
            "name": self.name,
            "users": self.users,
            "reason": self.reason,
            "comparisons": [one.to_json() for one in self.comparisons],
        }


def comparable_users(prepared: Prepared, learnt: Path) -> npt.NDArray[np.bool_]:
    """Which test users' held-out interactions are all later than the newest one that the incumbent learnt of them.

    Users whom it never met count: nothing was learnt of them.

    Args:
        prepared: the challengers' data.
        learnt: the folder ``matrix`` of the data that the incumbent learnt from.

    Raises:
        EvaluationError: the folder is incomplete.

    Returns:
        Shape (len(prepared.test_users),).
    """
    try:
        rows = {user: row for row, user in enumerate(json.loads((learnt / Path(layout.USERS).name).read_text("utf-8")))}
        newest = np.full(len(rows), np.iinfo(np.int64).min)
        for part in _FITTED:
            indptr, times = (np.load(learnt / Path(layout.array(part, name)).name) for name in ("indptr", "timestamps"))
            np.maximum.at(newest, np.repeat(np.arange(len(rows)), np.diff(indptr)), times)
    except (OSError, ValueError) as error:
        raise EvaluationError(
            f"What the promoted run's model learnt from cannot be read in {learnt}: {error}. Prepare its data again, "
            "or start the run with --promote to decide without a comparison."
        ) from error
    known = np.array([rows.get(prepared.users[row], -1) for row in prepared.test_users.tolist()], np.int64)
    learnt_until = np.where(known >= 0, newest[known] if len(newest) else 0, np.iinfo(np.int64).min)
    held_out = prepared.test.of_users(prepared.test_users)
    earliest = np.full(len(known), np.iinfo(np.int64).max)
    np.minimum.at(earliest, held_out.rows, held_out.timestamps)
    later: npt.NDArray[np.bool_] = earliest > learnt_until
    return later


def compare_with_incumbent(
    run: Mapping[str, Any],
    lists: Columns,
    ranked: Mapping[str, Columns],
    target: Target,
    *,
    compared: npt.NDArray[np.bool_],
    bootstrap: Bootstrap,
    tests: PairedTests,
) -> Incumbent:
    """Paired differences of every contestant with the incumbent, on the users that can be compared.

    p is of one comparison, not corrected for many: the gate looks at one contestant, chosen beforehand on validation.

    Args:
        run: ``runId`` and ``name`` of the incumbent.
        lists: its recommendable lists, shape (n_users, 100).
        ranked: the contestants', likewise.
        target: what all are scored against.
        compared: which users, shape (n_users,).
        bootstrap: how intervals are drawn.
        tests: how the two are tested.
    """
    n = int(compared.sum())
    head = {"run_id": run["runId"], "name": run["name"], "users": n}
    if not n:
        reason = "no user's held-out part is later than what the promoted run's model learnt of them"
        return Incumbent(**head, reason=reason)
    theirs = accuracy(lists, target)[compared]
    covered = coverage(lists[compared], n_candidates=target.n_candidates, k=K)
    comparisons = []
    for name, own in ranked.items():
        ours = accuracy(own, target)[compared]
        share = coverage(own[compared], n_candidates=target.n_candidates, k=K)
        differences = ours - theirs
        drawn = drawn_means(differences, bootstrap)
        p_values = paired_p_values(np.stack([ours, theirs], axis=1), permutations=tests.permutations, seed=tests.seed)[
            0
        ]
        comparisons += [
            Against(
                contestant=name,
                metric=metric,
                value=float(ours[:, column].mean()),
                incumbent_value=float(theirs[:, column].mean()),
                difference=estimate(float(differences[:, column].mean()), drawn[:, column], n=n, bootstrap=bootstrap),
                p=float(p_values[column]),
                coverage_ratio=share / covered if covered else None,
            )
            for column, metric in enumerate(TESTED)
        ]
    return Incumbent(**head, reason=None, comparisons=comparisons)
