"""Collecting outcomes: the evaluation's input names everybody, its manifest just the lists that exist."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.errors import RunError
from bakeoff.workflow.collect import collect_lists
from bakeoff.workflow.plan import plan_contestants
from tests.unit.workflow.conftest import CAMPAIGNS, GROUPS


@pytest.fixture
def given(aws: Any, manifest: dict[str, Any], entry: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Three contestants as they were planned; one failed."""
    aws.put_file("prepared/v1/manifest.json", manifest)
    order = {
        "runId": "run-1",
        "executionArn": "arn",
        "campaignArnPrefix": CAMPAIGNS,
        "datasetGroups": GROUPS,
        "dataset": "small",
        "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
        "contestants": [
            entry("ease", learns_from="all", longest_list=50, needs_history=False),
            entry("als"),
            entry("sims", "personalize", reacts_to_events=False),
        ],
    }
    planned = plan_contestants(aws.cloud, order)
    outcomes = [
        {
            "name": "sims",
            "status": "ok",
            "twin": True,
            "modelVersion": "arn:version",
            "validation": None,
            "solutionMetrics": {"coverage": 0.25},
        },
        {"name": "als", "status": "failed", "reason": "TrainingJob als: out of memory"},
        {
            "name": "ease",
            "status": "ok",
            "twin": False,
            "modelVersion": "job-1",
            "trainingSeconds": 12.5,
            "billableSeconds": 13,
            "listsSeconds": 21.5,
            "validation": {"ndcg@10": {"value": 0.1, "low": 0.0, "high": 0.2, "n": 5}},
        },
    ]
    aws.put_file("models/job-1/output/model.tar.gz", "12345")
    aws.put_file("models/job-1/output/model.tar.gz.sha256", "123456")
    aws.calls.clear()
    return {"runId": "run-1", "order": planned, "outcomes": outcomes, "evaluationSourceHash": "e1"}


