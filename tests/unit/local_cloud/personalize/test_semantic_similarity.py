"""The twin of Semantic-Similarity: neighbours by text, batches by item, what it needs, what it refuses."""

import json

import pytest

from bakeoff.errors import ModelError
from local_cloud.personalize.recipes import semantic_similarity
from tests.unit.local_cloud.personalize.driver import ROLE, Driver, tastes

RECIPE = "arn:aws:personalize:::recipe/aws-semantic-similarity"
ITEMS = {
    "cat": ("The cat", "A kitten and its cat mother.", "Pets"),
    "dog": ("The dog", "A puppy, a dog and a cat are friends.", "Pets"),
    "war": ("The war", "Soldiers fight a battle in the great war.", "War"),
    "army": ("The army", "An army of soldiers marches to battle.", "War"),
    "none": ("", "", ""),
}


def version(driver: Driver, group: str) -> dict[str, object]:
    return driver.trained(driver.solution(group, "alike", recipeArn=RECIPE, performIncrementalUpdate=False))


@pytest.fixture
def group(driver: Driver) -> str:
    """A group with items alone: the recipe needs no interactions."""
    group = driver.group()
    driver.with_items(group, ITEMS)
    return group


def test_items_alike_are_asked_for_by_item(driver: Driver, group: str) -> None:
    trained = version(driver, group)
    assert trained["status"] == "ACTIVE", trained.get("failureReason")
    campaign = driver.campaign(str(trained["solutionVersionArn"]))
    answer = driver.call("GetRecommendations", campaignArn=campaign, itemId="war", numResults=1)
    assert answer["itemList"] == [{"itemId": "army"}], "without a score"
    alike = driver.call("GetRecommendations", campaignArn=campaign, itemId="cat")["itemList"]
    assert alike[0] == {"itemId": "dog"}
    assert "cat" not in [row["itemId"] for row in alike]
    assert driver.call("GetRecommendations", campaignArn=campaign, itemId="unknown")["itemList"] == []
    missing = driver.refused("GetRecommendations", campaignArn=campaign, userId="u0")
    assert (missing.code, "itemId" in missing.message) == ("InvalidInputException", True)


def test_a_batch_takes_items_and_a_line_without_one_says_so(driver: Driver, group: str) -> None:
    lines = [{"itemId": "army"}, {"userId": "u0"}]
    driver.storage.contents["s3://bucket/items.jsonl"] = "\n".join(map(json.dumps, lines)).encode()
    arn = driver.call(
        "CreateBatchInferenceJob",
        jobName="alike",
        solutionVersionArn=version(driver, group)["solutionVersionArn"],
        numResults=2,
        jobInput={"s3DataSource": {"path": "s3://bucket/items.jsonl"}},
        jobOutput={"s3DataDestination": {"path": "s3://bucket/out/"}},
        roleArn=ROLE,
    )["batchInferenceJobArn"]
    assert driver.until("BatchInferenceJob", arn, "ACTIVE", "CREATE FAILED")["status"] == "ACTIVE"
    answers = [json.loads(line) for line in driver.storage.contents["s3://bucket/out/items.jsonl.out"].splitlines()]
    assert answers[0]["output"]["recommendedItems"][0] == "war"
    assert len(answers[0]["output"]["recommendedItems"]) == 2
    assert "itemId" in answers[1]["error"]


def test_metrics_hold_what_asks_no_user(driver: Driver, group: str) -> None:
    arn = version(driver, group)["solutionVersionArn"]
    assert driver.call("GetSolutionMetrics", solutionVersionArn=arn)["metrics"] == {"coverage": 1.0}


def test_a_filter_by_interactions_is_about_the_user_who_is_named_too(driver: Driver, group: str) -> None:
    rows = [*tastes(), ("u0", "army", 1, "rating", 5.0)]
    driver.imported(driver.dataset(group, driver.schema()), rows)
    campaign = driver.campaign(str(version(driver, group)["solutionVersionArn"]))
    unseen = driver.filter(group, 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    asked = {"campaignArn": campaign, "itemId": "war", "filterArn": unseen}
    alike = [row["itemId"] for row in driver.call("GetRecommendations", **asked, userId="u0")["itemList"]]
    assert "army" not in alike
    assert driver.call("GetRecommendations", **asked)["itemList"][0]["itemId"] == "army"


def test_incremental_updates_are_on_unless_switched_off_and_refused(driver: Driver, group: str) -> None:
    error = driver.refused(
        "CreateSolution", name="s", datasetGroupArn=group, recipeArn=RECIPE, performAutoTraining=False
    )
    assert (error.code, "performIncrementalUpdate=true" in error.message) == ("NotPlayedLocally", True)


def test_a_training_without_items_or_without_the_two_fields_says_what_lacks(driver: Driver) -> None:
    empty = driver.group("empty")
    solution = driver.solution(empty, "alike", recipeArn=RECIPE, performIncrementalUpdate=False)
    assert "Items dataset" in driver.refused("CreateSolutionVersion", solutionArn=solution).message
    named = driver.group("unnamed")
    driver.with_items(named, {"a": ("A", "B", "C")}, marks=({}, {"textual": True}))
    unnamed = driver.solution(named, "unnamed", recipeArn=RECIPE, performIncrementalUpdate=False)
    failed = driver.trained(unnamed)
    assert (failed["status"], '"itemName": true' in failed["failureReason"]) == ("CREATE FAILED", True)


def test_a_text_without_words_is_like_no_other(driver: Driver, group: str) -> None:
    campaign = driver.campaign(str(version(driver, group)["solutionVersionArn"]))
    alike = driver.call("GetRecommendations", campaignArn=campaign, itemId="dog")["itemList"]
    assert alike[-1] == {"itemId": "none"}


def test_without_the_words_vectors_the_training_fails_and_says_why(
    driver: Driver, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(texts: object) -> None:
        raise ModelError("The package is not installed.")

    monkeypatch.setattr(semantic_similarity, "embed", lacking)
    failed = version(driver, group)
    assert (failed["status"], failed["failureReason"]) == ("CREATE FAILED", "The package is not installed.")
