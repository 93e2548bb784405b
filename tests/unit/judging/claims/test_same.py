"""Claims that something does not change the output much: only what lies inside the margins holds."""

from typing import Any

import pytest

from bakeoff.judging.claims.finding import Finding, Run
from bakeoff.judging.claims.same import autopilot_claims
from tests.support.run_figures import RunFigures, figure

XGBOOST, LINEAR = "autopilot-xgboost-all", "autopilot-linear-all"
INSIDE, PARTLY, OUTSIDE = (1.02, 0.95, 1.09), (1.05, 0.98, 1.2), (1.4, 1.2, 1.6)


def examined(
    *,
    ratio: tuple[float, float, float] | None = INSIDE,
    agreement: float | None = 0.8,
    errors: tuple[dict[str, Any], dict[str, Any]] | None = None,
    different: bool = False,
) -> Finding:
    """xgboost against linear with all columns."""
    run = RunFigures()
    for place, name in enumerate((XGBOOST, LINEAR)):
        run.enter(name, {"ndcg@10": figure(0.3), **({"rmse": errors[place]} if errors else {})}, twin=place == 0)
    run.compare(XGBOOST, LINEAR, ratio=ratio, different=different)
    if agreement is not None:
        run.agree(LINEAR, XGBOOST, agreement)
    return autopilot_claims(Run(run.report, run.metrics))[0]


def test_equivalence_holds_inside_all_margins_also_where_a_test_finds_a_difference() -> None:
    found = examined(errors=(figure(0.90, half=0.005), figure(0.91, half=0.005)), different=True)
    assert (found.verdict, found.n, found.twins) == ("holds", 500, [XGBOOST])
    assert "ndcg@10: autopilot-xgboost-all minus autopilot-linear-all is +0.0200" in found.finding
    assert "The lists agree to 0.8000 (0.7800 to 0.8200, n = 500), inside the margin." in found.finding
    assert "a difference of -0.0200 to +0.0000, inside the margin." in found.finding
    assert "of the twin, not of the service" in found.finding


def test_ratings_that_nobody_predicts_are_left_out_and_said() -> None:
    found = examined()
    assert found.verdict == "holds"
    assert "rmse was not measured of both, and is left out." in found.finding


@pytest.mark.parametrize(
    "changes",
    [
        {"ratio": OUTSIDE},
        {"agreement": 0.5},
        {"errors": (figure(0.9, half=0.005), figure(1.0, half=0.005))},
        {"errors": (figure(1.0, half=0.005), figure(0.9, half=0.005))},
        {"ratio": PARTLY, "agreement": 0.5},
    ],
)
def test_one_part_outside_its_margin_is_a_change(changes: dict[str, Any]) -> None:
    found = examined(**changes)
    assert found.verdict == "does not hold"
    assert ", outside the margin." in found.finding


@pytest.mark.parametrize(
    "changes",
    [
        {"ratio": PARTLY},
        {"ratio": None},
        {"agreement": 0.71},
        {"agreement": None},
        {"errors": (figure(0.90, half=0.02), figure(0.91, half=0.02))},
    ],
)
def test_one_part_that_reaches_over_its_margin_leaves_it_open(changes: dict[str, Any]) -> None:
    assert examined(**changes).verdict == "cannot be told"


def test_agreement_at_the_margin_is_enough() -> None:
    run = RunFigures()
    run.enter(XGBOOST, {"ndcg@10": figure(0.3)})
    run.enter(LINEAR, {"ndcg@10": figure(0.3)})
    run.compare(XGBOOST, LINEAR, ratio=(1.02, 1 / 1.1, 1.1), different=False)
    run.metrics["agreement"].append({"a": XGBOOST, "b": LINEAR, "rbo": {"value": 0.8, "low": 0.7, "high": 0.9, "n": 9}})
    assert autopilot_claims(Run(run.report, run.metrics))[0].verdict == "holds"


def test_each_of_the_four_pairs_names_who_is_missing() -> None:
    run = RunFigures()
    run.enter(XGBOOST, {"ndcg@10": figure(0.3)})
    found = autopilot_claims(Run(run.report, run.metrics))
    assert [one.verdict for one in found] == ["cannot be told"] * 4
    assert [one.finding for one in found] == [
        "autopilot-linear-all is not in the run.",
        "autopilot-xgboost-selected and autopilot-linear-selected are not in the run.",
        "autopilot-xgboost-selected is not in the run.",
        "autopilot-linear-all and autopilot-linear-selected are not in the run.",
    ]


def test_two_that_were_not_compared_cannot_be_told() -> None:
    run = RunFigures()
    run.enter(XGBOOST, {"ndcg@10": figure(0.3)})
    run.enter(LINEAR, {"ndcg@10": figure(0.3)})
    found = autopilot_claims(Run(run.report, run.metrics))[0]
    assert (found.verdict, found.n) == ("cannot be told", None)
