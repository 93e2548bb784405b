"""Solutions and their versions: options, recipes, minimums, stopping; campaigns and their updates."""

import threading
from typing import Any

import pytest

from local_cloud.personalize.recipes.popularity_count import PopularityCount
from tests.unit.local_cloud.personalize.driver import POPULARITY, Driver, Row, ratings

RECIPE = "arn:aws:personalize:::recipe"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "performAutoTraining=true"),
        ({"performAutoTraining": True}, "performAutoTraining=true"),
        ({"performAutoTraining": False, "performHPO": True}, "performHPO=true"),
        ({"performAutoTraining": False, "performAutoML": True}, "performAutoML=true"),
        ({"performAutoTraining": False, "solutionConfig": {"eventsConfig": {}}}, "solutionConfig.eventsConfig"),
        ({"performAutoTraining": False, "recipeArn": f"{RECIPE}/aws-sims"}, "The recipe aws-sims"),
    ],
)
def test_option_or_recipe_that_is_not_played_is_refused_by_name(
    driver: Driver, options: dict[str, Any], named: str
) -> None:
    parameters = {"name": "s", "datasetGroupArn": driver.group(), "recipeArn": POPULARITY, **options}
    error = driver.refused("CreateSolution", **parameters)
    assert (error.code, error.status) == ("NotPlayedLocally", 501)
    assert named in error.message


@pytest.mark.parametrize("recipe", ["aws-hrnn", "aws-hrnn-metadata", "aws-hrnn-coldstart"])
def test_retired_recipe_is_unknown_and_its_successor_is_named(driver: Driver, recipe: str) -> None:
    for error in (
        driver.refused("DescribeRecipe", recipeArn=f"{RECIPE}/{recipe}"),
        driver.refused(
            "CreateSolution",
            name="s",
            datasetGroupArn=driver.group(),
            recipeArn=f"{RECIPE}/{recipe}",
            performAutoTraining=False,
        ),
    ):
        assert error.code == "ResourceNotFoundException"
        assert "aws-user-personalization-v2" in error.message


def test_catalogue_lists_current_recipes_and_labels_the_twin(driver: Driver) -> None:
    names = [recipe["name"] for recipe in driver.call("ListRecipes", maxResults=100)["recipes"]]
    assert "aws-user-personalization-v2" in names
    assert not [name for name in names if "hrnn" in name]
    recipe = driver.call("DescribeRecipe", recipeArn=POPULARITY)["recipe"]
    assert recipe["description"].startswith("Local twin of aws-popularity-count: ")
    assert (recipe["recipeType"], recipe["status"]) == ("USER_PERSONALIZATION", "ACTIVE")
    other = driver.call("DescribeRecipe", recipeArn=f"{RECIPE}/aws-sims")["recipe"]
    assert "not played" in other["description"]
    algorithm = driver.call("DescribeAlgorithm", algorithmArn=recipe["algorithmArn"])["algorithm"]
    assert algorithm["defaultHyperParameters"] == {}
    transformation = driver.call(
        "DescribeFeatureTransformation", featureTransformationArn=recipe["featureTransformationArn"]
    )
    assert transformation["featureTransformation"]["name"] == "sims"


@pytest.mark.parametrize(
    ("config", "named"),
    [({"eventValueThreshold": "high"}, "'high'"), ({"algorithmHyperParameters": {"bptt": "32"}}, "bptt")],
)
def test_config_that_aws_would_refuse_is_refused(driver: Driver, config: dict[str, Any], named: str) -> None:
    error = driver.refused(
        "CreateSolution",
        name="s",
        datasetGroupArn=driver.group(),
        recipeArn=POPULARITY,
        performAutoTraining=False,
        solutionConfig=config,
    )
    assert (error.code, named in error.message) == ("InvalidInputException", True)


def test_version_records_its_training_and_the_solution_shows_the_latest(driver: Driver) -> None:
    _, arn = driver.popular(ratings())
    version = driver.described("SolutionVersion", arn)
    assert (version["trainingMode"], version["trainingType"], version["recipeArn"]) == ("FULL", "MANUAL", POPULARITY)
    assert 0 < version["trainingHours"] < 0.01
    solution = arn.rpartition("/")[0]
    second = driver.trained(solution)["solutionVersionArn"]
    assert driver.described("Solution", solution)["latestSolutionVersion"]["solutionVersionArn"] == second
    listed = driver.call("ListSolutionVersions", solutionArn=solution)["solutionVersions"]
    assert [row["solutionVersionArn"] for row in listed] == [arn, second]


def test_fewer_than_1000_interactions_after_the_filter_fail_the_training(driver: Driver) -> None:
    group, _ = driver.popular([*ratings(), *(("u0", "a", at, "view", 1.0) for at in range(999))])
    version = driver.trained(driver.solution(group, "views", eventType="view"))
    assert (version["status"], version["failureReason"]) == (
        "CREATE FAILED",
        "Dataset has fewer than 1000 interactions after filtering by event type: view",
    )


def test_the_same_event_twice_counts_once_for_the_minimum(driver: Driver) -> None:
    views: list[Row] = [(f"u{at % 40}", "a", at, "view", 1.0) for at in range(999)]
    group, _ = driver.popular(ratings() + views + views)
    version = driver.trained(driver.solution(group, "views", eventType="view"))
    assert "fewer than 1000 interactions" in version["failureReason"]


