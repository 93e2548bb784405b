"""Popularity correction: score / popularity^a, with `a` chosen on validation under a budget of accuracy.

Dividing by a power of the popularity after the fact needs no second training, and what it costs is measured: every
exponent that was tried stands in the learning curve with its accuracy and its coverage.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.contract import Epoch, Model, Report, Validation


def popularity(interactions: Interactions) -> npt.NDArray[np.float64]:
    """Interactions per item, at least 1 so that its powers and logarithm exist; shape (n_items,)."""
    return np.maximum(interactions.item_counts, 1).astype(np.float64)


def choose_exponent(
    with_exponent: Callable[[float], Model],
    *,
    exponents: Sequence[float],
    budget: float,
    validation: Validation,
    report: Report,
    within: Sequence[str] = ("ndcg@100",),
) -> float:
    """The exponent with the highest coverage@10 among those that stay within the budget.

    Args:
        with_exponent: the fitted model corrected with an exponent.
        exponents: to try.
        budget: the share of accuracy that may be given for coverage.
        validation: measures.
        report: is told each try.
        within: the metrics that the budget holds for, each against its value at the exponent with the best ndcg@100.
    """
    if len(exponents) == 1:
        return exponents[0]
    measured = {}
    for exponent in exponents:
        measured[exponent] = validation.measure(with_exponent(exponent))
        tried = {"popularity_exponent": exponent}
        report(Epoch(epoch=None, train_loss=None, metrics=measured[exponent], tried=tried))
    best = max(measured.values(), key=lambda metrics: metrics["ndcg@100"])
    affordable = [
        exponent
        for exponent, metrics in measured.items()
        if all(metrics[name] >= (1 - budget) * best[name] for name in within)
    ]
    return max(affordable, key=lambda exponent: measured[exponent]["coverage@10"])
