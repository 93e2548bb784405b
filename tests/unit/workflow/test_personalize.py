"""Orders of Amazon Personalize contestants: shared imports, the data's own schemas, batches of users or of items."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.contracts.naming import LONGEST_NAME
from bakeoff.workflow.plan import plan_contestants
from tests.unit.workflow.conftest import CAMPAIGNS, GROUPS

Entry = Callable[..., dict[str, Any]]
SCHEMA = {"type": "record", "name": "Items", "fields": []}
ITEMS, USERS = "personalize/schemas/items.json", "personalize/schemas/users.json"


@pytest.fixture
def planned(aws: Any, manifest: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Plans one contestant on prepared data with metadata of items."""
    manifest["files"] |= {ITEMS: {"sha256": "a1"}, "personalize/items/part-00000.csv": {"sha256": "a2"}}
    aws.put_file(f"prepared/v1/{ITEMS}", SCHEMA)

    def plan(entry: dict[str, Any], *, run: str = "run-1", files: dict[str, Any] | None = None) -> dict[str, Any]:
        aws.put_file("prepared/v1/manifest.json", {**manifest, "files": {**manifest["files"], **(files or {})}})
        order = {
            "runId": run,
            "executionArn": f"arn:aws:states:us-east-1:123456789012:execution:run:{run}",
            "campaignArnPrefix": CAMPAIGNS,
            "datasetGroups": GROUPS,
            "dataset": "small",
            "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
            "contestants": [entry],
        }
        [spec] = plan_contestants(aws.cloud, order)["contestants"]
        return dict(spec)

    return plan


def test_a_contestant_of_interactions_alone_imports_no_metadata(planned: Any, entry: Entry) -> None:
    spec = planned(entry("next", "personalize"))
    assert (spec["group"], spec["metadata"], spec["learnsFromItems"]) == (GROUPS["interactions"], None, False)
    assert spec["requestsUri"] == "s3://bakeoff-test/prepared/v1/requests/users.jsonl"


def test_metadata_is_imported_under_the_schema_that_the_preparation_wrote(planned: Any, entry: Entry) -> None:
    spec = planned(entry("next", "personalize", dataset_group="metadata"))
    assert spec["group"] == GROUPS["metadata"]
    items, users = spec["metadata"]["items"], spec["metadata"]["users"]
    assert (items["type"], json.loads(items["schema"])) == ("Items", SCHEMA)
    assert items["uri"] == "s3://bakeoff-test/prepared/v1/personalize/items/"
    assert items["name"].startswith("bakeoff-test-items-")
    assert users == {"type": "Users", "name": None, "schema": None, "uri": None, "importName": None}


def test_contestants_of_a_group_share_the_imports_of_a_run_and_no_others(planned: Any, entry: Entry) -> None:
    one, other = (planned(entry(name, "personalize", dataset_group="metadata")) for name in ("next", "last"))
    alone = planned(entry("alone", "personalize"))
    later = planned(entry("next", "personalize", dataset_group="metadata"), run="run-2")
    names = [[spec["importName"], (spec["metadata"] or {}).get("items", {}).get("importName")] for spec in (one, other)]
    assert names[0] == names[1]
    assert len({*names[0], alone["importName"], later["importName"]}) == 4
    assert all(len(name) <= LONGEST_NAME for name in names[0])


def test_another_schema_has_another_name(planned: Any, entry: Entry) -> None:
    of_group = entry("next", "personalize", dataset_group="metadata")
    before, after = planned(of_group), planned(of_group, files={ITEMS: {"sha256": "b1"}})
    assert before["metadata"]["items"]["name"] != after["metadata"]["items"]["name"]


@pytest.mark.parametrize("file", [ITEMS, "personalize/items/part-00000.csv"])
def test_other_metadata_makes_another_model_of_whoever_learns_from_it(planned: Any, entry: Entry, file: str) -> None:
    for group, differs in (("metadata", True), ("interactions", False)):
        one = entry("next", "personalize", dataset_group=group)
        names = {planned(one)["resourceName"], planned(one, files={file: {"sha256": "other"}})["resourceName"]}
        assert (len(names) == 2) is differs, group


def test_who_answers_what_is_alike_is_asked_for_every_item(planned: Any, entry: Entry) -> None:
    alike = entry(
        "alike", "personalize", recipe="aws-semantic-similarity", dataset_group="metadata", answers=["similar"]
    )
    spec = planned(alike)
    assert spec["learnsFromItems"] is True
    assert spec["solutionConfig"] == {}, "it learns from no interactions, liked or not"
    assert spec["requestsUri"] == "s3://bakeoff-test/prepared/v1/requests/items.jsonl"
    assert spec["listsKey"] == f"lists/{spec['listsPath']}/items.jsonl.out"
    assert spec["numResults"] == 25


def test_the_settings_of_a_recipe_that_learns_from_items_reach_its_solution(planned: Any, entry: Entry) -> None:
    spec = planned(entry("alike", "personalize", recipe="aws-semantic-similarity", settings={"width": 8}))
    assert spec["solutionConfig"] == {"AlgorithmHyperParameters": {"width": "8"}}


def test_the_hyper_parameters_that_are_set_are_named_for_the_algorithm_to_know(planned: Any, entry: Entry) -> None:
    spec = planned(entry("next", "personalize", settings={"width": 8, "apply_recency_bias": "true"}))
    assert spec["hyperParameters"] == ["apply_recency_bias", "width"]
