"""Choosing among values that are tried one after the other: the best by ndcg@100, the first of equal ones."""

from collections.abc import Callable
from typing import Any

from bakeoff.errors import ModelError
from bakeoff.recommenders.base.contract import Choice, Epoch, Model, Report, Validation


class BestOfTries:
    """Fits, measures, reports, and keeps the best model alone, for models of many items are large.

    Args:
        fit: the model that values give.
        validation: measures.
        report: is told each try.
    """

    def __init__(self, fit: Callable[[dict[str, Any]], Model], *, validation: Validation, report: Report) -> None:
        self._fit, self._validation, self._report = fit, validation, report
        self._best: tuple[float, Choice] | None = None

    def attempt(self, values: dict[str, Any]) -> None:
        """Try values; numbers by name."""
        model = self._fit(values)
        metrics = self._validation.measure(model)
        self._report(Epoch(epoch=None, train_loss=None, metrics=metrics, tried=values))
        if self._best is None or metrics["ndcg@100"] > self._best[0]:
            self._best = metrics["ndcg@100"], Choice(values, model)

    @property
    def choice(self) -> Choice:
        """The best so far.

        Raises:
            ModelError: nothing was tried.
        """
        if self._best is None:
            raise ModelError("No values were given to try.")
        return self._best[1]
