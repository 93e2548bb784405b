"""Import jobs: what is read, what is refused in which words, and what FULL and INCREMENTAL leave behind."""

import threading
from typing import Any

import pytest

from tests.unit.local_cloud.personalize.driver import Driver, csv_of, ratings, schema_text

HEADER = b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n"


def fails(driver: Driver, content: bytes) -> str:
    """The failure reason of importing `content`."""
    dataset = driver.dataset(driver.group(), driver.schema())
    driver.storage.contents["s3://bucket/bad.csv"] = content
    arn = driver.start_import(dataset, "s3://bucket/bad.csv")
    record = driver.until("DatasetImportJob", arn, "ACTIVE", "CREATE FAILED")
    assert record["status"] == "CREATE FAILED"
    return str(record["failureReason"])


def test_import_walks_from_pending_to_active_and_is_listed(driver: Driver) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    driver.storage.contents["s3://bucket/rows.csv"] = csv_of(ratings())
    arn = driver.start_import(dataset, "s3://bucket/rows.csv")
    assert arn == "arn:aws:personalize:us-east-1:123456789012:dataset-import-job/rows"
    seen = driver.described("DatasetImportJob", arn)
    assert (seen["importMode"], seen["dataSource"]) == ("FULL", {"dataLocation": "s3://bucket/rows.csv"})
    assert driver.until("DatasetImportJob", arn, "ACTIVE")["lastUpdatedDateTime"] >= seen["creationDateTime"]
    listed = driver.call("ListDatasetImportJobs", datasetArn=dataset)["datasetImportJobs"]
    assert [(row["jobName"], row["status"]) for row in listed] == [("rows", "ACTIVE")]


def test_missing_columns_are_named_in_awss_words(driver: Driver) -> None:
    reason = fails(driver, b"USER_ID,ITEM_ID\nu,i\n")
    assert reason.startswith("Input CSV is missing the following columns:[TIMESTAMP, EVENT_TYPE, EVENT_VALUE]")


def test_unknown_column_is_named(driver: Driver) -> None:
    assert "[MOOD]" in fails(driver, HEADER.replace(b"EVENT_VALUE", b"EVENT_VALUE,MOOD") + b"u,i,1,r,4,good\n")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("u,i,1.5,r,4", "TIMESTAMP is '1.5', not a long"),
        ("u,i,1.0,r,4", "TIMESTAMP is '1.0', not a long"),
        ("u,i,,r,4", "TIMESTAMP is '', not a long"),
        ("u,i,1,r,good", "EVENT_VALUE is 'good', not a float"),
        (",i,1,r,4", "USER_ID is '', not a string"),
        ("u,i,1", "EVENT_TYPE is '', not a string"),
    ],
)
def test_row_that_does_not_conform_is_named_with_its_line(driver: Driver, row: str, column: str) -> None:
    reason = fails(driver, csv_of(ratings()[:10]) + row.encode() + b"\n")
    assert reason.startswith("Input csv has rows that do not conform to the dataset schema.")
    assert f"s3://bucket/bad.csv, line 12: {column}" in reason


@pytest.mark.parametrize("rows", [b"u,i,1,r,4,more\n", b"u,i,1,r,4\nu,i,1,r,4,more\n"])
def test_row_with_more_values_than_columns_is_refused(driver: Driver, rows: bytes) -> None:
    assert "more values than" in (reason := fails(driver, HEADER + rows)) or "Expected 5 fields" in reason


def test_id_over_256_characters_is_refused_in_awss_words(driver: Driver) -> None:
    assert fails(driver, HEADER + b"u" * 257 + b",i,1,r,4\n").startswith(
        "Length cannot be more than 256 characters for USER_ID."
    )


def test_fewer_than_1000_interactions_fail_and_1000_pass(driver: Driver) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    few = driver.imported(dataset, ratings()[:999], "few")
    assert (few["status"], "999" in few["failureReason"]) == ("CREATE FAILED", True)
    assert driver.imported(dataset, ratings()[:1000], "enough")["status"] == "ACTIVE"


def test_location_without_file_fails_and_one_that_is_no_location_is_refused_at_once(driver: Driver) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    record = driver.until(
        "DatasetImportJob", driver.start_import(dataset, "s3://bucket/none/"), "ACTIVE", "CREATE FAILED"
    )
    assert "s3://bucket/none/" in record["failureReason"]
    error = driver.refused(
        "CreateDatasetImportJob", jobName="x", datasetArn=dataset, dataSource={"dataLocation": "https://example.com/a"}
    )
    assert (error.code, "Invalid Data location" in error.message) == ("InvalidInputException", True)


