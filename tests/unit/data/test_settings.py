"""The preparation's settings: defaults, JSON names, all faults at once."""

import pytest

from bakeoff.data.settings import PreparationSettings, SplitSettings
from bakeoff.errors import ConfigurationError

FULL = {
    "dataset": "ml",
    "likedThreshold": 3.5,
    "split": {
        "strategy": "per_user_last_fraction",
        "test_fraction": 0.3,
        "validation_fraction": 0.2,
        "min_activity": 6,
        "seed": 1,
        "held_out_fraction": 0.4,
    },
    "mapping": "movielens-atomic",
    "maxHistory": 50,
    "maxTestUsers": 10,
    "maxRejectedShare": 0.5,
    "minInteractions": 20,
    "minUsers": 3,
    "maxAutopilotRows": 1000,
}


def test_every_json_name_reaches_its_field() -> None:
    assert PreparationSettings.from_json(FULL) == PreparationSettings(
        dataset="ml",
        mapping="movielens-atomic",
        liked_threshold=3.5,
        split=SplitSettings(test_fraction=0.3, validation_fraction=0.2, min_activity=6, seed=1, held_out_fraction=0.4),
        max_history=50,
        max_test_users=10,
        max_rejected_share=0.5,
        min_interactions=20,
        min_users=3,
        max_autopilot_rows=1000,
    )


def test_only_the_dataset_must_be_given() -> None:
    assert PreparationSettings.from_json({"dataset": "ml"}) == PreparationSettings(dataset="ml")


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        PreparationSettings.from_json(
            {
                "likedTreshold": 4,
                "maxHistory": 0,
                "maxRejectedShare": 2,
                "likedThreshold": "4",
                "split": {"strategy": "random", "test_fraction": 0, "min_activity": 2, "seed": True, "sed": 1},
            }
        )
    told = "\n".join(raised.value.faults)
    assert len(raised.value.faults) == 10
    for name in ("likedTreshold", "dataset", "maxHistory is 0", "maxRejectedShare is 2", "likedThreshold is '4'"):
        assert name in told
    for name in ("split.sed", "split.strategy", "split.test_fraction", "split.min_activity", "split.seed"):
        assert name in told


@pytest.mark.parametrize("value", [[], "ml", None, {"dataset": "ml", "split": [1]}])
def test_other_json_than_an_object_is_refused(value: object) -> None:
    with pytest.raises(ConfigurationError, match="must be a JSON object"):
        PreparationSettings.from_json(value)


@pytest.mark.parametrize(("test", "validation", "min_activity"), [(0.6, 0.4, 5), (0.7, 0.1, 5), (0.1, 0.5, 3)])
def test_fractions_that_leave_a_user_without_train_interactions_are_refused(
    test: float, validation: float, min_activity: int
) -> None:
    faults = SplitSettings(test_fraction=test, validation_fraction=validation, min_activity=min_activity).faults()
    assert len(faults) == 1
    assert "leave nothing to train on" in faults[0]
