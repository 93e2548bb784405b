"""EASE: a linear item-item model with a closed form; a strong reference for everything that is slower.

The scores of a history x are xB, with B as ``base/item_item.py`` solves it.

Source: Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Choice, Epoch, Signal, Task, Validation, setting
from bakeoff.recommenders.base.item_item import co_occurrences, items_that_fit, solve
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems, add_rows
from bakeoff.recommenders.base.popularity import choose_exponent, popularity


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        reg: L2 regularisations to try on validation.
        min_interactions: items with fewer interactions are not learned.
        max_items: at most so many items are learned, those with the most interactions, and the log says so: the item
            x item matrix takes up to 24 bytes an entry while it is chosen and 4 in the archive (2.4 and 0.4 GB at
            10,000 items).
        popularity_exponents: to try; scores are divided by popularity^exponent. One value: no choice.
        popularity_budget: the share of ndcg@100 that may be given for coverage.
    """

    reg: tuple[float, ...] = setting((100.0, 200.0, 400.0, 800.0), above=0, not_empty=True)
    min_interactions: int = setting(2, at_least=1)
    max_items: int = setting(10_000, at_least=2)
    popularity_exponents: tuple[float, ...] = setting(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), at_least=0, at_most=1, not_empty=True
    )
    popularity_budget: float = setting(0.01, at_least=0, below=1)


@dataclass(frozen=True, eq=False)
class Model(ModelOfKnownItems):
    """A fitted model.

    Args:
        weights: B, float32, shape (known items, known items); row = item of the history, column = item scored.
        item_weights: float32, shape (known items,); popularity^-exponent.
    """

    weights: npt.NDArray[np.float32]
    item_weights: npt.NDArray[np.float32]

    def scores(self, histories: Interactions) -> npt.NDArray[np.float32]:
        rows = self.rows(histories)
        sums = add_rows(rows, self.weights, weights=np.ones(rows.n_interactions, np.float32))
        return self.known.widen(sums * self.item_weights)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            **self.known.arrays(),
            "weights": self.weights,
            "item_weights": self.item_weights,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> Self:
        return cls(KnownItems.from_arrays(arrays), signal, arrays["weights"], arrays["item_weights"])


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose the regularisation by ndcg@100, then the popularity exponent under its budget."""
    best: tuple[float, float, Model] | None = None
    settings: Settings = task.settings
    known, counts = _counted(train, task)
    evenly = np.ones(len(known.columns), np.float32)
    for reg in settings.reg:
        model = Model(known, task.signal, solve(counts, reg=reg), evenly)
        metrics = validation.measure(model)
        task.report(Epoch(epoch=None, train_loss=None, metrics=metrics, tried={"reg": reg}))
        if best is None or metrics["ndcg@100"] > best[0]:
            best = (metrics["ndcg@100"], reg, model)
    if best is None:
        raise ModelError("No regularisation was given to try.")
    _, reg, plain = best
    learned = task.signal.of(train)

    def with_exponent(exponent: float) -> Model:
        return replace(plain, item_weights=_item_weights(learned, known, exponent))

    exponent = choose_exponent(
        with_exponent,
        exponents=settings.popularity_exponents,
        budget=settings.popularity_budget,
        validation=validation,
        report=task.report,
    )
    return Choice({"reg": reg, "popularity_exponent": exponent}, with_exponent(exponent))


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """The closed form; nothing in it is random."""
    known, counts = _counted(interactions, task)
    weights = solve(counts, reg=chosen["reg"], overwrite=True)
    item_weights = _item_weights(task.signal.of(interactions), known, chosen["popularity_exponent"])
    return Model(known, task.signal, weights, item_weights)


def _counted(interactions: Interactions, task: Task) -> tuple[KnownItems, npt.NDArray[np.float64]]:
    """The items to learn, and how often they occur together."""
    learned, settings = task.signal.of(interactions), task.settings
    known = items_that_fit(learned, at_least=settings.min_interactions, at_most=settings.max_items, setting="max_items")
    return known, co_occurrences(known.narrow(learned))


def _item_weights(learned: Interactions, known: KnownItems, exponent: float) -> npt.NDArray[np.float32]:
    return (popularity(learned)[known.columns] ** -exponent).astype(np.float32)
