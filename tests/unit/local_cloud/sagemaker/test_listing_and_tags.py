"""List operations and tags."""

from typing import Any

import pytest

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.listing import Listing

JOBS = Listing(
    name="JobName", status="JobStatus", answer="Jobs", members=("JobName", "CreationTime"), order="Ascending"
)
ROWS = [
    {"JobName": f"job-{n}", "JobStatus": "Failed" if n % 2 else "Completed", "CreationTime": 100.0 + n, "Secret": 1}
    for n in range(12)
]


def names(request: dict[str, Any]) -> list[str]:
    return [row["JobName"] for row in JOBS.answered(ROWS, request)["Jobs"]]


def test_pages_have_ten_rows_and_lead_to_the_end() -> None:
    first = JOBS.answered(ROWS, {})
    assert [row["JobName"] for row in first["Jobs"]] == [f"job-{n}" for n in range(10)]
    second = JOBS.answered(ROWS, {"NextToken": first["NextToken"]})
    assert second == {
        "Jobs": [{"JobName": "job-10", "CreationTime": 110.0}, {"JobName": "job-11", "CreationTime": 111.0}]
    }


def test_unknown_token_is_refused() -> None:
    with pytest.raises(ServiceError, match="'nonsense'") as refused:
        JOBS.answered(ROWS, {"NextToken": "nonsense"})
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"NameContains": "JOB-1"}, ["job-1", "job-10", "job-11"]),
        ({"StatusEquals": "Failed", "MaxResults": 2}, ["job-1", "job-3"]),
        ({"SortOrder": "Descending", "MaxResults": 1}, ["job-11"]),
        ({"SortBy": "Name", "MaxResults": 3}, ["job-0", "job-1", "job-10"]),
        ({"SortBy": "Status", "SortOrder": "Descending", "MaxResults": 1}, ["job-9"]),
        ({"CreationTimeAfter": 109}, ["job-10", "job-11"]),
        ({"CreationTimeBefore": "1970-01-01T00:01:41Z"}, ["job-0", "job-1"]),
    ],
)
def test_filters_and_orders(request_: dict[str, Any], expected: list[str]) -> None:
    assert names(request_) == expected


def test_tags_of_the_creation_are_listed_added_to_and_taken_away(world: Any) -> None:
    request = world.training("tagged", "", Tags=[{"Key": "run", "Value": "run-1"}])
    arn = world.service.call("CreateTrainingJob", request)["TrainingJobArn"]
    world.call("AddTags", ResourceArn=arn, Tags=[{"Key": "team", "Value": "a b"}, {"Key": "run", "Value": "run-2"}])
    tags = [{"Key": "run", "Value": "run-2"}, {"Key": "team", "Value": "a b"}]
    assert world.call("ListTags", ResourceArn=arn) == {"Tags": tags}
    world.call("DeleteTags", ResourceArn=arn, TagKeys=["run", "never"])
    assert world.call("ListTags", ResourceArn=arn) == {"Tags": tags[1:]}
    assert "Tags" not in world.ended("TrainingJob", "tagged")


def test_tags_of_an_unknown_resource_are_refused(world: Any) -> None:
    with pytest.raises(ServiceError, match="model/none") as refused:
        world.call("ListTags", ResourceArn="arn:aws:sagemaker:us-east-1:123456789012:model/none")
    assert refused.value.code == "ValidationException"


def test_tags_go_with_their_resource(world: Any) -> None:
    world.model("one")
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model/one"
    world.call("AddTags", ResourceArn=arn, Tags=[{"Key": "run", "Value": "1"}])
    world.call("DeleteModel", ModelName="one")
    world.model("one")
    assert world.call("ListTags", ResourceArn=arn) == {"Tags": []}
    (row,) = world.call("ListModels")["Models"]
    assert row["ModelArn"] == arn