@pytest.mark.parametrize(("active", "status"), [(24, "CREATE FAILED"), (25, "ACTIVE")])
def test_training_needs_25_users_with_two_interactions(driver: Driver, active: int, status: str) -> None:
    rows: list[Row] = [(f"u{user}", "a", at, "r", 1.0) for user in range(active) for at in (1, 2)]
    rows += [(f"single{user}", "b", 1, "r", 1.0) for user in range(1000)]
    group = driver.group()
    driver.imported(driver.dataset(group, driver.schema()), rows)
    version = driver.trained(driver.solution(group))
    assert version["status"] == status
    if status == "CREATE FAILED":
        assert version["failureReason"] == "Dataset has fewer than 25 users with at least 2 interactions each"


def test_version_needs_an_interactions_dataset_and_a_full_training(driver: Driver) -> None:
    solution = driver.solution(driver.group())
    empty = driver.refused("CreateSolutionVersion", solutionArn=solution)
    assert (empty.code, "Interactions dataset" in empty.message) == ("InvalidInputException", True)
    update = driver.refused("CreateSolutionVersion", solutionArn=solution, trainingMode="UPDATE")
    assert (update.code, "UPDATE" in update.message) == ("InvalidInputException", True)


def test_training_can_be_stopped_and_the_stopped_version_never_becomes_active(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, _ = driver.popular(ratings())
    solution = driver.solution(group, "stopped")
    hold = threading.Event()
    train = PopularityCount.train

    def held(*arguments: Any) -> dict[str, float]:
        hold.wait(10)
        return train(*arguments)

    monkeypatch.setattr(PopularityCount, "train", held)
    arn = driver.call("CreateSolutionVersion", solutionArn=solution)["solutionVersionArn"]
    driver.until("SolutionVersion", arn, "CREATE IN_PROGRESS")
    assert driver.refused("DeleteSolution", solutionArn=solution).code == "ResourceInUseException"
    assert driver.refused("CreateCampaign", name="c", solutionVersionArn=arn).code == "ResourceInUseException"
    driver.call("StopSolutionVersionCreation", solutionVersionArn=arn)
    driver.until("SolutionVersion", arn, "CREATE STOPPED")
    hold.set()
    driver.personalize.close()
    assert driver.described("SolutionVersion", arn)["status"] == "CREATE STOPPED"
    assert driver.refused("StopSolutionVersionCreation", solutionVersionArn=arn).code == "InvalidInputException"


def test_campaign_serves_the_former_version_until_the_update_is_through(driver: Driver) -> None:
    group, first = driver.popular(ratings())
    campaign = driver.campaign(first)
    assert driver.described("Campaign", campaign)["minProvisionedTPS"] == 1
    more = [(f"n{user}", f"new{item}", 5, "rating", 5.0) for user in range(100) for item in range(10)]
    driver.imported(f"{group.replace('dataset-group', 'dataset')}/INTERACTIONS", more, "more")
    second = driver.trained(first.rpartition("/")[0])["solutionVersionArn"]
    with driver.personalize.records.lock:
        driver.call("UpdateCampaign", campaignArn=campaign, solutionVersionArn=second, minProvisionedTPS=2)
        record = driver.described("Campaign", campaign)
        assert (record["solutionVersionArn"], record["status"]) == (first, "ACTIVE")
        assert record["latestCampaignUpdate"]["status"] == "CREATE PENDING"
        assert driver.items(campaign, numResults=1) == ["i000"]
        again = driver.refused("UpdateCampaign", campaignArn=campaign, minProvisionedTPS=3)
        assert again.code == "ResourceInUseException"
    driver.until_updated(campaign)
    record = driver.described("Campaign", campaign)
    assert (record["solutionVersionArn"], record["minProvisionedTPS"]) == (second, 2)
    assert driver.items(campaign, numResults=1) == ["new0"]
    listed = driver.call("ListCampaigns", solutionArn=first.rpartition("/")[0])["campaigns"]
    assert [row["campaignArn"] for row in listed] == [campaign]
    assert driver.call("ListCampaigns", solutionArn=f"{first.rpartition('/')[0]}-other")["campaigns"] == []


def test_sixth_campaign_of_a_group_is_over_the_limit(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    for number in range(5):
        driver.campaign(version, f"campaign-{number}")
    error = driver.refused("CreateCampaign", name="sixth", solutionVersionArn=version)
    assert error.code == "LimitExceededException"
    assert error.message.startswith("Cannot create a campaign. More than 5 resources in ACTIVE state.")


def test_campaign_options_that_are_not_played_are_refused(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    options: list[dict[str, Any]] = [
        {"enableMetadataWithRecommendations": True},
        {"syncWithLatestSolutionVersion": True},
        {"rankingInfluence": {"POPULARITY": 0.5}},
        {"itemExplorationConfig": {"explorationWeight": "0.3"}},
    ]
    for config in options:
        error = driver.refused("CreateCampaign", name="c", solutionVersionArn=version, campaignConfig=config)
        assert (error.code, next(iter(config)) in error.message) == ("NotPlayedLocally", True)
