"""Other splits: what a run that only compares leaves on record, and when the order of contestants is said to change."""

from typing import Any

import pytest

from bakeoff.workflow.other_splits import close_comparison, kendall_tau, other_splits

Pair = tuple[str, str]


def evaluation(strategy: str, users: int, figures: dict[str, float], *different: Pair) -> dict[str, Any]:
    """A metrics.json: of the pairs that it compares, the `different` ones are different beyond noise."""
    names = sorted(figures, key=lambda name: -figures[name])
    pairs = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    apart = {frozenset(pair) for pair in different}
    return {
        "protocol": {"split": {"strategy": strategy, "hash": f"hash of {strategy}"}, "users": users},
        "contestants": {name: measured(value) for name, value in figures.items()},
        "comparisons": [
            {
                "metric": metric,
                "a": one,
                "b": other,
                "different": metric == "mrr@10" or frozenset((one, other)) in apart,
            }
            for metric in ("ndcg@10", "mrr@10")
            for one, other in pairs
        ],
    }


def measured(value: float) -> dict[str, Any]:
    metrics = {name: {"value": value, "low": 0.0, "high": 1.0, "n": 9} for name in ("ndcg@10", "mrr@10")}
    return {"health": {"healthy": True, "problems": []}, "metrics": metrics}


UNHEALTHY = {"health": {"healthy": False, "problems": ["too few items"]}, "metrics": {}}
HERE = evaluation("leave_last_out", 600, {"a": 0.3, "b": 0.2, "c": 0.1}, ("a", "b"), ("a", "c"))


def compared(aws: Any, there: dict[str, Any], here: dict[str, Any] = HERE) -> dict[str, Any]:
    aws.put_file("evaluations/e2/metrics.json", there)
    outcome = {"strategy": "global_time", "runId": "run-1-global_time", "status": "ok", "reason": None}
    given = {"otherSplits": [{**outcome, "evaluationKey": "evaluations/e2/"}]}
    [found] = other_splits(aws.cloud, given, here)
    return found


def test_the_same_order_changes_nothing_and_is_said_with_the_users_of_both(aws: Any) -> None:
    found = compared(aws, evaluation("global_time", 400, {"a": 0.2, "b": 0.15, "c": 0.1}, ("a", "c")))
    figure = {"ndcg@10": {"value": 0.2, "low": 0.0, "high": 1.0, "n": 9}}
    assert found["metrics"]["a"] == figure, "only what is shown side by side"
    del found["metrics"]
    assert found == {
        "strategy": "global_time",
        "split": "hash of global_time",
        "runId": "run-1-global_time",
        "users": 400,
        "here": ["a", "b", "c"],
        "there": ["a", "b", "c"],
        "kendallTau": 1.0,
        "flips": [],
        "changes": False,
        "says": "On global_time (n = 400 users), beside leave_last_out (n = 600 users), the order of the 3 contestants "
        "by ndcg@10 is the same.",
    }


