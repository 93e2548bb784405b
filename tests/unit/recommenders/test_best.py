"""Choosing among values that are tried one after the other."""

from typing import Any, cast

import pytest

from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Epoch, Model
from bakeoff.recommenders.base.best import BestOfTries


class ByValue:
    """Measures a model, which stands for the value that it was fitted with."""

    def measure(self, model: Any) -> dict[str, float]:
        return {"ndcg@100": {1: 0.2, 2: 0.4, 3: 0.4, 4: 0.1}[model]}


def tries() -> tuple[BestOfTries, list[Epoch]]:
    curve: list[Epoch] = []
    fit = cast("Any", lambda values: cast(Model, values["value"]))
    return BestOfTries(fit, validation=ByValue(), report=curve.append), curve


def test_the_best_is_kept_and_of_equal_ones_the_first() -> None:
    best, curve = tries()
    for value in (1, 2, 3, 4):
        best.attempt({"value": value})
    assert (best.choice.chosen, best.choice.model) == ({"value": 2}, 2)
    assert [(step.tried["value"], step.metrics["ndcg@100"]) for step in curve] == [
        (1, 0.2),
        (2, 0.4),
        (3, 0.4),
        (4, 0.1),
    ]


def test_nothing_tried_is_said() -> None:
    with pytest.raises(ModelError, match="No values were given"):
        _ = tries()[0].choice
