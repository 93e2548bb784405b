"""Names, lists, tags and the order of deletion: what all resources have in common."""

import threading

import pytest

from tests.unit.local_cloud.personalize.driver import (
    INTERACTIONS_FIELDS,
    Driver,
    csv_of,
    ratings,
    schema_text,
)

ARN = "arn:aws:personalize:us-east-1:123456789012"


def test_arns_have_awss_form(driver: Driver) -> None:
    group, version = driver.popular(ratings())
    assert group == f"{ARN}:dataset-group/films"
    assert driver.call("ListDatasets", datasetGroupArn=group)["datasets"][0]["datasetArn"] == (
        f"{ARN}:dataset/films/INTERACTIONS"
    )
    solution, _, number = version.rpartition("/")
    assert (solution, len(number)) == (f"{ARN}:solution/popular", 8)
    assert driver.campaign(version) == f"{ARN}:campaign/front"


def test_second_resource_of_a_name_or_dataset_of_a_type_already_exists(driver: Driver) -> None:
    schema = driver.schema()
    text = schema_text("Interactions", INTERACTIONS_FIELDS)
    error = driver.refused("CreateSchema", name="interactions", schema=text)
    assert (error.code, error.message) == (
        "ResourceAlreadyExistsException",
        f"Another resource with Arn {schema} already exists.",
    )
    group = driver.group()
    driver.dataset(group, schema)
    second = driver.refused(
        "CreateDataset", name="other", schemaArn=schema, datasetGroupArn=group, datasetType="interactions"
    )
    assert second.code == "ResourceAlreadyExistsException"


def test_unknown_arn_is_not_found(driver: Driver) -> None:
    error = driver.refused("DescribeCampaign", campaignArn=f"{ARN}:campaign/none")
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        f"Resource Arn {ARN}:campaign/none does not exist.",
    )


def test_lists_come_in_pages_and_refuse_an_invented_token(driver: Driver) -> None:
    for number in range(5):
        driver.schema(f"schema-{number}")
    first = driver.call("ListSchemas", maxResults=2)
    second = driver.call("ListSchemas", maxResults=2, nextToken=first["nextToken"])
    last = driver.call("ListSchemas", maxResults=2, nextToken=second["nextToken"])
    names = [row["name"] for answer in (first, second, last) for row in answer["schemas"]]
    assert names == [f"schema-{number}" for number in range(5)]
    assert "nextToken" not in last
    assert "schema" not in first["schemas"][0]
    assert driver.refused("ListSchemas", nextToken="invented").code == "InvalidNextTokenException"


def test_more_than_100_resources_need_a_second_page_by_default(driver: Driver) -> None:
    text = schema_text("Interactions", INTERACTIONS_FIELDS)
    for number in range(101):
        driver.call("CreateSchema", name=f"schema-{number}", schema=text)
    answer = driver.call("ListSchemas")
    assert len(answer["schemas"]) == 100
    assert len(driver.call("ListSchemas", nextToken=answer["nextToken"])["schemas"]) == 1