def test_the_order_changes_where_a_pair_is_different_on_both_splits_in_opposite_order(aws: Any) -> None:
    found = compared(aws, evaluation("global_time", 400, {"a": 0.1, "b": 0.2, "c": 0.05}, ("a", "b")))
    assert (found["here"], found["there"]) == (["a", "b", "c"], ["b", "a", "c"])
    assert (found["flips"], found["changes"]) == ([["a", "b"]], True)
    assert found["kendallTau"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["says"].endswith("the order by ndcg@10 changes beyond noise on both splits: a and b change places.")


@pytest.mark.parametrize("different", [(), (("b", "c"), ("a", "b"))], ids=["on one split", "on neither"])
def test_a_flip_that_is_noise_on_either_split_changes_nothing(aws: Any, different: tuple[Pair, ...]) -> None:
    """Here a and b differ, b and c do not; there it is none of them, or only pairs that stand as they stood."""
    flipped = {"a": 0.2, "b": 0.05, "c": 0.1} if different else {"a": 0.1, "b": 0.2, "c": 0.05}
    found = compared(aws, evaluation("global_time", 400, flipped, *different))
    assert found["flips"] == ([["b", "c"]] if different else [["a", "b"]])
    assert found["changes"] is False
    assert "no change of the order by ndcg@10 is shown to be more than noise: " in found["says"]
    assert "none of them different beyond noise on both splits" in found["says"]


@pytest.mark.parametrize("there", [{"a": 0.0, "b": 0.0, "c": 0.0}, {"a": 0.2, "b": 0.1, "c": 0.1}])
def test_an_order_with_equal_ones_is_not_called_the_same(aws: Any, there: dict[str, float]) -> None:
    found = compared(aws, evaluation("global_time", 400, there))
    assert (found["flips"], found["changes"], "is the same" in found["says"]) == ([], False, False)
    assert found["says"].endswith(
        "none of the 3 contestants change places by ndcg@10, but some are equal on one of the two."
    )


def test_another_metrics_test_does_not_decide(aws: Any) -> None:
    here = evaluation("leave_last_out", 600, {"a": 0.3, "b": 0.2})
    assert compared(aws, evaluation("global_time", 400, {"a": 0.2, "b": 0.3}), here)["changes"] is False


def test_who_has_figures_on_one_split_only_has_no_place_in_the_order_and_is_named(aws: Any) -> None:
    there = evaluation("global_time", 400, {"a": 0.2, "b": 0.1})
    there["contestants"]["c"] = UNHEALTHY
    found = compared(aws, there)
    assert (found["here"], found["there"]) == (["a", "b"], ["a", "b"])
    assert sorted(found["metrics"]) == ["a", "b"]
    assert found["says"].endswith("is the same (c: measured on one of the two only).")


def test_one_contestant_has_no_order(aws: Any) -> None:
    found = compared(aws, evaluation("global_time", 400, {"a": 0.2}))
    assert (found["kendallTau"], found["flips"], found["changes"]) == (None, [], False)
    assert "fewer than two contestants can be compared by ndcg@10 (b, c: measured on one" in found["says"]


def test_a_comparison_that_failed_is_told_with_its_reason(aws: Any) -> None:
    failed = {"strategy": "global_time", "runId": "r-global_time", "status": "failed", "evaluationKey": None}
    [found] = other_splits(aws.cloud, {"otherSplits": [{**failed, "reason": "No data."}]}, HERE)
    assert (found["split"], found["users"], found["metrics"], found["there"]) == (None, None, {}, [])
    assert (found["here"], found["changes"]) == (["a", "b", "c"], False)
    assert found["says"] == ("The comparison on global_time failed, so nothing is known of the order there: No data.")
    assert aws.calls == []


@pytest.mark.parametrize(("outcomes", "metrics"), [(None, HERE), ([], HERE), (None, None)])
def test_a_run_without_other_splits_has_none_side_by_side(aws: Any, outcomes: Any, metrics: Any) -> None:
    assert other_splits(aws.cloud, {"otherSplits": outcomes}, metrics) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "tau"),
    [
        ([3, 2, 1], [9, 5, 1], 1.0),
        ([3, 2, 1], [1, 5, 9], -1.0),
        ([4, 3, 2, 1], [3, 4, 1, 2], round(2 / 6, 6)),
        ([3, 2, 1], [2, 2, 1], round(2 / 3, 6)),
        ([3], [1], None),
    ],
)
def test_kendalls_tau_counts_pairs(ours: list[float], theirs: list[float], tau: float | None) -> None:
    assert kendall_tau(ours, theirs) == tau


def contestant(name: str, status: str = "ok", reason: str | None = None) -> dict[str, Any]:
    return {"name": name, "status": status, "reason": reason}


def test_a_run_that_only_compares_is_not_promoted_and_on_record_with_its_figures(aws: Any) -> None:
    there = evaluation("global_time", 400, {"a": 0.2})
    there["contestants"]["b"] = UNHEALTHY
    there["contestants"]["d"] = UNHEALTHY
    aws.put_file("evaluations/e2/metrics.json", there)
    aws.put_row("runs", runId="r-global_time", backends=[], released=True)
    entrants = [contestant("a"), contestant("b"), contestant("c"), contestant("d", "failed", "out of memory")]
    lists = {"evaluationKey": "evaluations/e2/", "contestants": entrants}
    decision = close_comparison(aws.cloud, {"runId": "r-global_time", "order": {"split": "s2"}, "lists": lists})
    assert (decision["promote"], decision["default"]) == (False, None)
    assert decision["reason"] == "A comparison on the split global_time; it is not asked to serve."
    assert [(one["name"], one["status"], one["reason"]) for one in decision["contestants"]] == [
        ("a", "ok", None),
        ("b", "failed", "Its lists are not sound: too few items"),
        ("c", "failed", "Its lists are not sound: it was not evaluated"),
        ("d", "failed", "out of memory"),
    ]
    assert decision["contestants"][0]["metrics"]["ndcg@10"]["value"] == 0.2
    record = aws.rows("runs")["r-global_time"]
    assert (record["onlyCompare"], record["released"], record["split"]) == (True, True, "s2")
    assert (record["decision"], record["default"]) == (decision["reason"], None)
    assert aws.called("PutParameter", "GetParameter") == [], "the gate is not asked"