def test_folder_of_files_is_imported_but_not_its_namesakes(driver: Driver) -> None:
    group = driver.group()
    dataset = driver.dataset(group, driver.schema())
    rows = ratings()
    driver.storage.contents["s3://bucket/part/a.csv"] = csv_of(rows[:600])
    driver.storage.contents["s3://bucket/part/b.csv"] = csv_of(rows[600:])
    driver.storage.contents["s3://bucket/partition.csv"] = b"not a csv of this schema\n"
    for name, location in {"slash": "s3://bucket/part/", "none": "s3://bucket/part"}.items():
        driver.until("DatasetImportJob", driver.start_import(dataset, location, name), "ACTIVE")
    campaign = driver.campaign(driver.trained(driver.solution(group))["solutionVersionArn"])
    assert driver.items(campaign, numResults=2) == ["i000", "i001"]


def test_incremental_appends_and_full_replaces(driver: Driver) -> None:
    group = driver.group()
    dataset = driver.dataset(group, driver.schema())
    early = driver.refused(
        "CreateDatasetImportJob",
        jobName="early",
        datasetArn=dataset,
        dataSource={"dataLocation": "s3://bucket/rows.csv"},
        importMode="INCREMENTAL",
    )
    assert (early.code, "FULL" in early.message) == ("InvalidInputException", True)
    more = [(f"n{user}", f"new{item}", 5, "rating", 5.0) for user in range(100) for item in range(10)]
    driver.imported(dataset, ratings(), "base")
    assert driver.imported(dataset, more, "more", importMode="INCREMENTAL")["importMode"] == "INCREMENTAL"
    solution = driver.solution(group)
    both = driver.items(driver.campaign(driver.trained(solution)["solutionVersionArn"], "both"), numResults=500)
    assert both[:11] == [f"new{item}" for item in range(10)] + ["i000"]
    driver.imported(dataset, more, "replaced")
    only = driver.items(driver.campaign(driver.trained(solution)["solutionVersionArn"], "only"), numResults=500)
    assert only == [f"new{item}" for item in range(10)]


def test_failed_import_leaves_the_former_rows(driver: Driver) -> None:
    group, _ = driver.popular(ratings())
    dataset = f"{group.replace('dataset-group', 'dataset')}/INTERACTIONS"
    assert driver.imported(dataset, ratings()[:5], "few")["status"] == "CREATE FAILED"
    assert driver.trained(driver.solution(group, "again"))["status"] == "ACTIVE"


def test_items_are_imported_and_widen_the_catalogue_of_the_coverage(driver: Driver) -> None:
    group, first = driver.popular(ratings())
    fields: list[dict[str, Any]] = [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "GENRE", "type": ["null", "string"], "categorical": True},
        {"name": "PLOT", "type": ["null", "string"], "textual": True},
        {"name": "YEAR", "type": ["null", "int"]},
    ]
    schema = driver.call("CreateSchema", name="items", schema=schema_text("Items", fields))["schemaArn"]
    dataset = driver.dataset(group, schema, "Items")
    lines = [f'x{item},drama|crime,"A ""plot"", told",{"" if item else 1999}' for item in range(25)]
    driver.storage.contents["s3://bucket/items.csv"] = "\n".join(["ITEM_ID,GENRE,PLOT,YEAR", *lines]).encode()
    driver.until("DatasetImportJob", driver.start_import(dataset, "s3://bucket/items.csv", "items"), "ACTIVE")
    second = driver.trained(driver.solution(group, "second"))["solutionVersionArn"]
    coverage = [
        driver.call("GetSolutionMetrics", solutionVersionArn=version)["metrics"]["coverage"]
        for version in (first, second)
    ]
    items = len({row[1] for row in ratings()})
    assert coverage == [pytest.approx(25 / items), pytest.approx(25 / (items + 25))]


def test_sixth_import_at_once_is_over_the_limit(driver: Driver) -> None:
    dataset = driver.dataset(driver.group(), driver.schema())
    hold = threading.Event()
    driver.storage.reading = lambda: hold.wait(10)
    driver.storage.contents["s3://bucket/rows.csv"] = csv_of(ratings())
    arns = [driver.start_import(dataset, "s3://bucket/rows.csv", f"job{number}") for number in range(5)]
    error = driver.refused(
        "CreateDatasetImportJob",
        jobName="sixth",
        datasetArn=dataset,
        dataSource={"dataLocation": "s3://bucket/rows.csv"},
    )
    hold.set()
    assert (error.code, error.message) == (
        "LimitExceededException",
        "More than 5 resources with PENDING or IN_PROGRESS status.",
    )
    for arn in arns:
        driver.until("DatasetImportJob", arn, "ACTIVE")