def test_deletion_goes_from_the_campaign_to_the_schema_and_is_refused_in_any_other_order(driver: Driver) -> None:
    group, version = driver.popular(ratings())
    solution = version.rpartition("/")[0]
    campaign = driver.campaign(version)
    dataset, schema = f"{ARN}:dataset/films/INTERACTIONS", f"{ARN}:schema/interactions"
    tracker = driver.call("CreateEventTracker", name="tracker", datasetGroupArn=group)["eventTrackerArn"]
    expression = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("a")'
    filter_arn = driver.call("CreateFilter", name="f", datasetGroupArn=group, filterExpression=expression)["filterArn"]
    driver.until("EventTracker", tracker, "ACTIVE")
    driver.until("Filter", filter_arn, "ACTIVE")

    for operation, member, arn, user in (
        ("DeleteDatasetGroup", "datasetGroupArn", group, solution),
        ("DeleteSolution", "solutionArn", solution, campaign),
        ("DeleteSchema", "schemaArn", schema, dataset),
    ):
        error = driver.refused(operation, **{member: arn})
        assert error.code == "ResourceInUseException"
        assert user in error.message

    for kind, arn in (
        ("Campaign", campaign),
        ("Solution", solution),
        ("Filter", filter_arn),
        ("EventTracker", tracker),
        ("Dataset", dataset),
        ("DatasetGroup", group),
    ):
        member = f"{kind[0].lower()}{kind[1:]}Arn"
        assert driver.call(f"Delete{kind}", **{member: arn}) == {}
        assert driver.refused(f"Delete{kind}", **{member: arn}).code in (
            "ResourceInUseException",
            "ResourceNotFoundException",
        )
        driver.until_gone(kind, arn)
    driver.call("DeleteSchema", schemaArn=schema)
    assert driver.call("ListSchemas")["schemas"] == []
    assert driver.refused("DescribeSolutionVersion", solutionVersionArn=version).code == "ResourceNotFoundException"
    assert driver.call("ListDatasetImportJobs")["datasetImportJobs"] == []
    assert [path for path in driver.personalize.folder.rglob("*") if path.is_file()] == []


def test_dataset_is_in_use_while_an_import_runs(driver: Driver) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    hold = threading.Event()
    driver.storage.reading = lambda: hold.wait(10)
    driver.storage.contents["s3://bucket/rows.csv"] = csv_of(ratings())
    job = driver.start_import(dataset, "s3://bucket/rows.csv")
    driver.until("DatasetImportJob", job, "CREATE IN_PROGRESS")
    error = driver.refused("DeleteDataset", datasetArn=dataset)
    hold.set()
    assert (error.code, job in error.message) == ("ResourceInUseException", True)
    driver.until("DatasetImportJob", job, "ACTIVE")
    driver.call("DeleteDataset", datasetArn=dataset)
    driver.until_gone("Dataset", dataset)


def test_tags_are_kept_changed_and_removed(driver: Driver) -> None:
    arn = driver.call("CreateDatasetGroup", name="films", tags=[{"tagKey": "run", "tagValue": "2026-01"}])[
        "datasetGroupArn"
    ]
    driver.call("TagResource", resourceArn=arn, tags=[{"tagKey": "team", "tagValue": "search + ads"}])
    assert driver.call("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"tagKey": "run", "tagValue": "2026-01"},
        {"tagKey": "team", "tagValue": "search + ads"},
    ]
    driver.call("UntagResource", resourceArn=arn, tagKeys=["run"])
    assert [tag["tagKey"] for tag in driver.call("ListTagsForResource", resourceArn=arn)["tags"]] == ["team"]
    many = [{"tagKey": f"key{number}", "tagValue": "x"} for number in range(50)]
    assert driver.refused("TagResource", resourceArn=arn, tags=many).code == "TooManyTagsException"
    assert driver.refused("ListTagsForResource", resourceArn=f"{arn}-none").code == "ResourceNotFoundException"


def test_second_event_tracker_of_a_group_is_refused(driver: Driver) -> None:
    group = driver.group()
    driver.call("CreateEventTracker", name="one", datasetGroupArn=group)
    assert driver.refused("CreateEventTracker", name="two", datasetGroupArn=group).code == (
        "ResourceAlreadyExistsException"
    )


@pytest.mark.parametrize("operation", ["CreateRecommender", "ListMetricAttributions"])
def test_operation_that_is_not_played_names_itself(driver: Driver, operation: str) -> None:
    parameters = (
        {"name": "r", "datasetGroupArn": f"{ARN}:dataset-group/g", "recipeArn": f"{ARN}:recipe/r"}
        if operation == "CreateRecommender"
        else {}
    )
    error = driver.refused(operation, **parameters)
    assert (error.code, operation in error.message) == ("NotPlayedLocally", True)
