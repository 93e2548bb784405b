"""Two runs side by side: figures before and after, who is in one only, what else changed."""

from typing import Any

import numpy as np
import pyarrow as pa

from bakeoff.evaluation.changes import side_by_side
from bakeoff.evaluation.compare_runs import RunResults
from bakeoff.evaluation.published import K, PublishedLists

PROTOCOL = {"split": {"hash": "s1", "strategy": "global_time", "parameters": {"seed": 42}}, "liked": "value >= 4"}


def contestant(name: str, **changes: Any) -> dict[str, Any]:
    latency = {"p50": 1.0, "p95": 2.0}
    usual = {"name": name, "status": "ok", "modelVersion": f"{name}-1", "trainingSeconds": 4.0, "latency": latency}
    return {**usual, "metrics": None, **changes}


def results(run: str, *contestants: dict[str, Any], ndcg: float = 0.2, **changes: Any) -> RunResults:
    figures = {name: {"value": ndcg} for name in ("ndcg@10", "recall@10", "coverage@10")}
    metrics = {"protocol": PROTOCOL, "contestants": {one["name"]: {"metrics": figures} for one in contestants}}
    report = {"runId": run, "dataset": "small", "dataVersion": "v1", "split": "s1", "default": "a"}
    return RunResults(
        report={**report, "contestants": list(contestants), **changes.pop("report", {})},
        metrics={**metrics, **changes},
        lists={one["name"]: lists() for one in contestants},
    )


def lists() -> PublishedLists:
    users = ["u1", "u2"]
    items = pa.array([["i1"], ["i2"]])
    return PublishedLists(users=users, items=items, hits=np.ones((2, K), bool), n_relevant=np.full(2, K))


def test_figures_stand_before_and_after_with_their_difference() -> None:
    before = results("r1", contestant("a"), contestant("b", latency=None))
    after = results("r2", contestant("a", trainingSeconds=5.5), contestant("b"), ndcg=0.25)
    found = side_by_side(before, after)
    assert (found["before"], found["after"], found["untested"]) == ("r1", "r2", None)
    a, b = found["contestants"]
    assert a["figures"]["ndcg@10"] == {"before": 0.2, "after": 0.25, "difference": 0.05}
    assert a["figures"]["training (s)"] == {"before": 4.0, "after": 5.5, "difference": 1.5}
    assert b["figures"]["latency p95 (ms)"] == {"before": None, "after": 2.0, "difference": None}
    assert a["test"]["says"] == "the same lists"
    assert found["changes"] == []


def test_who_is_in_one_run_only_is_named_and_has_no_figures() -> None:
    found = side_by_side(
        results("r1", contestant("a"), contestant("b")), results("r2", contestant("c"), contestant("a"))
    )
    assert [one["name"] for one in found["contestants"]] == ["a"]
    assert (found["onlyBefore"], found["onlyAfter"]) == (["b"], ["c"])


def test_whatever_else_changed_is_told_before_and_after() -> None:
    other = {**PROTOCOL, "split": {"hash": "s2", "strategy": "global_time", "parameters": {"seed": 7}}, "users": 9}
    before = results("r1", contestant("a"), contestant("b"))
    after = results(
        "r2",
        contestant("a", modelVersion="a-2"),
        contestant("b", status="failed"),
        report={"dataVersion": "v2", "split": "s2", "default": "b"},
        protocol=other,
    )
    found = side_by_side(before, after)
    assert [tuple(one.values()) for one in found["changes"]] == [
        ("data version", "v1", "v2"),
        ("split", "s1", "s2"),
        ("default", "a", "b"),
        ("model of a", "a-1", "a-2"),
        ("status of b", "ok", "failed"),
        ("protocol: split.parameters.seed", 42, 7),
        ("protocol: users", None, 9),
    ]
    assert "different splits" in found["untested"]
    assert [one["test"] for one in found["contestants"]] == [None, None]
    assert found["contestants"][0]["figures"]["ndcg@10"]["difference"] == 0, "shown all the same"


def test_a_run_that_was_not_evaluated_is_compared_by_what_its_report_has() -> None:
    failed = RunResults(report={"runId": "r2", "contestants": [{"name": "a", "status": "failed"}]}, metrics=None)
    found = side_by_side(results("r1", contestant("a")), failed)
    assert found["contestants"][0]["figures"]["ndcg@10"] == {"before": 0.2, "after": None, "difference": None}
    assert found["untested"] == "The run r2 was not evaluated, so there are no lists to compare."


def test_each_runs_seconds_say_where_they_were_measured() -> None:
    laptop = {"measuredOn": {"laptop": True, "words": "a laptop's local cloud"}}
    found = side_by_side(results("r1", contestant("a"), report=laptop), results("r2", contestant("a")))
    assert found["measuredOn"] == {"before": "a laptop's local cloud", "after": None}
