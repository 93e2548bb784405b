"""A contestant survives the way through a state machine as JSON."""

import json

import pytest

from bakeoff.contracts.catalogue import Contestant

EASE = Contestant(
    name="ease",
    title="EASE",
    kind="sagemaker",
    answers=("recommend", "similar"),
    needs_history=True,
    reacts_to_events=True,
    longest_list=50,
    learns_from="all",
    recommender="ease",
    image="scikit-learn",
    settings={"reg": 500.0},
)


def test_what_is_written_as_json_is_read_again() -> None:
    assert Contestant.from_json(json.loads(json.dumps(EASE.to_json()))) == EASE


def test_answers_are_a_tuple_again_so_that_equal_contestants_are_equal() -> None:
    assert Contestant.from_json(EASE.to_json()).answers == ("recommend", "similar")


def test_a_key_that_no_contestant_has_is_refused() -> None:
    with pytest.raises(TypeError, match="speed"):
        Contestant.from_json({**EASE.to_json(), "speed": 1})
