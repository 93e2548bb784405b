"""The twin of User-Personalization-v2: personal lists, streamed events, cold users, metadata, refusals."""

from typing import Any

import pytest

from bakeoff.config import load_config
from bakeoff.recommenders import find
from bakeoff.recommenders.base import parse_settings
from local_cloud.personalize.recipes import user_personalization
from local_cloud.personalize.recipes.twins import OF_INTERACTIONS, OF_METADATA, Twin, documents_of
from local_cloud.personalize.recipes.user_personalization import UserPersonalization
from tests.unit.local_cloud.personalize.driver import Driver, Row, metadata_of, tastes

RECIPE = "arn:aws:personalize:::recipe/aws-user-personalization-v2"


@pytest.fixture
def trained(driver: Driver) -> tuple[str, str]:
    """A group with users of two tastes, and a campaign."""
    group, version = driver.popular(tastes(), recipeArn=RECIPE, eventType="rating")
    return group, driver.campaign(version)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the twin's behaviour around its recommender: the fastest one does."""
    for name in ("OF_INTERACTIONS", "OF_METADATA"):
        monkeypatch.setattr(user_personalization, name, Twin(recommender="ease"))


@pytest.mark.parametrize(("twin", "name"), [(OF_INTERACTIONS, "hrnn"), (OF_METADATA, "hrnn-metadata")])
def test_the_recommender_in_the_twins_place_is_the_catalogues(twin: Twin, name: str) -> None:
    contestant = load_config("local").contestant(name)
    settings = find(twin.recommender).Settings
    assert twin.recommender == contestant.recommender
    assert parse_settings(settings, dict(twin.settings), source="the twin") == parse_settings(
        settings, dict(contestant.settings), source=name
    )


def kinds(items: list[str]) -> set[str]:
    return {item[0] for item in items if item != "common"}


