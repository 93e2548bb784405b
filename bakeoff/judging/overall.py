"""From grades to an order: the weighted mean, ranks, and whether the order hangs on a weight."""

from collections.abc import Mapping
from typing import Any

Grades = Mapping[str, Mapping[str, Mapping[str, Any]]]
Weights = Mapping[str, float]

# Sums of weights in another order differ in the last digits; equal means are to share a rank.
_DECIMALS = 9
_SHOWN = 2


def overall(grades: Grades, weights: Weights) -> list[dict[str, Any]]:
    """Contestants by their weighted mean grade, the best first; equal means share a rank.

    A grade that is missing is not counted: the mean is over the others, and `counted` says how many there are.

    Args:
        grades: by contestant and criterion, as `Grade.to_json` gives them.
        weights: by criterion.

    Returns:
        ``name``, ``grade`` (two decimals), ``rank``, ``counted``, ``of`` and ``missing`` (criteria) of each; grade and
        rank are null, and the contestant stands last, where nothing was graded.
    """
    means = {name: _mean(of_one, weights) for name, of_one in grades.items()}
    ranks = _ranks(means)
    weighted = [criterion for criterion, weight in weights.items() if weight]
    rows = []
    for name in order_of(means):
        mean, missing = means[name], [one for one in weighted if grades[name][one]["grade"] is None]
        rows.append(
            {
                "name": name,
                "grade": None if mean is None else round(mean, _SHOWN),
                "rank": ranks.get(name),
                "counted": len(weighted) - len(missing),
                "of": len(weighted),
                "missing": missing,
            }
        )
    return rows


def sensitivity(grades: Grades, weights: Weights) -> list[dict[str, Any]]:
    """Per criterion that counts: the order if its weight were double.

    Returns:
        ``criterion``, ``changes`` (whether any rank differs, a tie that breaks included), ``winnerChanges`` (whether
        others are first) and ``order`` (names).
    """
    usual = _ranks({name: _mean(of_one, weights) for name, of_one in grades.items()})
    found = []
    for criterion in [one for one, weight in weights.items() if weight]:
        doubled = {**weights, criterion: 2 * weights[criterion]}
        means = {name: _mean(of_one, doubled) for name, of_one in grades.items()}
        ranks = _ranks(means)
        found.append(
            {
                "criterion": criterion,
                "changes": ranks != usual,
                "winnerChanges": _first(ranks) != _first(usual),
                "order": order_of(means),
            }
        )
    return found


def order_of(means: Mapping[str, float | None]) -> list[str]:
    """Names, the best mean first, equal ones by name, those without a mean last."""
    return sorted(means, key=lambda name: (mean if (mean := means[name]) is not None else float("inf"), name))


def _mean(grades: Mapping[str, Mapping[str, Any]], weights: Weights) -> float | None:
    counted = [(weights[one], given["grade"]) for one, given in grades.items() if given["grade"] is not None]
    total = sum(weight for weight, _ in counted)
    return round(sum(weight * grade for weight, grade in counted) / total, _DECIMALS) if total else None


def _ranks(means: Mapping[str, float | None]) -> dict[str, int]:
    known = {name: mean for name, mean in means.items() if mean is not None}
    return {name: 1 + sum(other < mean for other in known.values()) for name, mean in known.items()}


def _first(ranks: Mapping[str, int]) -> set[str]:
    return {name for name, rank in ranks.items() if rank == 1}
