"""All claims together: every one of the article's is there, whatever the run holds."""

import json

from bakeoff.judging.claims.examine import examine_claims
from tests.support.run_figures import RunFigures

CLAIMS = [
    "With metadata about users and items HRNN recommends better, when the metadata is good.",
    "With metadata about users and items HRNN's successor recommends better, when the metadata is good.",
    "With metadata HRNN takes longer to train.",
    "With metadata HRNN's successor takes longer to train.",
    "Popularity-Count is not personal.",
    "Popularity-Count is limited.",
    "Popularity-Count gives some good recommendations all the same.",
    "Amazon Personalize gives items but no predicted rating.",
    "Amazon Personalize is easy and fast once the data is prepared.",
    "SageMaker Autopilot costs more effort than Amazon Personalize, because inference must be coded.",
    "The model (xgboost or linear) does not change Autopilot's output much, with all columns.",
    "The model (xgboost or linear) does not change Autopilot's output much, with selected columns.",
    "The selection of columns does not change Autopilot's output much, with xgboost.",
    "The selection of columns does not change Autopilot's output much, with a linear model.",
    "The autoencoder tends to recommend what is rated a lot.",
    "With more tuning the autoencoder recommends less of what is rated a lot.",
    "The content model recommends films of the same director.",
    "The self-coded autoencoder was very basic, with much room to improve.",
    "The self-coded content model was very basic, with much room to improve.",
    "Self-coded models may give better results than managed services.",
]


def test_an_empty_run_can_tell_nothing_and_names_every_claim() -> None:
    found = examine_claims(RunFigures().report, {})
    assert [one["claim"] for one in found] == CLAIMS
    assert {one["verdict"] for one in found} == {"cannot be told"}
    assert {one["n"] for one in found} == {None}
    assert all(one["finding"].endswith(".") and one["test"].endswith(".") for one in found)
    assert json.loads(json.dumps(found)) == found


def test_a_finding_has_the_keys_of_the_report() -> None:
    assert {tuple(one) for one in examine_claims(RunFigures().report, {})} == {
        ("claim", "test", "finding", "verdict", "n", "twins")
    }