def test_lists_are_personal_and_their_scores_are_shares(driver: Driver, trained: tuple[str, str]) -> None:
    _, campaign = trained
    assert kinds(driver.items(campaign, "u0", numResults=10)) == {"a"}
    assert kinds(driver.items(campaign, "u1", numResults=10)) == {"b"}
    answer = driver.call("GetRecommendations", campaignArn=campaign, userId="u0", numResults=500)
    scores = [row["score"] for row in answer["itemList"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1)


def test_unknown_user_gets_the_items_with_the_most_users(driver: Driver, trained: tuple[str, str]) -> None:
    _, campaign = trained
    assert driver.items(campaign, "nobody", numResults=1) == ["common"]


def test_streamed_events_change_the_users_next_answer_and_nobody_elses(
    driver: Driver, trained: tuple[str, str]
) -> None:
    group, campaign = trained
    tracker = driver.tracker(group)
    before = driver.items(campaign, "u1", numResults=5)
    driver.put_events(tracker, [f"a{item:02}" for item in range(4)], userId="fresh", sessionId="s1")
    assert kinds(driver.items(campaign, "fresh", numResults=10)) == {"a"}
    assert driver.items(campaign, "u1", numResults=5) == before


def test_events_of_a_session_without_a_user_are_asked_for_by_the_session(
    driver: Driver, trained: tuple[str, str]
) -> None:
    group, campaign = trained
    tracker = driver.tracker(group)
    driver.put_events(tracker, ["b01", "b02", "b03"], sessionId="s2")
    assert kinds(driver.items(campaign, "s2", numResults=10)) == {"b"}
    driver.put_events(tracker, ["b04"], sessionId="s2", userId="later")
    assert kinds(driver.items(campaign, "later", numResults=10)) == {"b"}


def test_rows_imported_after_the_training_change_no_answer(driver: Driver, trained: tuple[str, str]) -> None:
    group, campaign = trained
    before = driver.items(campaign, "u0", numResults=10)
    others: list[Row] = [("u0", f"b{item:02}", 9_000 + item, "rating", 5.0) for item in range(30)]
    dataset = f"{group.replace('dataset-group', 'dataset')}/INTERACTIONS"
    assert driver.imported(dataset, [*tastes(), *others], "later")["status"] == "ACTIVE"
    assert driver.items(campaign, "u0", numResults=10) == before


def test_events_below_the_threshold_do_not_count(driver: Driver) -> None:
    group, version = driver.popular(
        tastes(), recipeArn=RECIPE, eventType="rating", solutionConfig={"eventValueThreshold": "4"}
    )
    campaign, tracker = driver.campaign(version), driver.tracker(group)
    driver.put_events(tracker, ["a01", "a02"], userId="fresh", sessionId="s", eventValue=3.5)
    assert driver.items(campaign, "fresh", numResults=1) == ["common"]


def test_a_filter_takes_out_what_the_user_has_seen(driver: Driver, trained: tuple[str, str]) -> None:
    group, campaign = trained
    unseen = driver.filter(group, 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    seen = {item for user, item, *_ in tastes() if user == "u0"}
    assert seen & set(driver.items(campaign, "u0", numResults=500))
    assert not seen & set(driver.items(campaign, "u0", numResults=500, filterArn=unseen))


def test_metrics_are_aws_and_say_more_than_chance(driver: Driver, trained: tuple[str, str]) -> None:
    group, _ = trained
    [solution] = driver.call("ListSolutions", datasetGroupArn=group)["solutions"]
    [version] = driver.call("ListSolutionVersions", solutionArn=solution["solutionArn"])["solutionVersions"]
    metrics = driver.call("GetSolutionMetrics", solutionVersionArn=version["solutionVersionArn"])["metrics"]
    assert {"coverage", "mean_reciprocal_rank_at_25", "precision_at_5"} <= set(metrics)
    assert metrics["normalized_discounted_cumulative_gain_at_25"] > 0.05


def test_the_algorithm_has_the_one_hyper_parameter_that_aws_lists(driver: Driver) -> None:
    recipe = driver.call("DescribeRecipe", recipeArn=RECIPE)["recipe"]
    assert recipe["description"].startswith("Local twin of aws-user-personalization-v2: ")
    algorithm = driver.call("DescribeAlgorithm", algorithmArn=recipe["algorithmArn"])["algorithm"]
    assert algorithm["defaultHyperParameters"] == {"apply_recency_bias": "true"}


@pytest.mark.parametrize(("value", "code"), [("maybe", "InvalidInputException"), ("false", "NotPlayedLocally")])
def test_recency_is_true_or_refused(driver: Driver, value: str, code: str) -> None:
    error = driver.refused(
        "CreateSolution",
        name="s",
        datasetGroupArn=driver.group(),
        recipeArn=RECIPE,
        performAutoTraining=False,
        solutionConfig={"algorithmHyperParameters": {"apply_recency_bias": value}},
    )
    assert (error.code, "apply_recency_bias" in error.message) == (code, True)


def test_users_and_items_are_imported_and_read_by_the_training(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    group = driver.group()
    driver.imported(driver.dataset(group, driver.schema()), tastes())
    driver.with_items(group, {"a00": ("Alpha", "An a.", "Drama|War"), "b00": ("Beta", "A b.", "Comedy")})
    driver.with_users(group, {"u0": "31", "u1": ""})
    found: dict[str, Any] = {}
    train = UserPersonalization.train
    monkeypatch.setattr(
        UserPersonalization, "train", lambda self, data, folder: (found.update(data=data), train(self, data, folder))[1]
    )
    version = driver.trained(driver.solution(group, recipeArn=RECIPE))
    assert version["status"] == "ACTIVE", version.get("failureReason")
    data = found["data"]
    assert data.item_ids == {"a00", "b00"}
    assert data.users.rows.to_dict("list") == {"USER_ID": ["u0", "u1"], "AGE": ["31.0", ""]}
    documents = {one.item_id: one for one in documents_of(["a00", "b00", "other"], data.items)}
    assert (documents["a00"].title, documents["a00"].plot) == ("Alpha", "An a.")
    assert documents["a00"].genres == ("Drama", "War")
    assert documents["other"].title == ""


def test_of_an_item_that_is_imported_again_the_newest_row_counts(driver: Driver) -> None:
    group = driver.group()
    dataset = driver.with_items(group, {"a": ("Old", "", ""), "b": ("Other", "", "")})
    driver.storage.contents["s3://bucket/more.csv"] = metadata_of({"a": ("New", "", "")})
    arn = driver.start_import(dataset, "s3://bucket/more.csv", "more", importMode="INCREMENTAL")
    assert driver.until("DatasetImportJob", arn, "ACTIVE", "CREATE FAILED")["status"] == "ACTIVE"
    rows = driver.personalize.rows.metadata(dataset, "ITEM_ID")
    assert rows is not None
    assert dict(zip(rows["ITEM_ID"], rows["NAME"], strict=True)) == {"a": "New", "b": "Other"}
