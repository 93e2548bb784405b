"""A run with another split beside the main one: compared there, by an execution that stages and promotes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bakeoff.command_line import comparing
from bakeoff.command_line.runs import execution_arn, latest_run, run_id
from bakeoff.evaluation.compare_runs import SAME_LISTS
from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product, wait_until
from tests.integration.test_gate import TWIN, serves_as_before
from tests.integration.test_second_run import made

EASE = "ease"
STRATEGY = "global_time"
USER = "30"


@pytest.fixture(scope="module")
def compared(product: Product, first_run: FirstRun) -> Iterator[Json]:
    """The report of a run that compared on another split; the campaign that serves was made anew after it did.

    In the end the contestants that every other test finds serve again.
    """
    before = product.ask(USER).contestant(TWIN)["items"]
    [arn] = product.campaigns()
    product.client("personalize").delete_campaign(campaignArn=arn)
    wait_until(lambda: not product.campaigns(), what="the end of the campaign")
    report = product.run(first_run.dataset, EASE, TWIN, other_splits=True)
    assert product.campaigns() == {arn}
    assert product.ask(USER).contestant(TWIN)["items"] == before, "it answers with what it was trained on"
    yield report
    # By a decision: what the small data says of its default against EASE is not what is tested here.
    assert product.run(first_run.dataset, promote=True)["promoted"] is True


def report_of_other_split(product: Product, report: Json) -> Json:
    [other] = report["otherSplits"]
    return product.report(execution_arn(product.deployed, other["runId"]))


def lists(product: Product, report: Json, name: str) -> set[str]:
    """What the lists of a contestant hold, a line a user, without the order of the lines."""
    [path] = [one["lists"] for one in report["contestants"] if one["name"] == name]
    s3, bucket = product.client("s3"), product.deployed.bucket
    [entry] = s3.list_objects_v2(Bucket=bucket, Prefix=f"lists/{path}/")["Contents"]
    return set(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode().splitlines())


def trained(product: Product) -> dict[str, list[Any]]:
    """What training and asking for lists made."""
    kinds = ("training", "transform", "models", "imports", "versions", "batches")
    return {kind: names for kind, names in made(product).items() if kind in kinds}


def test_the_report_has_both_splits_side_by_side(product: Product, compared: Json) -> None:
    [other] = compared["otherSplits"]
    assert (other["strategy"], other["runId"]) == (STRATEGY, f"{compared['runId']}-{STRATEGY}")
    assert other["split"] != compared["split"]
    assert sorted(other["here"]) == sorted(other["there"]) == sorted([EASE, TWIN])
    assert other["kendallTau"] == (1.0 if other["here"] == other["there"] else -1.0)
    assert set(other["metrics"]) == {EASE, TWIN}
    assert other["metrics"][EASE]["ndcg@10"]["n"] == other["users"]
    assert other["says"].startswith(f"On {STRATEGY} (n = {other['users']} users), beside per_user_last_fraction (n = ")
    there = report_of_other_split(product, compared)
    assert there["protocol"]["split"] == {**there["protocol"]["split"], "strategy": STRATEGY, "hash": other["split"]}
    figures = {one["name"]: one["metrics"]["ndcg@10"] for one in there["contestants"]}
    assert figures == {name: metrics["ndcg@10"] for name, metrics in other["metrics"].items()}
    assert lists(product, there, TWIN) != lists(product, compared, TWIN)


def test_nothing_of_the_other_split_is_staged_promoted_or_taken_for_the_newest_run(
    product: Product, compared: Json
) -> None:
    there = report_of_other_split(product, compared)
    assert (there["promoted"], there["failed"], there["default"]) == (False, False, None)
    assert there["reason"] == f"A comparison on the split {STRATEGY}; it is not asked to serve."
    assert [one["status"] for one in there["contestants"]] == ["ok", "ok"]
    names = {one["backend"].get("name") or one["backend"]["arn"] for one in there["contestants"]}
    assert not names & (product.endpoints() | product.campaigns())
    assert there["dataVersion"] not in product.loaded_versions()
    serves_as_before(product, product.promoted())
    assert product.promoted()["runId"] != there["runId"]
    newest = latest_run(product.client("stepfunctions"), product.deployed)
    assert newest is not None
    assert run_id(newest) == compared["runId"]


def test_the_same_run_again_trains_nothing_anew_on_either_split_and_its_lists_are_the_same(
    product: Product, first_run: FirstRun, compared: Json
) -> None:
    before = trained(product)
    again = product.run(first_run.dataset, EASE, TWIN, other_splits=True)
    assert trained(product) == before
    ours, theirs = again["otherSplits"][0], compared["otherSplits"][0]
    assert {**ours, "runId": ""} == {**theirs, "runId": ""}
    s3 = product.client("s3")
    found = comparing.compare(s3, product.deployed, before=compared["runId"], after=again["runId"])
    assert {one["name"]: one["test"]["says"] for one in found["contestants"]} == {EASE: SAME_LISTS, TWIN: SAME_LISTS}
    assert all(one["test"]["n"] > 0 for one in found["contestants"])
    assert found["changes"] == []
    other = comparing.compare(s3, product.deployed, before=again["runId"], after=ours["runId"])
    assert "different splits" in other["untested"]
    assert {"what": "protocol: split.strategy", "before": "per_user_last_fraction", "after": STRATEGY} in other[
        "changes"
    ]
    assert [one["test"] for one in other["contestants"]] == [None, None]
    assert json.dumps(found)
