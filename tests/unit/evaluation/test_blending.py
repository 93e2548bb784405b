"""Blends of lists: the same as the front's for each user, and tuned without looking beyond the validation part."""

import numpy as np
import pytest

from bakeoff.data.holdout import Holdout
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.blending import Blend, fuse, tune
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.serving.blending import WeightedList, blend
from tests.support.training import rows

N_ITEMS = 40
USERS = np.arange(60)


def shuffled(seed: int, *, users: int = 60, length: int = 20) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return np.array([generator.permutation(N_ITEMS)[:length] for _ in range(users)], np.int32)


def holdout(relevant: np.ndarray) -> Holdout:
    held = rows(*[[(int(item), 5.0) for item in of_user] for of_user in relevant], n_items=N_ITEMS)
    nothing = held.where(np.zeros(held.n_interactions, np.bool_))
    return Holdout(nothing, held, np.ones(N_ITEMS, np.bool_), np.arange(len(relevant)))


def noisy(relevant: np.ndarray, *, share: float, seed: int) -> np.ndarray:
    """Lists that hold each relevant item first with this chance, and anything else after."""
    generator = np.random.default_rng(seed)
    lists = []
    for of_user in relevant:
        found = of_user[generator.random(len(of_user)) < share]
        others = generator.permutation(np.setdiff1d(np.arange(N_ITEMS), found))
        lists.append(np.concatenate((found, others))[:20])
    return np.array(lists, np.int32)


def test_lists_are_fused_as_the_front_fuses_those_of_one_user() -> None:
    lists = {name: shuffled(seed) for seed, name in enumerate(("a", "b", "c"))}
    lists["c"][:, 12:] = NO_ITEM
    for weights in ({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 0.5, "b": 0.5}):
        made = Blend(weights=weights, rank_constant=5)
        ids = [str(item) for item in range(N_ITEMS)]
        fused = fuse(lists, made, n=15, order=np.argsort(np.argsort(ids)))
        for user in range(len(USERS)):
            voting = [
                WeightedList(weight=weight, items=[ids[item] for item in lists[name][user] if item != NO_ITEM])
                for name, weight in weights.items()
            ]
            expected = [item.item_id for item in blend(voting, n=15, rank_constant=5)]
            assert [ids[item] for item in fused[user]] == expected


def test_users_fused_in_chunks_get_what_they_get_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {name: shuffled(seed) for seed, name in enumerate(("a", "b"))}
    made = Blend(weights={"a": 0.6, "b": 0.4}, rank_constant=15)
    at_once = fuse(lists, made, n=10, order=np.arange(N_ITEMS))
    monkeypatch.setattr("bakeoff.evaluation.blending._CHUNK", 7)
    np.testing.assert_array_equal(fuse(lists, made, n=10, order=np.arange(N_ITEMS)), at_once)


def test_lists_shorter_than_asked_are_filled_up() -> None:
    fused = fuse(
        {"a": shuffled(1, length=3)}, Blend(weights={"a": 1.0}, rank_constant=5), n=5, order=np.arange(N_ITEMS)
    )
    assert fused.shape == (60, 5)
    assert (fused[:, 3:] == NO_ITEM).all()


def test_two_that_find_different_items_are_blended_and_the_one_without_sense_is_not() -> None:
    relevant = shuffled(0, length=4)
    lists = {
        "first": noisy(relevant, share=0.6, seed=1),
        "second": noisy(relevant, share=0.6, seed=2),
        "senseless": shuffled(3),
    }
    made = tune(lists, users=USERS, holdout=holdout(relevant))
    assert set(made.weights) == {"first", "second"}
    assert sum(made.weights.values()) == pytest.approx(1)
    assert all(weight > 0 for weight in made.weights.values())


def test_what_a_second_contestant_cannot_better_is_left_alone() -> None:
    relevant = shuffled(0, length=4)
    perfect = np.pad(relevant, ((0, 0), (0, 16)), constant_values=NO_ITEM)
    made = tune({"worse": shuffled(4), "perfect": perfect}, users=USERS, holdout=holdout(relevant))
    assert made.weights == {"perfect": 1.0}


def test_where_nobody_finds_anything_all_have_the_same_say() -> None:
    relevant = np.full((60, 1), N_ITEMS - 1)
    blind = np.tile(np.arange(10, dtype=np.int32), (60, 1))
    made = tune({"a": blind, "b": blind}, users=USERS, holdout=holdout(relevant))
    assert made.weights == {"a": 1.0, "b": 1.0}


def test_no_list_at_all_is_an_error_that_says_so() -> None:
    with pytest.raises(EvaluationError, match="nothing to blend"):
        tune({}, users=USERS, holdout=holdout(shuffled(0, length=1)))
