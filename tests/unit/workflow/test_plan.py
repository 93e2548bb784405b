"""Planning a run: names carry what they are made from, and everything that exists is found again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.contracts.naming import LONGEST_NAME
from bakeoff.errors import RunError
from bakeoff.workflow.plan import LONGEST_EXECUTION_NAME, LONGEST_VARIABLE, plan_contestants, plan_run
from bakeoff.workflow.records import records_that_hold
from tests.unit.workflow.conftest import CAMPAIGNS, COUNTS, GROUPS

Entry = Callable[..., dict[str, Any]]
SPLIT = {"strategy": "leave_last_out", "seed": 42}


@pytest.fixture
def order(aws: Any, entry: Entry) -> dict[str, Any]:
    """What the state machine hands to `plan_run`; the raw data lies in the bucket."""
    aws.put_file("raw/small/ratings.csv", "u,i,4")
    aws.put_file("raw/small/movies.csv", "i,Film")
    return {
        "runId": "run-1",
        "dataset": "small",
        "contestants": ["ease"],
        "catalogue": [entry("ease"), entry("content")],
        "preparation": {
            "settings": {"maxHistory": 200},
            "split": SPLIT,
            "otherSplits": {"global_time": {**SPLIT, "strategy": "global_time"}},
            "sourceHash": "s1",
        },
        "input": {"dataset": "small"},
    }


def test_the_plan_names_the_data_by_what_it_is_made_from(aws: Any, order: dict[str, Any]) -> None:
    plan = plan_run(aws.cloud, order)
    preparation = plan["preparation"]
    version = preparation["dataVersion"]
    assert plan["dataset"] == "small"
    assert [one["name"] for one in plan["contestants"]] == ["ease"]
    assert preparation["rawUri"] == "s3://bakeoff-test/raw/small/"
    assert preparation["key"] == f"prepared/{version}/"
    assert preparation["uri"] == f"s3://bakeoff-test/prepared/{version}/"
    assert json.loads(preparation["settings"]) == {"maxHistory": 200, "dataset": "small"}
    assert json.loads(preparation["split"]) == SPLIT
    assert preparation["jobName"].startswith(f"bakeoff-test-prepare-{version}-")
    assert preparation["there"] is False
    assert {call["Prefix"] for _, call in aws.called("ListObjectsV2")} == {
        "raw/small/",
        f"prepared/{version}/manifest.json",
    }


def test_a_run_compares_on_every_other_split_that_is_configured_or_on_those_it_asks_for(
    aws: Any, order: dict[str, Any]
) -> None:
    named = [{"strategy": "global_time", "executionName": "run-1-global_time"}]
    assert plan_run(aws.cloud, order)["otherSplits"] == named
    assert plan_run(aws.cloud, {**order, "input": {"compareSplits": ["global_time"]}})["otherSplits"] == named
    assert plan_run(aws.cloud, {**order, "input": {"compareSplits": []}})["otherSplits"] == []


def test_a_run_that_only_compares_prepares_its_own_split_and_starts_no_other(aws: Any, order: dict[str, Any]) -> None:
    main = plan_run(aws.cloud, order)["preparation"]
    plan = plan_run(aws.cloud, {**order, "input": {"split": "global_time", "onlyCompare": True}})
    assert json.loads(plan["preparation"]["split"]) == {"strategy": "global_time", "seed": 42}
    assert plan["preparation"]["dataVersion"] != main["dataVersion"]
    assert plan["otherSplits"] == []


@pytest.mark.parametrize("asked", [{"split": "new_users"}, {"compareSplits": ["global_time", "new_users"]}])
def test_a_split_that_is_not_deployed_is_refused_and_says_what_is(
    aws: Any, order: dict[str, Any], asked: dict[str, Any]
) -> None:
    with pytest.raises(
        RunError, match=r"the split 'new_users', .*; it has global_time\. Name it in run\.compare_splits"
    ):
        plan_run(aws.cloud, {**order, "input": asked})


def test_settings_that_a_job_would_refuse_are_refused_before_it(aws: Any, order: dict[str, Any]) -> None:
    """A processing job's environment takes 256 characters a variable."""
    order["preparation"]["settings"] = {"x": "y" * (LONGEST_VARIABLE - len('{"x":"","dataset":"small"}'))}
    assert len(plan_run(aws.cloud, order)["preparation"]["settings"]) == LONGEST_VARIABLE
    order["preparation"]["settings"]["x"] += "y"
    with pytest.raises(RunError, match="settings would be 257 characters long; a job takes 256"):
        plan_run(aws.cloud, order)


