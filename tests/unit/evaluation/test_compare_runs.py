"""Two runs compared: better, worse, noise or the same lists, on the users that both tested; and when nothing is."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bakeoff.evaluation.compare_runs import (
    BETTER,
    NOISE,
    SAME_LISTS,
    WORSE,
    RunResults,
    compare_lists,
    why_untested,
)
from bakeoff.evaluation.field import PairedTests
from bakeoff.evaluation.metrics import ndcg
from bakeoff.evaluation.published import K, PublishedLists
from bakeoff.evaluation.statistics.bootstrap import Bootstrap

USERS = 300
QUICK = Bootstrap(resamples=200)
FEW = PairedTests(permutations=999)


def lists(share: float, seed: int, users: range = range(USERS)) -> PublishedLists:
    """Lists of which a share of the ranks are hits, five relevant items a user; other seeds, other items."""
    hits = np.random.default_rng(seed).random((len(users), K)) < share
    items = [[f"{seed}-{user}-{rank}" for rank in range(K)] for user in users]
    names = [f"u{user}" for user in users]
    return PublishedLists(users=names, items=pa.array(items), hits=hits, n_relevant=np.full(len(users), 5))


def test_each_contestant_is_held_to_its_former_self() -> None:
    before = {"rises": lists(0.1, 1), "falls": lists(0.3, 2), "stays": lists(0.2, 3), "moves": lists(0.2, 4)}
    after = {"rises": lists(0.3, 5), "falls": lists(0.1, 6), "stays": before["stays"], "moves": lists(0.2, 7)}
    found = compare_lists(before, after, bootstrap=QUICK, tests=FEW)
    assert {name: one.says for name, one in found.items()} == {
        "rises": BETTER,
        "falls": WORSE,
        "stays": SAME_LISTS,
        "moves": NOISE,
    }
    assert {one.n for one in found.values()} == {USERS}
    rises = found["rises"].differences["ndcg@10"]
    means = [ndcg(one.hits, one.n_relevant, k=K).mean() for one in (before["rises"], after["rises"])]
    assert rises.value == pytest.approx(means[1] - means[0])
    assert 0 < rises.low < rises.value < rises.high
    moves = found["moves"].differences["ndcg@10"]
    assert moves.low < 0 < moves.high
    assert found["stays"].differences["ndcg@10"].value == 0
    assert found["stays"].p_holm == {}


def test_the_correction_is_over_the_contestants_whose_lists_changed() -> None:
    before = {"rises": lists(0.1, 1), "stays": lists(0.2, 3), "moves": lists(0.2, 4)}
    after = {"rises": lists(0.3, 5), "stays": before["stays"], "moves": lists(0.2, 7)}
    alone = compare_lists({"rises": before["rises"]}, after, bootstrap=QUICK, tests=FEW)["rises"]
    found = compare_lists(before, after, bootstrap=QUICK, tests=FEW)["rises"]
    assert alone.p_holm["ndcg@10"] == pytest.approx(1 / 1000)
    assert found.p_holm["ndcg@10"] == pytest.approx(2 / 1000), "two contestants changed, not three"


def test_users_are_matched_by_their_ids_and_those_of_one_run_only_are_left_out() -> None:
    before, more = lists(0.2, 1), lists(0.2, 1, range(USERS + 40))
    shuffled = more.of_users([f"u{user}" for user in range(USERS + 39, 19, -1)])
    moved = shuffled.of_users(before.users[20:])
    again = compare_lists({"a": moved}, {"a": shuffled}, bootstrap=QUICK, tests=FEW)["a"]
    assert (again.says, again.n) == (SAME_LISTS, USERS - 20)
    assert compare_lists({"a": before}, {"a": shuffled}, bootstrap=QUICK, tests=FEW)["a"].n == USERS - 20


def test_who_is_in_one_run_only_or_shares_no_user_is_not_compared() -> None:
    before = {"gone": lists(0.1, 1), "others": lists(0.1, 2)}
    after = {"added": lists(0.1, 3), "others": lists(0.1, 2, range(USERS, USERS + 9))}
    assert compare_lists(before, after, bootstrap=QUICK, tests=FEW) == {}


def test_json_has_a_p_value_only_where_there_was_a_test() -> None:
    before, after = {"a": lists(0.1, 1), "b": lists(0.2, 2)}, {"a": lists(0.3, 3), "b": lists(0.2, 2)}
    found = {name: one.to_json() for name, one in compare_lists(before, after, bootstrap=QUICK, tests=FEW).items()}
    assert list(found["a"]) == ["says", "n", "differences"]
    assert list(found["a"]["differences"]) == ["ndcg@10", "recall@10"]
    assert found["a"]["differences"]["ndcg@10"]["pHolm"] == 0.001
    assert found["b"]["differences"]["recall@10"] == {"value": 0, "low": 0, "high": 0, "n": USERS, "pHolm": None}


def run(run_id: str = "r1", **protocol: Any) -> RunResults:
    usual = {"split": {"hash": "s1"}, "liked": "value >= 4", "candidates": {"count": 9}, "intervals": {"seed": 42}}
    return RunResults(report={"runId": run_id}, metrics={"protocol": {**usual, **protocol}})


def test_runs_on_one_split_under_one_protocol_are_tested() -> None:
    assert why_untested(run(), run("r2", intervals={"seed": 7})) is None


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (run(split={"hash": "s2"}), "The two runs were measured on different splits"),
        (run(liked="value >= 3"), "The two runs' protocols differ in liked:"),
        (run(candidates={"count": 8}), "The two runs' protocols differ in candidates:"),
        (RunResults(report={"runId": "r2"}, metrics=None), "The run r2 was not evaluated"),
    ],
)
def test_what_no_test_could_tell_from_the_contestants_change_is_not_tested(after: RunResults, said: str) -> None:
    assert str(why_untested(run(), after)).startswith(said)
    assert why_untested(after, run()) is not None
