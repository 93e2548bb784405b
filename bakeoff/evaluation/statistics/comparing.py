"""Compares all contestants pair by pair: differences and ratios with intervals, tests, and who cannot be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.statistics.bootstrap import DECIMALS, Bootstrap, Estimate, drawn_means, estimate
from bakeoff.evaluation.statistics.correction import holm
from bakeoff.evaluation.statistics.groups import indistinguishable
from bakeoff.evaluation.statistics.permutation import paired_p_values
from bakeoff.evaluation.statistics.power import smallest_difference

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two contestants on one metric; `a` has the larger mean.

    Args:
        difference: of the means, a - b, on the same users.
        ratio: of the means, a / b; None where b's mean touches 0 in some draw.
        p: of the paired permutation test.
        p_holm: corrected over all pairs of the metric.
        different: whether p_holm is below alpha.
        smallest: the smallest true difference that these users could show with power .8, in one comparison; None for a
            single user, whose scatter is unknown.
    """

    metric: str
    a: str
    b: str
    difference: Estimate
    ratio: Estimate | None
    p: float
    p_holm: float
    different: bool
    smallest: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "a": self.a,
            "b": self.b,
            "difference": self.difference.to_json(),
            "ratio": self.ratio.to_json() if self.ratio else None,
            "p": round(self.p, DECIMALS),
            "pHolm": round(self.p_holm, DECIMALS),
            "different": self.different,
            "smallest": None if self.smallest is None else round(self.smallest, DECIMALS),
        }


@dataclass(frozen=True, kw_only=True)
class Comparisons:
    """Every pair on every metric, and per metric the maximal groups that cannot be told apart, the best first."""

    pairs: list[Comparison]
    groups: dict[str, list[list[str]]]

    def to_json(self) -> dict[str, Any]:
        return {"comparisons": [pair.to_json() for pair in self.pairs], "groups": self.groups}


def compare(
    values: Floats,
    *,
    names: Sequence[str],
    metrics: Sequence[str],
    bootstrap: Bootstrap,
    permutations: int,
    seed: int,
    alpha: float,
) -> Comparisons:
    """Compare all pairs.

    Args:
        values: per user, contestant and metric, shape (n_users, len(names), len(metrics)).
        names: of the contestants.
        metrics: of the last axis; larger is better.
        bootstrap: how intervals are drawn.
        permutations: of the paired tests.
        seed: of the permutations.
        alpha: a corrected p below it makes a difference.
    """
    n_users = len(values)
    p_values = paired_p_values(values, permutations=permutations, seed=seed)
    corrected = holm(p_values) if len(p_values) else p_values
    drawn = drawn_means(values.reshape(n_users, -1), bootstrap).reshape(-1, len(names), len(metrics))
    means = values.mean(axis=0)
    pairs: list[Comparison] = []
    for place, metric in enumerate(metrics):
        for row, (one, other) in enumerate(combinations(range(len(names)), 2)):
            a, b = (one, other) if means[one, place] >= means[other, place] else (other, one)
            pairs.append(
                Comparison(
                    metric=metric,
                    a=names[a],
                    b=names[b],
                    difference=estimate(
                        float(means[a, place] - means[b, place]),
                        drawn[:, a, place] - drawn[:, b, place],
                        n=n_users,
                        bootstrap=bootstrap,
                    ),
                    ratio=_ratio(means[:, place], drawn[:, :, place], a, b, n=n_users, bootstrap=bootstrap),
                    p=float(p_values[row, place]),
                    p_holm=float(corrected[row, place]),
                    different=bool(corrected[row, place] < alpha),
                    smallest=_smallest(values[:, a, place] - values[:, b, place], alpha),
                )
            )
    return Comparisons(
        pairs=pairs,
        groups={metric: _groups(metric, pairs, names, means[:, place]) for place, metric in enumerate(metrics)},
    )


def _ratio(means: Floats, drawn: Floats, a: int, b: int, *, n: int, bootstrap: Bootstrap) -> Estimate | None:
    if means[b] <= 0 or (drawn[:, b] <= 0).any():
        return None
    return estimate(float(means[a] / means[b]), drawn[:, a] / drawn[:, b], n=n, bootstrap=bootstrap)


def _smallest(differences: Floats, alpha: float) -> float | None:
    if len(differences) < 2:
        return None
    return smallest_difference(float(np.std(differences, ddof=1)), n=len(differences), alpha=alpha)


def _groups(metric: str, pairs: list[Comparison], names: Sequence[str], means: Floats) -> list[list[str]]:
    apart = {frozenset((pair.a, pair.b)) for pair in pairs if pair.metric == metric and pair.different}
    order = [names[place] for place in np.argsort(-means, kind="stable").tolist()]
    return indistinguishable(order, lambda one, other: frozenset((one, other)) in apart)