def test_prepared_data_is_found_again_by_another_run(aws: Any, order: dict[str, Any]) -> None:
    first = plan_run(aws.cloud, order)["preparation"]
    aws.put_file(f"{first['key']}manifest.json", {})
    second = plan_run(aws.cloud, {**order, "runId": "run-2"})["preparation"]
    assert second["there"] is True
    assert second["dataVersion"] == first["dataVersion"]
    assert second["jobName"] != first["jobName"], "a job's name can be used only once"


CHANGES: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
    "a file's content": lambda aws, order: aws.put_file("raw/small/movies.csv", "i,Other") or order,
    "a further file": lambda aws, order: aws.put_file("raw/small/links.csv", "") or order,
    "a setting": lambda aws, order: {**order, "preparation": {**order["preparation"], "settings": {"maxHistory": 9}}},
    "the split": lambda aws, order: {**order, "preparation": {**order["preparation"], "split": {**SPLIT, "seed": 1}}},
    "the job's source": lambda aws, order: {**order, "preparation": {**order["preparation"], "sourceHash": "s2"}},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_the_data_is_made_from_makes_a_new_version(
    aws: Any, order: dict[str, Any], change: Callable[[Any, dict[str, Any]], dict[str, Any]]
) -> None:
    before = plan_run(aws.cloud, order)["preparation"]["dataVersion"]
    assert plan_run(aws.cloud, change(aws, order))["preparation"]["dataVersion"] != before


def test_every_page_of_raw_files_counts(aws: Any, order: dict[str, Any]) -> None:
    def listed(last_size: int) -> Callable[..., dict[str, Any]]:
        def answer(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
            if parameters.get("MaxKeys") == 1:
                return {"KeyCount": 0}
            name = "b" if "ContinuationToken" in parameters else "a"
            file = {"Key": f"raw/small/{name}", "Size": last_size if name == "b" else 1, "ETag": '"e"'}
            return {"Contents": [file], "KeyCount": 1} | (
                {"IsTruncated": False} if name == "b" else {"IsTruncated": True, "NextContinuationToken": "more"}
            )

        return answer

    versions = []
    for size in (1, 2):
        aws.answer("s3", listed(size))
        versions.append(plan_run(aws.cloud, order)["preparation"]["dataVersion"])
    assert versions[0] != versions[1]


def test_a_data_set_that_is_not_there_says_how_to_load_it(aws: Any, order: dict[str, Any]) -> None:
    with pytest.raises(RunError, match=r"no data under s3://bakeoff-test/raw/big/\. .*bakeoff data load"):
        plan_run(aws.cloud, {**order, "dataset": "big"})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ease", "hrnn", "sims"], "No contestant is called hrnn, sims. The catalogue has ease, content."),
        ([], "The run names no contestant. The catalogue has ease, content."),
    ],
)
def test_names_that_are_no_contestants_are_refused(
    aws: Any, order: dict[str, Any], names: list[str], said: str
) -> None:
    with pytest.raises(RunError) as refused:
        plan_run(aws.cloud, {**order, "contestants": names})
    assert str(refused.value) == said


def test_a_contestant_named_twice_is_trained_once_in_the_order_asked_for(aws: Any, order: dict[str, Any]) -> None:
    plan = plan_run(aws.cloud, {**order, "contestants": ["content", "ease", "content"]})
    assert [one["name"] for one in plan["contestants"]] == ["content", "ease"]