def test_everybody_is_in_the_evaluations_input_in_the_order_asked_for(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    run = aws.file("runs/run-1/input/run.json")
    ease, als, sims = run["contestants"]
    specs = {spec["name"]: spec for spec in given["order"]["contestants"]}
    assert run == {"runId": "run-1", "split": "5" * 64, "contestants": collected["contestants"], "incumbent": None}
    assert ease == {
        "name": "ease",
        "title": "Ease",
        "status": "ok",
        "reason": None,
        "split": "5" * 64,
        "lists": specs["ease"]["listsPath"],
        "kind": "sagemaker",
        "recipe": None,
        "recommender": "ease",
        "answers": ["recommend"],
        "learnsFrom": "all",
        "longestList": 50,
        "needsHistory": False,
        "reactsToEvents": True,
        "twin": False,
        "modelVersion": "job-1",
        "trainingSeconds": 12.5,
        "billableSeconds": 13,
        "listsSeconds": 21.5,
        "artefactBytes": 5,
        "validation": {"ndcg@10": {"value": 0.1, "low": 0.0, "high": 0.2, "n": 5}},
        "solutionMetrics": None,
        "backend": specs["ease"]["backend"],
        "serving": "endpoint",
        "predictions": None,
        "given": None,
        "autopilot": None,
    }
    assert (als["status"], als["reason"], als["twin"], als["modelVersion"]) == (
        "failed",
        "TrainingJob als: out of memory",
        False,
        None,
    )
    assert (sims["twin"], sims["reactsToEvents"], sims["trainingSeconds"]) == (True, False, None)
    assert sims["solutionMetrics"] == {"coverage": 0.25}
    assert (sims["kind"], sims["recipe"], sims["recommender"]) == ("personalize", "aws-sims", None)


def test_alike_items_are_evaluated_of_those_that_answer_so_and_left_their_lists(
    aws: Any, given: dict[str, Any]
) -> None:
    for spec in given["order"]["contestants"]:
        spec["contestant"]["answers"] = ["recommend", "similar"]

    def told() -> list[str | None]:
        collect_lists(aws.cloud, given)
        return [one.get("neighbours") for one in aws.file("runs/run-1/input/run.json")["contestants"]]

    assert told() == [None, None, None]
    aws.put_file("models/job-1/output/output.tar.gz", b"")
    assert told() == ["models/job-1/output/output.tar.gz", None, None]
    given["order"]["contestants"][0]["contestant"]["answers"] = ["recommend"]
    assert told() == [None, None, None]


def test_the_size_of_an_archive_is_asked_of_those_that_have_one(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    assert {one["name"]: one["artefactBytes"] for one in collected["contestants"]} == {
        "ease": 5,
        "als": None,
        "sims": None,
    }
    asked = [parameters["Prefix"] for _, parameters in aws.called("ListObjectsV2")]
    assert [key for key in asked if key.endswith("/model.tar.gz")] == ["models/job-1/output/model.tar.gz"]
    assert {key.split("/")[1] for key in asked if key.startswith("models/")} == {"job-1"}


def test_an_archive_that_is_gone_has_no_size(aws: Any, given: dict[str, Any]) -> None:
    aws.clients["s3"].delete_object(Bucket="bakeoff-test", Key="models/job-1/output/model.tar.gz")
    assert collect_lists(aws.cloud, given)["contestants"][0]["artefactBytes"] is None


def test_the_manifest_lists_the_healthy_ones_files(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    specs = {spec["name"]: spec for spec in given["order"]["contestants"]}
    assert collected["manifestUri"] == "s3://bakeoff-test/runs/run-1/lists.manifest"
    assert aws.file("runs/run-1/lists.manifest") == [
        {"prefix": "s3://bakeoff-test/lists/"},
        f"{specs['ease']['listsPath']}/histories.jsonl.out",
        f"{specs['sims']['listsPath']}/users.jsonl.out",
    ]
    assert collected["runUri"] == "s3://bakeoff-test/runs/run-1/input/"


def test_curves_are_those_that_trainings_left_and_the_manifest_is_never_empty(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    assert collected["curvesUri"] == "s3://bakeoff-test/runs/run-1/curves.manifest"
    always = [{"prefix": "s3://bakeoff-test/"}, "runs/run-1/input/run.json"]
    assert aws.file("runs/run-1/curves.manifest") == always
    # The managed service's version is no training job of ours.
    aws.put_file("models/arn:version/output/output.tar.gz", b"")
    aws.put_file("models/job-1/output/output.tar.gz", b"")
    collect_lists(aws.cloud, given)
    assert aws.file("runs/run-1/curves.manifest") == [*always, "models/job-1/output/output.tar.gz"]


def test_the_jobs_of_two_runs_that_write_a_page_have_two_names(aws: Any, given: dict[str, Any]) -> None:
    names = {collect_lists(aws.cloud, {**given, "runId": run})["reportJobName"] for run in ("run-1", "run-2")}
    assert len(names) == 2
    assert all(name.startswith("bakeoff-test-write-report-") for name in names)


def test_only_healthy_ones_are_staged(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    specs = {spec["name"]: spec for spec in given["order"]["contestants"]}
    assert collected["toStage"] == [
        {
            "runId": "run-1",
            "name": name,
            "resourceName": specs[name]["resourceName"],
            "modelVersion": version,
            "answers": ["recommend"],
            "backend": specs[name]["backend"],
            "rows": "",
            "parts": 0,
            "loadedKey": "loaded#",
        }
        for name, version in (("ease", "job-1"), ("sims", "arn:version"))
    ]


def test_an_evaluation_of_the_same_lists_is_found_again_by_another_run(aws: Any, given: dict[str, Any]) -> None:
    first = collect_lists(aws.cloud, given)
    assert first["evaluated"] is False
    aws.put_file(f"{first['evaluationKey']}metrics.json", {})
    second = collect_lists(aws.cloud, {**given, "runId": "run-2"})
    assert second["evaluated"] is True
    assert second["evaluationUri"] == first["evaluationUri"] == f"s3://bakeoff-test/{first['evaluationKey']}"
    assert second["evaluationJobName"] != first["evaluationJobName"]


def test_another_evaluation_is_made_for_other_outcomes_or_another_source(aws: Any, given: dict[str, Any]) -> None:
    worse = [{**one, "status": "failed", "reason": "r"} if one["name"] == "sims" else one for one in given["outcomes"]]
    variants = [given, {**given, "evaluationSourceHash": "e2"}, {**given, "outcomes": worse}]
    assert len({collect_lists(aws.cloud, variant)["evaluationKey"] for variant in variants}) == 3


def test_a_run_in_which_all_failed_says_why_for_each(aws: Any, given: dict[str, Any]) -> None:
    given["outcomes"] = [
        {"name": one["name"], "status": "failed", "reason": f"{one['name']} broke"} for one in given["outcomes"]
    ]
    with pytest.raises(RunError) as refused:
        collect_lists(aws.cloud, given)
    assert str(refused.value) == ("No contestant could be trained. ease: ease broke; als: als broke; sims: sims broke")
    assert aws.called("PutObject") == []


def test_a_blend_is_evaluated_and_neither_trained_nor_staged(
    aws: Any, given: dict[str, Any], entry: Callable[..., dict[str, Any]]
) -> None:
    planned = plan_contestants(
        aws.cloud,
        {
            "runId": "run-1",
            "executionArn": "arn",
            "campaignArnPrefix": "arn:",
            "dataset": "small",
            "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
            "contestants": [entry("ease"), entry("mixed", "blend", longest_list=100)],
        },
    )
    assert [spec["name"] for spec in planned["contestants"]] == ["ease"]
    assert len(aws.rows("runs")["run-1"]["backends"]) == 1
    collected = collect_lists(aws.cloud, {**given, "order": planned})
    mixed = collected["contestants"][-1]
    assert (mixed["name"], mixed["kind"], mixed["status"], mixed["lists"]) == ("mixed", "blend", "ok", None)
    assert mixed["backend"] == {"type": "blend"}
    assert [one["name"] for one in collected["toStage"]] == ["ease"]
    assert aws.file("runs/run-1/input/run.json")["contestants"] == collected["contestants"]


def test_a_blend_of_nobody_who_finished_is_a_failed_run(
    aws: Any, given: dict[str, Any], entry: Callable[..., dict[str, Any]]
) -> None:
    order = {**given["order"], "blends": [entry("mixed", "blend")]}
    failed = [{"name": one["name"], "status": "failed", "reason": "no quota"} for one in given["outcomes"]]
    with pytest.raises(RunError, match="No contestant could be trained"):
        collect_lists(aws.cloud, {**given, "order": order, "outcomes": failed})
