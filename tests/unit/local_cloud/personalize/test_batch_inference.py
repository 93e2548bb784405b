"""Batch inference: the output file line by line, errors of single lines, failures of whole jobs."""

import json
from typing import Any

import pytest

from tests.unit.local_cloud.personalize.driver import ROLE, Driver, ratings


def request(version: str, *, source: str = "s3://bucket/in/users.jsonl", **more: Any) -> dict[str, Any]:
    return {
        "jobName": "lists",
        "solutionVersionArn": version,
        "jobInput": {"s3DataSource": {"path": source}},
        "jobOutput": {"s3DataDestination": {"path": "s3://bucket/out/"}},
        "roleArn": ROLE,
        **more,
    }


def run(driver: Driver, **parameters: Any) -> dict[str, Any]:
    arn = driver.call("CreateBatchInferenceJob", **parameters)["batchInferenceJobArn"]
    return driver.until("BatchInferenceJob", arn, "ACTIVE", "CREATE FAILED")


def test_each_line_is_answered_in_order_and_a_bad_one_says_why(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    lines = ['{"userId": "u1"}', "", '{"userId": "nobody"}', "not json", '{"itemId": "i000"}']
    driver.storage.contents["s3://bucket/in/users.jsonl"] = "\n".join(lines).encode()
    job = run(driver, **request(version, numResults=2))
    assert (job["status"], job["numResults"], job["batchInferenceJobMode"]) == ("ACTIVE", 2, "BATCH_INFERENCE")
    output = driver.storage.contents["s3://bucket/out/users.jsonl.out"].decode().splitlines()
    popular = {"recommendedItems": ["i000", "i001"]}
    assert [json.loads(line) for line in output[:2]] == [
        {"input": {"userId": "u1"}, "output": popular, "error": None},
        {"input": {"userId": "nobody"}, "output": popular, "error": None},
    ]
    broken = [json.loads(line) for line in output[2:]]
    assert [(line["input"], line["output"]) for line in broken] == [("not json", None), ({"itemId": "i000"}, None)]
    assert "not JSON" in broken[0]["error"]
    assert "userId" in broken[1]["error"]


def test_default_is_25_results_and_500_the_most(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    driver.storage.contents["s3://bucket/in/users.jsonl"] = b'{"userId": "u1"}\n'
    assert run(driver, **request(version))["numResults"] == 25
    line = json.loads(driver.storage.contents["s3://bucket/out/users.jsonl.out"])
    assert len(line["output"]["recommendedItems"]) == 25
    error = driver.refused("CreateBatchInferenceJob", **request(version, jobName="more", numResults=501))
    assert (error.code, "501" in error.message) == ("InvalidInputException", True)


def test_filter_holds_for_every_line_with_the_lines_own_values(driver: Driver) -> None:
    group, version = driver.popular(ratings())
    arn = driver.call(
        "CreateFilter",
        name="without",
        datasetGroupArn=group,
        filterExpression="EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($KIND)",
    )["filterArn"]
    driver.until("Filter", arn, "ACTIVE")
    lines = [{"userId": "u1", "filterValues": {"KIND": '"rating"'}}, {"userId": "u1"}]
    driver.storage.contents["s3://bucket/in/users.jsonl"] = "\n".join(map(json.dumps, lines)).encode()
    assert run(driver, **request(version, filterArn=arn, numResults=1))["status"] == "ACTIVE"
    output = driver.storage.contents["s3://bucket/out/users.jsonl.out"].decode().splitlines()
    assert [json.loads(line)["output"]["recommendedItems"] for line in output] == [["i002"], ["i000"]]


def test_missing_input_fails_the_job_and_no_location_is_refused_at_once(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    job = run(driver, **request(version, source="s3://bucket/in/none.jsonl"))
    assert job["status"] == "CREATE FAILED"
    assert "s3://bucket/in/none.jsonl" in job["failureReason"]
    error = driver.refused(
        "CreateBatchInferenceJob", **request(version, source="https://example.com/x", jobName="other")
    )
    assert (error.code, error.message.startswith("Invalid S3 input path")) == ("InvalidInputException", True)
    assert [row["jobName"] for row in driver.call("ListBatchInferenceJobs")["batchInferenceJobs"]] == ["lists"]


@pytest.mark.parametrize(
    "option", [{"batchInferenceJobMode": "THEME_GENERATION"}, {"batchInferenceJobConfig": {"rankingInfluence": {}}}]
)
def test_option_that_is_not_played_is_refused(driver: Driver, option: dict[str, Any]) -> None:
    _, version = driver.popular(ratings())
    assert driver.refused("CreateBatchInferenceJob", **request(version, **option)).code == "NotPlayedLocally"
