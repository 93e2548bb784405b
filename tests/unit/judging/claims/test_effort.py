"""Claims about training time, predicted ratings and ease; what is a judgement is called one."""

import pytest

from bakeoff.judging.claims.effort import personalize_claims, training_claims
from bakeoff.judging.claims.finding import Run
from tests.support.run_figures import RunFigures, figure


@pytest.mark.parametrize(
    ("longer", "verdict"),
    [
        (121.0, "holds"),
        (120.0, "cannot be told"),
        (106.0, "cannot be told"),
        (105.0, "does not hold"),
        (80.0, "does not hold"),
    ],
)
def test_longer_by_a_fifth_is_longer_and_what_lies_close_is_left_open(longer: float, verdict: str) -> None:
    run = RunFigures()
    run.enter("hrnn", trainingSeconds=100.0)
    run.enter("hrnn-metadata", trainingSeconds=longer)
    found, _ = training_claims(Run(run.report, run.metrics))
    assert (found.verdict, found.n) == (verdict, 1)
    assert f"{longer / 100:.2f} times as long; measured on AWS, eu-west-1." in found.finding


def test_the_managed_twins_training_times_are_of_the_twin() -> None:
    run = RunFigures()
    run.enter("personalize-user-personalization", trainingSeconds=10.0, twin=True)
    run.enter("personalize-user-personalization-metadata", trainingSeconds=20.0, twin=True)
    own, managed = training_claims(Run(run.report, run.metrics))
    assert own.finding == "hrnn-metadata and hrnn are not in the run."
    assert managed.verdict == "holds"
    assert managed.finding.endswith("this is of the twin, not of the service.")


def test_an_unknown_training_time_is_told() -> None:
    run = RunFigures()
    run.enter("hrnn", trainingSeconds=100.0)
    run.enter("hrnn-metadata")
    found, _ = training_claims(Run(run.report, run.metrics))
    assert (found.verdict, found.finding) == ("cannot be told", "The run has no training time of hrnn-metadata.")


@pytest.mark.parametrize(
    ("managed", "own", "verdict"),
    [
        (False, True, "holds"),
        (True, True, "does not hold"),
        (True, False, "does not hold"),
        (False, False, "cannot be told"),
    ],
)
def test_who_predicts_ratings_has_an_error_of_them(managed: bool, own: bool, verdict: str) -> None:
    run = RunFigures()
    ratings = {"rmse": figure(0.9)}
    run.enter("personalize-a", {"ndcg@10": figure(0.2), **(ratings if managed else {})}, twin=True)
    run.enter("autoencoder", {"ndcg@10": figure(0.2), **(ratings if own else {})})
    found, *_ = personalize_claims(Run(run.report, run.metrics))
    assert found.verdict == verdict
    told = verdict != "cannot be told"
    assert (list(found.twins), found.n) == ((["personalize-a"], 500) if told else ([], None))
    if told:
        words = (
            f"With an rmse: {int(managed)} of 1 recipes of Amazon Personalize, and {int(own)} of 1 other contestants."
        )
        assert found.finding.startswith(words)


def test_without_a_recipe_nothing_is_told_of_personalize() -> None:
    found, ease, _ = personalize_claims(Run(RunFigures().report, {}))
    assert found.finding == "No recipe of Amazon Personalize has figures in this run."
    assert ease.finding.endswith("not measured.")


def test_ease_and_effort_are_called_a_matter_of_judgement() -> None:
    run = RunFigures()
    run.report["measuredOn"]["words"] = "a laptop"
    run.enter("personalize-a", trainingSeconds=12.0, twin=True)
    _, *found = personalize_claims(Run(run.report, run.metrics))
    assert [one.verdict for one in found] == ["cannot be told"] * 2
    assert all(one.finding.startswith("A matter of judgement") for one in found)
    assert found[0].finding.endswith("personalize-a trained for 12 s (a local twin); measured on a laptop.")
