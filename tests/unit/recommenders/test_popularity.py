"""The choice of the popularity exponent under a budget."""

import pytest

from bakeoff.recommenders.base import Epoch, Model
from bakeoff.recommenders.base.popularity import choose_exponent
from tests.unit.recommenders.test_lists import Counting

MEASURED = {
    0.0: {"ndcg@10": 0.2, "ndcg@100": 0.400, "coverage@10": 0.1},
    0.1: {"ndcg@10": 0.2, "ndcg@100": 0.396, "coverage@10": 0.2},
    0.2: {"ndcg@10": 0.2, "ndcg@100": 0.380, "coverage@10": 0.5},
}


class Corrected(Counting):
    def __init__(self, exponent: float) -> None:
        super().__init__()
        self.exponent = exponent


class Table:
    def measure(self, model: Model) -> dict[str, float]:
        assert isinstance(model, Corrected)
        return MEASURED[model.exponent]


@pytest.mark.parametrize(("budget", "expected"), [(0.0, 0.0), (0.02, 0.1), (0.05, 0.2)])
def test_the_widest_coverage_within_the_budget_is_chosen(budget: float, expected: float) -> None:
    curve: list[Epoch] = []
    exponent = choose_exponent(
        Corrected, exponents=tuple(MEASURED), budget=budget, validation=Table(), report=curve.append
    )
    assert exponent == expected
    assert [step.tried for step in curve] == [{"popularity_exponent": tried} for tried in MEASURED]
    assert [step.metrics for step in curve] == list(MEASURED.values())


def test_the_budget_may_hold_for_more_than_one_metric() -> None:
    class ShortListsLose:
        def measure(self, model: Model) -> dict[str, float]:
            assert isinstance(model, Corrected)
            return MEASURED[model.exponent] | {"ndcg@10": 0.2 - model.exponent / 5}

    def chosen(*within: str) -> float:
        return choose_exponent(
            Corrected,
            exponents=tuple(MEASURED),
            budget=0.06,
            validation=ShortListsLose(),
            report=lambda _: None,
            within=within,
        )

    assert chosen("ndcg@100") == 0.2
    assert chosen("ndcg@100", "ndcg@10") == 0.0


def test_a_single_exponent_is_taken_without_measuring() -> None:
    assert choose_exponent(Corrected, exponents=(0.7,), budget=0, validation=Table(), report=lambda _: None) == 0.7