@pytest.fixture
def prepared(aws: Any, manifest: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """What the state machine hands to `plan_contestants`; the manifest lies in the bucket."""
    aws.put_file("prepared/v1/manifest.json", manifest)
    return {
        "runId": "run-1",
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:run:run-1",
        "campaignArnPrefix": CAMPAIGNS,
        "datasetGroups": GROUPS,
        "dataset": "small",
        "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
        "contestants": [entry("ease", settings={"reg": 500, "a": 1}), entry("sims", "personalize")],
    }


def test_the_order_says_what_to_load_and_whom_to_ask(aws: Any, prepared: dict[str, Any]) -> None:
    planned = plan_contestants(aws.cloud, prepared)
    assert {key: value for key, value in planned.items() if key != "contestants"} == {
        "dataset": "small",
        "dataVersion": "v1",
        "split": "5" * 64,
        "counts": COUNTS,
        "loadedKey": "loaded#v1",
        "parts": [
            {"table": "items", "key": "prepared/v1/serving/items/part-00000.jsonl", "dataVersion": "v1"},
            {"table": "histories", "key": "prepared/v1/serving/histories/part-00000.jsonl", "dataVersion": "v1"},
        ],
        "questionsKey": "prepared/v1/requests/histories.jsonl",
        "blends": [],
        "candidates": None,
        "incumbent": None,
        "learntUri": "s3://bakeoff-test/prepared/v1/matrix/",
    }


def test_what_the_run_may_come_to_hold_is_on_record_before_it_holds_it(aws: Any, prepared: dict[str, Any]) -> None:
    planned = plan_contestants(aws.cloud, prepared)
    assert aws.rows("runs")["run-1"] == {
        "runId": "run-1",
        "executionArn": prepared["executionArn"],
        "dataset": "small",
        "dataVersion": "v1",
        "preparedKey": "prepared/v1/",
        "backends": [one["backend"] for one in planned["contestants"]],
    }


def test_a_run_that_only_compares_holds_nothing_and_is_told_from_others(aws: Any, prepared: dict[str, Any]) -> None:
    plan_contestants(aws.cloud, {**prepared, "onlyCompare": True})
    record = aws.rows("runs")["run-1"]
    assert (record["backends"], record["onlyCompare"], record["released"]) == ([], True, True)
    assert records_that_hold(aws.cloud) == []


def test_a_sagemaker_contestant_is_ordered_in_strings_only(aws: Any, prepared: dict[str, Any]) -> None:
    ease = plan_contestants(aws.cloud, prepared)["contestants"][0]
    assert ease["hyperParameters"] == {
        "contestant": "ease",
        "recommender": "ease",
        "learns_from": "liked",
        "settings": '{"a": 1, "reg": 500}',
        "seed": "42",
    }
    assert ease["imageUri"] == "111.ecr/sk:1"
    assert ease["backend"] == {"type": "sagemaker-endpoint", "name": ease["resourceName"]}
    assert ease["listsKey"] == f"lists/{ease['listsPath']}/histories.jsonl.out"
    assert ease["listsUri"] == f"s3://bakeoff-test/lists/{ease['listsPath']}/"
    assert ease["jobName"].startswith(f"{ease['resourceName']}-")
    assert ease["executionName"] == "run-1-ease"


def test_a_personalize_contestant_trains_on_the_splits_own_rows(aws: Any, prepared: dict[str, Any]) -> None:
    sims = plan_contestants(aws.cloud, prepared)["contestants"][1]
    assert sims["recipe"] == "aws-sims"
    assert sims["eventType"] == "5" * 16
    assert sims["numResults"] == 500, "Personalize gives no longer list"
    assert sims["solutionConfig"] == {"EventValueThreshold": "4.0"}
    assert sims["backend"] == {
        "type": "personalize-campaign",
        "arn": f"arn:aws:personalize:us-east-1:123456789012:campaign/{sims['resourceName']}",
    }
    assert sims["listsKey"] == f"lists/{sims['listsPath']}/users.jsonl.out"


def test_a_recipe_that_learns_from_all_has_no_threshold_and_its_settings_are_strings(
    aws: Any, prepared: dict[str, Any], entry: Entry
) -> None:
    changed = entry("sims", "personalize", learns_from="all", settings={"bptt": 32, "on": True}, longest_list=20)
    [sims] = plan_contestants(aws.cloud, {**prepared, "contestants": [changed]})["contestants"]
    assert sims["solutionConfig"] == {"AlgorithmHyperParameters": {"bptt": "32", "on": "True"}}
    assert sims["numResults"] == 20


def resource_of(aws: Any, prepared: dict[str, Any], entry: dict[str, Any], manifest: dict[str, Any]) -> tuple[str, str]:
    aws.put_file("prepared/v1/manifest.json", manifest)
    [spec] = plan_contestants(aws.cloud, {**prepared, "contestants": [entry]})["contestants"]
    return spec["resourceName"], spec["listsPath"]


@pytest.mark.parametrize(
    "change", [{"settings": {"reg": 1}}, {"image_uri": "111.ecr/sk:2"}, {"source_hash": "b"}, {"learns_from": "all"}]
)
def test_a_contestant_made_otherwise_is_another_model_with_other_lists(
    aws: Any, prepared: dict[str, Any], manifest: dict[str, Any], entry: Entry, change: dict[str, Any]
) -> None:
    before = resource_of(aws, prepared, entry("ease"), manifest)
    after = resource_of(aws, prepared, entry("ease", **change), manifest)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_another_split_or_other_documents_make_another_model(
    aws: Any, prepared: dict[str, Any], manifest: dict[str, Any], entry: Entry
) -> None:
    names = {resource_of(aws, prepared, entry("ease"), manifest)[0]}
    names.add(resource_of(aws, prepared, entry("ease"), {**manifest, "split": {**manifest["split"], "hash": "6"}})[0])
    manifest["files"]["items/documents.jsonl"]["sha256"] = "new"
    names.add(resource_of(aws, prepared, entry("ease"), manifest)[0])
    assert len(names) == 3


@pytest.mark.parametrize(
    ("kind", "setting", "value", "models"),
    [
        ("sagemaker", "likedThreshold", 3.0, 2),
        ("personalize", "likedThreshold", 3.0, 2),
        ("sagemaker", "maxHistory", 9, 2),
        # A managed recipe makes no choices for histories of a length, and training it again costs money.
        ("personalize", "maxHistory", 9, 1),
    ],
)
def test_another_rule_of_the_preparation_makes_another_model_of_whoever_learns_by_it(
    aws: Any,
    prepared: dict[str, Any],
    manifest: dict[str, Any],
    entry: Entry,
    kind: str,
    setting: str,
    value: float,
    models: int,
) -> None:
    names = {resource_of(aws, prepared, entry("one", kind), manifest)[0]}
    names.add(resource_of(aws, prepared, entry("one", kind), {**manifest, setting: value})[0])
    assert len(names) == models


def test_other_test_users_make_other_lists_of_the_same_model(
    aws: Any, prepared: dict[str, Any], manifest: dict[str, Any], entry: Entry
) -> None:
    before = resource_of(aws, prepared, entry("ease"), manifest)
    manifest["files"]["requests/histories.jsonl"]["sha256"] = "new"
    after = resource_of(aws, prepared, entry("ease"), manifest)
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_another_run_finds_the_same_model_under_a_job_of_its_own(aws: Any, prepared: dict[str, Any]) -> None:
    first = plan_contestants(aws.cloud, prepared)["contestants"]
    second = plan_contestants(aws.cloud, {**prepared, "runId": "run-2"})["contestants"]
    for one, other in zip(first, second, strict=True):
        assert one["resourceName"] == other["resourceName"]
        assert one["listsPath"] == other["listsPath"]
        assert one["jobName"] != other["jobName"]
        assert one["executionName"] != other["executionName"]


def test_names_fit_the_services_and_stay_apart_however_long_the_runs_id_is(
    aws: Any, prepared: dict[str, Any], entry: Entry
) -> None:
    names = ["a-contestant-of-many-words-01", "a-contestant-of-many-words-02"]
    order = {**prepared, "runId": "r" * LONGEST_EXECUTION_NAME, "contestants": [entry(name) for name in names]}
    specs = plan_contestants(aws.cloud, order)["contestants"]
    for key, longest in (("resourceName", 63), ("jobName", LONGEST_NAME), ("executionName", LONGEST_EXECUTION_NAME)):
        assert all(len(one[key]) <= longest for one in specs)
        assert len({one[key] for one in specs}) == 2


def test_an_execution_for_another_split_has_a_name_that_fits(aws: Any, order: dict[str, Any]) -> None:
    [other] = plan_run(aws.cloud, {**order, "runId": "r" * LONGEST_EXECUTION_NAME})["otherSplits"]
    assert len(other["executionName"]) == LONGEST_EXECUTION_NAME
    assert other["executionName"].endswith("-global_time")
