"""Planning contestants of Autopilot: one candidate file, and names by what a search and its lists are made from."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.contracts.naming import LONGEST_SEARCH_NAME
from bakeoff.contracts.stored_rows import StoredRows, part_key
from bakeoff.reranking import layout
from bakeoff.workflow import plan_autopilot
from bakeoff.workflow.plan import plan_contestants
from bakeoff.workflow.plan_autopilot import plan_candidates

Entry = Callable[..., dict[str, Any]]
CAPS = {"max_candidates": 10, "max_runtime_seconds": 3600, "max_training_seconds": 600}


@pytest.fixture
def order(aws: Any, entry: Entry, manifest: dict[str, Any]) -> dict[str, Any]:
    aws.put_file("prepared/v1/manifest.json", manifest)
    return {
        "runId": "run-1",
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:run:run-1",
        "campaignArnPrefix": "arn:aws:personalize:us-east-1:123456789012:campaign/",
        "dataset": "small",
        "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
        "contestants": [
            entry("ease"),
            entry("autopilot-xgboost-all", "autopilot"),
            entry("autopilot-linear-selected", "autopilot", features="selected", family="linear-learner"),
        ],
        "reranking": {"candidatesHash": "c1", "rankHash": "r1", "caps": CAPS},
    }


def specs(aws: Any, order: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in plan_contestants(aws.cloud, order)["contestants"]}


def test_all_of_them_rerank_one_file_of_candidates(aws: Any, order: dict[str, Any]) -> None:
    planned = plan_contestants(aws.cloud, order)
    candidates = planned["candidates"]
    ours = [one for one in planned["contestants"] if one["kind"] == "autopilot"]
    assert {one["orderUri"] for one in ours} == {f"{candidates['uri']}order/"}
    assert {one["givenPath"] for one in ours} == {f"{candidates['path']}/order"}
    assert [one["rowsUri"] for one in ours] == [f"{candidates['uri']}rows/{kind}/" for kind in ("all", "selected")]
    assert (candidates["there"], candidates["specifications"], candidates["live"]) == (False, "all,selected", "")
    aws.put_file(candidates["manifestKey"], {})
    again = plan_contestants(aws.cloud, {**order, "runId": "run-2"})["candidates"]
    assert (again["path"], again["there"]) == (candidates["path"], True)
    assert again["jobName"] != candidates["jobName"], "a job's name can be used only once"


def test_a_run_without_one_writes_no_candidates(aws: Any, order: dict[str, Any], entry: Entry) -> None:
    assert plan_candidates(aws.cloud, {**order, "contestants": [entry("ease")]}, {}) is None


def test_where_things_lie_is_what_the_jobs_write(aws: Any, order: dict[str, Any]) -> None:
    spec = specs(aws, order)["autopilot-xgboost-all"]
    assert spec["listsKey"] == f"{spec['listsUri'].removeprefix('s3://bakeoff-test/')}{layout.RANKED}/{layout.LISTS}"
    assert spec["predictionsKey"].endswith(f"/{layout.HELD_OUT_PREDICTIONS}")
    assert spec["givenKey"].endswith(f"/{layout.ORDER}/{layout.LISTS}")
    assert spec["candidatesKey"].endswith(f"/{layout.MANIFEST}")
    assert plan_autopilot._USERS_PER_PART == layout.USERS_PER_PART
    rows = StoredRows.of(spec["backend"])
    assert part_key(rows.path, 7).endswith(f"/{layout.STORED.format(7)}")
    assert rows.parts == 2, "501 test users"


def test_one_that_is_asked_live_needs_bodies_instead_of_lists(aws: Any, order: dict[str, Any], entry: Entry) -> None:
    live = entry("autopilot-xgboost-selected", "autopilot", features="selected", serving="endpoint")
    planned = plan_contestants(aws.cloud, {**order, "contestants": [live]})
    [spec] = planned["contestants"]
    assert planned["candidates"]["live"] == "selected"
    assert spec["backend"] == {
        "type": "autopilot-endpoint",
        "name": spec["resourceName"],
        "table": "bakeoff-test-lists",
        "rows": f"{planned['candidates']['path']}/bodies/selected",
        "parts": 2,
    }
    assert f"{spec['backend']['rows'].removeprefix(planned['candidates']['path'])}" == "/bodies/selected"
    assert layout.BODIES.format("selected", 0).startswith("bodies/selected/")


def test_whoever_is_asked_live_besides_scores_and_lists_of_a_former_run_are_found_again(
    aws: Any, order: dict[str, Any], entry: Entry
) -> None:
    before = specs(aws, order)["autopilot-xgboost-all"]
    live = entry("autopilot-xgboost-selected", "autopilot", features="selected", serving="endpoint")
    after = specs(aws, {**order, "contestants": [*order["contestants"], live]})["autopilot-xgboost-all"]
    assert after["orderUri"] != before["orderUri"], "there are bodies beside them"
    assert (after["scoresName"], after["listsPath"]) == (before["scoresName"], before["listsPath"])
    assert after["backend"] == before["backend"]


CHANGES: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], Any], bool]] = {
    "the table": (lambda order, files: files["autopilot/train/part-00000.parquet"].update(sha256="x"), True),
    "its columns": (lambda order, files: files["autopilot/features-all.json"].update(sha256="x"), True),
    "the caps": (lambda order, files: order["reranking"].update(caps={**CAPS, "max_candidates": 11}), True),
    "the candidates": (lambda order, files: order["reranking"].update(candidatesHash="c2"), False),
    "the ranking": (lambda order, files: order["reranking"].update(rankHash="r2"), False),
}


@pytest.mark.parametrize(("change", "searches"), CHANGES.values(), ids=CHANGES)
def test_lists_are_made_anew_and_a_search_only_for_what_it_learnt_from(
    aws: Any,
    order: dict[str, Any],
    manifest: dict[str, Any],
    change: Callable[[dict[str, Any], dict[str, Any]], Any],
    searches: bool,
) -> None:
    before = specs(aws, order)["autopilot-xgboost-all"]
    change(order, manifest["files"])
    aws.put_file("prepared/v1/manifest.json", manifest)
    after = specs(aws, order)["autopilot-xgboost-all"]
    assert after["listsPath"] != before["listsPath"]
    assert (after["searchName"] != before["searchName"]) is searches
    assert (after["resourceName"] != before["resourceName"]) is searches


def test_a_search_is_found_by_the_beginning_of_its_name(aws: Any, order: dict[str, Any]) -> None:
    first, second = (specs(aws, {**order, "runId": run})["autopilot-xgboost-all"] for run in ("run-1", "run-2"))
    assert first["searchName"] != second["searchName"]
    assert first["searchPrefix"] == second["searchPrefix"]
    assert first["searchName"].startswith(first["searchPrefix"])
    assert len(first["searchName"]) <= LONGEST_SEARCH_NAME
