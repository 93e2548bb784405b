"""A run of all contestants of Amazon Personalize: two dataset groups, shared imports, lists of items alike."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product
from tests.integration.test_first_run import keys, read
from tests.support.schemas import faults

INTERACTIONS = "personalize-user-personalization"
METADATA = f"{INTERACTIONS}-metadata"
ALIKE = "personalize-semantic-similarity"
NAMES = ("ease", "personalize-popularity-count", INTERACTIONS, METADATA, ALIKE)
USER = "30"
SECONDS = 600.0  # two of them train networks


@pytest.fixture(scope="module")
def report(product: Product, first_run: FirstRun) -> Iterator[Json]:
    """The report of a run of all of them, which serves. In the end those that every other test finds serve again."""
    arn = product.begin(first_run.dataset, *NAMES, promote=True)
    described = product.end(arn, seconds=SECONDS)
    assert described["status"] == "SUCCEEDED", described
    found = product.report(arn)
    assert found["promoted"] is True, found["reason"]
    yield found
    assert product.run(first_run.dataset, promote=True)["promoted"] is True


@pytest.fixture(scope="module")
def contestants(report: Json) -> dict[str, Json]:
    return {one["name"]: one for one in report["contestants"]}


def test_all_are_healthy_twins_and_say_so(report: Json, contestants: dict[str, Json]) -> None:
    assert {name: (one["status"], one["reason"]) for name, one in contestants.items()} == dict.fromkeys(
        NAMES, ("ok", None)
    )
    assert {name for name, one in contestants.items() if one["twin"]} == set(NAMES) - {"ease"}
    assert faults(report, "report") == []


def test_personal_lists_beat_popularity_and_items_alike_are_judged_by_use(contestants: dict[str, Json]) -> None:
    floor = contestants["personalize-popularity-count"]["metrics"]
    # The small data set's films have no order, which is all that the twin without their genres could learn.
    assert contestants[METADATA]["metrics"]["ndcg@10"]["value"] > floor["ndcg@10"]["value"]
    for name in (INTERACTIONS, METADATA):
        assert contestants[name]["metrics"]["coverage@10"]["value"] > floor["coverage@10"]["value"], name
    assert contestants[ALIKE]["metrics"]["usefulness@10"]["value"] > 0
    assert "ndcg@10" not in contestants[ALIKE]["metrics"]


def test_the_services_own_metrics_are_recorded(contestants: dict[str, Json]) -> None:
    for name in (INTERACTIONS, METADATA):
        metrics = contestants[name]["solutionMetrics"]
        # A dozen tested users may have no hit among them; how the metrics are computed is a unit test's matter.
        assert {"coverage", "mean_reciprocal_rank_at_25", "precision_at_10"} < set(metrics), name
        assert 0 < metrics["coverage"] <= 1, name
    assert set(contestants[ALIKE]["solutionMetrics"]) == {"coverage"}
    assert contestants["ease"]["solutionMetrics"] is None


def imports(product: Product) -> Counter[str]:
    """Import jobs by the dataset that they went into."""
    personalize = product.client("personalize")
    jobs = personalize.list_dataset_import_jobs()["datasetImportJobs"]
    described = [
        personalize.describe_dataset_import_job(datasetImportJobArn=one["datasetImportJobArn"]) for one in jobs
    ]
    return Counter(one["datasetImportJob"]["datasetArn"].partition("dataset/")[2] for one in described)


def test_a_group_is_imported_into_once_a_run(product: Product, report: Json) -> None:
    found = imports(product)
    assert {name: n for name, n in found.items() if "metadata" in name} == {
        "bakeoff-local-metadata/INTERACTIONS": 1,
        "bakeoff-local-metadata/ITEMS": 1,
    }


def test_the_items_dataset_has_the_schema_that_the_preparation_wrote(product: Product, report: Json) -> None:
    personalize = product.client("personalize")
    [items] = [one for one in personalize.list_datasets()["datasets"] if one["datasetType"] == "ITEMS"]
    dataset = personalize.describe_dataset(datasetArn=items["datasetArn"])["dataset"]
    schema = personalize.describe_schema(schemaArn=dataset["schemaArn"])["schema"]["schema"]
    written = read(product, f"prepared/{report['dataVersion']}/personalize/schemas/items.json")
    assert json.loads(schema) == json.loads(written)


def test_every_solution_is_in_its_group_and_trains_only_when_a_run_says_so(product: Product, report: Json) -> None:
    personalize = product.client("personalize")
    solutions = [
        personalize.describe_solution(solutionArn=one["solutionArn"])["solution"]
        for one in personalize.list_solutions()["solutions"]
    ]
    assert not any(one["performAutoTraining"] or one["performIncrementalUpdate"] for one in solutions)
    groups = {(one["recipeArn"].rpartition("/")[2], one["datasetGroupArn"].rpartition("/")[2]) for one in solutions}
    assert groups == {
        ("aws-popularity-count", "bakeoff-local"),
        ("aws-user-personalization-v2", "bakeoff-local"),
        ("aws-user-personalization-v2", "bakeoff-local-metadata"),
        ("aws-semantic-similarity", "bakeoff-local-metadata"),
    }


def test_every_item_has_a_list_of_items_alike(product: Product, report: Json, contestants: dict[str, Json]) -> None:
    [key] = keys(product, f"lists/{contestants[ALIKE]['lists']}/")
    lines = [json.loads(line) for line in read(product, key).splitlines()]
    asked = read(product, f"prepared/{report['dataVersion']}/requests/items.jsonl").splitlines()
    assert [line["input"] for line in lines] == [json.loads(line) for line in asked]
    assert all(line["error"] is None and line["output"]["recommendedItems"] for line in lines)


def test_the_front_asks_those_with_lists_for_users_and_no_other(product: Product, report: Json) -> None:
    answer = product.ask(USER)
    assert answer.statuses == dict.fromkeys([name for name in NAMES if name != ALIKE], "ok")


def test_the_front_answers_which_items_are_alike(product: Product, report: Json) -> None:
    answer = product.alike("1")
    assert {one["name"]: one["status"] for one in answer.body["contestants"]}[ALIKE] == "ok"


def campaign_of(contestants: dict[str, Json], name: str) -> str:
    return str(contestants[name]["backend"]["arn"])


def test_a_campaign_answers_what_is_alike_and_a_streamed_event_changes_a_users_next_list(
    product: Product, contestants: dict[str, Json]
) -> None:
    runtime, personalize = product.client("personalize-runtime"), product.client("personalize")
    alike = runtime.get_recommendations(campaignArn=campaign_of(contestants, ALIKE), itemId="1", numResults=5)
    assert len(alike["itemList"]) == 5

    def listed(user: str) -> list[Any]:
        answer = runtime.get_recommendations(campaignArn=campaign_of(contestants, INTERACTIONS), userId=user)
        return list(answer["itemList"])

    trackers = {one["name"]: one for one in personalize.list_event_trackers()["eventTrackers"]}
    arn = trackers["bakeoff-local-events"]["eventTrackerArn"]
    tracking_id = personalize.describe_event_tracker(eventTrackerArn=arn)["eventTracker"]["trackingId"]
    before, others = listed("new"), listed(USER)
    event = {"eventType": "watch", "itemId": others[0]["itemId"], "sentAt": 1_700_000_000}
    product.client("personalize-events").put_events(
        trackingId=tracking_id, userId="new", sessionId="s", eventList=[event]
    )
    assert listed("new") != before
    assert listed(USER) == others
