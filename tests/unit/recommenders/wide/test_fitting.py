"""What the network of a wide catalogue chooses on validation."""

from dataclasses import replace

from bakeoff.recommenders.base import Choice, Model, Signal, Task, wide
from bakeoff.recommenders.base.wide import WideModel
from tests.support.training import rows
from tests.unit.recommenders.wide.conftest import PLAN

HISTORIES = rows(*[[(0, 5), (1, 5), (2 + user % 6, 5)] for user in range(20)], n_items=8)


class CostlyOnTheFirstPage:
    """An exponent of .5 costs 1 % of ndcg@100 and 10 % of ndcg@10; the higher the exponent, the wider the coverage."""

    def measure(self, model: Model) -> dict[str, float]:
        assert isinstance(model, WideModel)
        exponent = -float(model.offsets.min()) / 20
        corrected, far = exponent > 0, exponent > 0.1
        return {
            "ndcg@10": 0.2 * (1 - 0.1 * far),
            "ndcg@100": 0.4 * (1 - 0.01 * corrected),
            "coverage@10": exponent,
        }


def choose(*exponents: float) -> Choice:
    return wide.choose(
        HISTORIES,
        plan=replace(PLAN, sampled_epochs=1, full_epochs=1),
        min_interactions=1,
        exponents=exponents,
        budget=0.02,
        validation=CostlyOnTheFirstPage(),
        task=Task(settings=None, signal=Signal(liked_threshold=4.0), seed=1),
    )


def test_the_budget_holds_for_both_lengths_of_a_list() -> None:
    assert choose(0.0, 0.1, 1.0).chosen == {"sampled_epochs": 1, "full_epochs": 1, "popularity_exponent": 0.1}
