"""Compares two runs contestant by contestant: what changed, and on the same split whether it is noise.

A contestant of one run is tested against itself in the other, on the same users: paired, as contestants of one run are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.field import PairedTests
from bakeoff.evaluation.metrics import ndcg, recall
from bakeoff.evaluation.published import K, PublishedLists
from bakeoff.evaluation.statistics.bootstrap import DECIMALS, Bootstrap, Estimate, estimate_means
from bakeoff.evaluation.statistics.correction import holm
from bakeoff.evaluation.statistics.permutation import paired_p_values

Floats = npt.NDArray[np.float64]

TESTED = {f"ndcg@{K}": ndcg, f"recall@{K}": recall}
DECISIVE = f"ndcg@{K}"
SAME_LISTS, BETTER, WORSE, NOISE = "the same lists", "better beyond noise", "worse beyond noise", "noise"
# Differences in the protocol that make figures of the same split incomparable.
_BINDING = ("liked", "relevant", "seen", "candidates")


@dataclass(frozen=True, kw_only=True)
class RunResults:
    """What one run left.

    Args:
        report: its report.json.
        metrics: metrics.json of its evaluation; None where it was not evaluated.
        lists: by contestant; empty where they were not read.
    """

    report: Mapping[str, Any]
    metrics: Mapping[str, Any] | None
    lists: Mapping[str, PublishedLists] = field(default_factory=dict)

    @property
    def protocol(self) -> Mapping[str, Any]:
        """Of its figures; empty where there are none."""
        return (self.metrics or {}).get("protocol") or {}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the paired comparison of a contestant with its former self says.

    Args:
        differences: by metric, after - before on the same users, with its interval.
        p_holm: by metric, of the paired permutation test, corrected over the contestants; empty where the lists are
            the same, which needs no test.
        says: `SAME_LISTS`, `BETTER`, `WORSE` or `NOISE`, by `DECISIVE`.
        n: users.
    """

    differences: Mapping[str, Estimate]
    p_holm: Mapping[str, float]
    says: str
    n: int

    def to_json(self) -> dict[str, Any]:
        tested = {
            name: {**one.to_json(), "pHolm": round(self.p_holm[name], DECIMALS) if self.p_holm else None}
            for name, one in self.differences.items()
        }
        return {"says": self.says, "n": self.n, "differences": tested}


def why_untested(before: RunResults, after: RunResults) -> str | None:
    """Why no test of the one against the other would mean anything; None where it would."""
    for run in (before, after):
        if run.metrics is None:
            return f"The run {run.report['runId']} was not evaluated, so there are no lists to compare."
    one, other = before.protocol["split"]["hash"], after.protocol["split"]["hash"]
    if one != other:
        return (
            "The two runs were measured on different splits: other users, held to other items. Their difference holds "
            "that of the splits, which no test can take out."
        )
    changed = [name for name in _BINDING if before.protocol.get(name) != after.protocol.get(name)]
    if changed:
        return f"The two runs' protocols differ in {', '.join(changed)}: the same lists would be given other figures."
    return None


def compare_lists(
    before: Mapping[str, PublishedLists],
    after: Mapping[str, PublishedLists],
    *,
    bootstrap: Bootstrap | None = None,
    tests: PairedTests | None = None,
) -> dict[str, Verdict]:
    """Test every contestant that has lists in both runs of one split, on the users that both tested.

    The p-values are corrected (Holm) over the contestants whose lists are not the same.
    """
    bootstrap, tests = bootstrap or Bootstrap(), tests or PairedTests()
    pairs = {name: _paired(before[name], after[name]) for name in before if name in after}
    pairs = {name: pair for name, pair in pairs.items() if pair[0].users}
    changed = [name for name, (one, other) in pairs.items() if not one.items.equals(other.items)]
    values = {name: np.stack([_values(one) for one in pairs[name]], axis=1) for name in pairs}
    p_values = [paired_p_values(values[name], permutations=tests.permutations, seed=tests.seed)[0] for name in changed]
    corrected = dict(zip(changed, holm(np.array(p_values)), strict=True)) if changed else {}
    return {name: _verdict(values[name], corrected.get(name), bootstrap, tests) for name in pairs}


def _paired(before: PublishedLists, after: PublishedLists) -> tuple[PublishedLists, PublishedLists]:
    there = set(after.users)
    users = [user for user in before.users if user in there]
    return before.of_users(users), after.of_users(users)


def _values(lists: PublishedLists) -> Floats:
    """Per user and metric, shape (n_users, len(TESTED))."""
    return np.column_stack([metric(lists.hits, lists.n_relevant, k=K) for metric in TESTED.values()])


def _verdict(values: Floats, p_holm: Floats | None, bootstrap: Bootstrap, tests: PairedTests) -> Verdict:
    """Of values of shape (n_users, 2, n_metrics), before and after; `p_holm` is None where the lists are the same."""
    estimates = dict(zip(TESTED, estimate_means(values[:, 1] - values[:, 0], bootstrap), strict=True))
    if p_holm is None:
        return Verdict(differences=estimates, p_holm={}, says=SAME_LISTS, n=len(values))
    p_by_metric = dict(zip(TESTED, p_holm.tolist(), strict=True))
    says = NOISE
    if p_by_metric[DECISIVE] < tests.alpha:
        says = BETTER if estimates[DECISIVE].value > 0 else WORSE
    return Verdict(differences=estimates, p_holm=p_by_metric, says=says, n=len(values))
