"""What a twin is fitted on, what its choices are made on, and whom its metrics are of."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.recipes.contract import TrainingData
from local_cloud.personalize.recipes.twin_training import _split, _turn
from tests.support.training import rows


def test_choices_are_made_on_the_newest_events_of_those_who_are_learnt_from_and_never_on_the_tested() -> None:
    histories = rows(*[[((user + number) % 30, 1) for number in range(20)] for user in range(30)], n_items=30)
    split = _split(histories)
    tested, chosen_on = split.tested.users, split.validation.users
    assert len(tested) == 3
    assert sorted([*tested, *chosen_on]) == list(range(30))
    assert not split.train.activity[tested].any()
    # A tenth of 20, and no held-out event is learnt or known.
    assert (split.train.activity[chosen_on] == 18).all()
    for holdout in (split.tested, split.validation):
        assert (holdout.known.activity[holdout.users] == 18).all()
        for user in holdout.users.tolist():
            newest = set(histories.items_of(user)[-2:].tolist())
            assert set(holdout.relevant.items_of(user).tolist()) <= newest
            assert not newest & set(holdout.known.items_of(user).tolist())


def test_users_with_two_events_keep_both_to_learn_an_order_from() -> None:
    histories = rows(*[[(0, 1), (1, 1)]] * 10, n_items=2)
    split = _split(histories)
    assert len(split.validation.users) == 0
    assert np.sort(split.train.activity).tolist() == [0, *[2] * 9]
    assert split.tested.relevant.n_interactions == 1


def asking(check: Callable[[], None]) -> TrainingData:
    return cast(TrainingData, SimpleNamespace(check=check))


def test_two_trainings_take_turns() -> None:
    waits, entered = threading.Event(), threading.Event()

    def train() -> None:
        with _turn(asking(waits.set)):
            entered.set()

    second = threading.Thread(target=train)
    with _turn(asking(lambda: None)):
        second.start()
        assert waits.wait(30)
        assert not entered.is_set()
    second.join(30)
    assert entered.is_set()


def test_who_waits_for_a_turn_can_be_stopped_and_takes_none_away() -> None:
    def stop() -> None:
        raise JobFailedError("stopped")

    with _turn(asking(lambda: None)), pytest.raises(JobFailedError, match="stopped"), _turn(asking(stop)):
        pytest.fail("It did not wait.")
    with _turn(asking(stop)):
        pass
