"""Removing what runs left: this environment's and nobody else's, in the order that the services take."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bakeoff.errors import CloudError
from bakeoff.workflow.remains import empty_buckets, remains, remove_remains
from tests.support.aws_calls import refusal

ARN = "arn:aws:personalize:us-east-1:123456789012:"
LISTS = {
    "ListEndpoints": ("Endpoints", "EndpointName"),
    "ListEndpointConfigs": ("EndpointConfigs", "EndpointConfigName"),
    "ListModels": ("Models", "ModelName"),
    "ListAutoMLJobs": ("AutoMLJobSummaries", "AutoMLJobName"),
    "ListCampaigns": ("campaigns", "campaignArn"),
    "ListSolutions": ("solutions", "solutionArn"),
    "ListDatasets": ("datasets", "datasetArn"),
    "ListSchemas": ("schemas", "schemaArn"),
}
REQUIRED = {
    "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x",
    "EndpointStatus": "InService",
    "CreationTime": 0,
    "LastModifiedTime": 0,
}

REQUIRED_OF_SEARCH = {
    "AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/x",
    "AutoMLJobStatus": "InProgress",
    "AutoMLJobSecondaryStatus": "ModelTuning",
    "CreationTime": 0,
    "LastModifiedTime": 0,
}


# By group and type the name, which tells who made it: the ARN does not.
DATASETS = {
    ("bakeoff-test-metadata", "ITEMS"): "bakeoff-test-items-1",
    ("bakeoff-test-metadata", "INTERACTIONS"): "bakeoff-test-metadata-interactions-1",
    ("shop", "ITEMS"): "shop-items",
}


class Account:
    """What an account holds; a solution refuses to go before its campaigns, and deletions can take rounds."""

    def __init__(self, aws: Any, *, rounds: int = 0, denied: str = "") -> None:
        self.held = {
            "Endpoint": ["bakeoff-test-ease-1", "other-1"],
            "EndpointConfig": ["bakeoff-test-ease-1"],
            "Model": ["bakeoff-test-ease-1", "bakeoff-testing-ease-1"],
            "AutoMLJob": ["bakeoff-test-0123456789ab", "other-search"],
            "Campaign": [f"{ARN}campaign/bakeoff-test-sims-1"],
            "Solution": [f"{ARN}solution/bakeoff-test-sims-1", f"{ARN}solution/shop"],
            "Dataset": [f"{ARN}dataset/{group}/{kind}" for group, kind in DATASETS],
            "Schema": [f"{ARN}schema/bakeoff-test-{kind}-1" for kind in ("interactions", "items")],
        }
        self.rounds, self.denied = rounds, denied
        self.asked: list[str] = []
        for service in ("sagemaker", "personalize"):
            aws.answer(service, self._answer)

    def _answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation in LISTS:
            listed, key = LISTS[operation]
            kind = operation.removeprefix("List").removesuffix("s")
            extra = {"Endpoint": REQUIRED, "AutoMLJob": REQUIRED_OF_SEARCH}.get(kind, {})
            # A search that is over is left out, for it can neither be deleted nor bills.
            assert parameters.get("StatusEquals") == ("InProgress" if kind == "AutoMLJob" else None)
            if kind == "Dataset":
                return {
                    listed: [
                        {key: arn, "name": DATASETS[arn.split("/")[-2], arn.split("/")[-1]]} for arn in self.held[kind]
                    ]
                }
            if kind in ("EndpointConfig", "Model"):
                extra = {f"{kind}Arn": "arn:aws:sagemaker:us-east-1:123456789012:x/x-1234567", "CreationTime": 0}
            return {listed: [{**extra, key: name} for name in self.held[kind]]}
        kind = operation.removeprefix("Delete").removeprefix("Stop")
        [name] = parameters.values()
        self.asked.append(f"{kind} {name.rpartition('/')[2]}")
        if kind == self.denied:
            raise refusal("AccessDeniedException", "not you")
        if kind == "Solution" and any("bakeoff-test-sims" in one for one in self.held["Campaign"]):
            raise refusal("ResourceInUseException", "has a campaign")
        if kind == "Schema" and any(one.endswith("-metadata/ITEMS") for one in self.held["Dataset"]):
            raise refusal("ResourceInUseException", "is in use by a dataset")
        if kind == "Campaign" and self.rounds:
            self.rounds -= 1
            return {}
        self.held[kind].remove(name)
        return {}


OURS = [
    *["bakeoff-test-ease-1"] * 3,
    "bakeoff-test-0123456789ab",
    f"{ARN}campaign/bakeoff-test-sims-1",
    f"{ARN}solution/bakeoff-test-sims-1",
    f"{ARN}dataset/bakeoff-test-metadata/ITEMS",
    f"{ARN}schema/bakeoff-test-items-1",
]
FOREIGN = {
    "Endpoint": ["other-1"],
    "EndpointConfig": [],
    "Model": ["bakeoff-testing-ease-1"],
    "AutoMLJob": ["other-search"],
    "Campaign": [],
    "Solution": [f"{ARN}solution/shop"],
    "Dataset": [f"{ARN}dataset/bakeoff-test-metadata/INTERACTIONS", f"{ARN}dataset/shop/ITEMS"],
    "Schema": [f"{ARN}schema/bakeoff-test-interactions-1"],
}


def never() -> bool:
    raise AssertionError("there was no need to go on")


def test_what_is_left_is_this_environments_only(aws: Any) -> None:
    Account(aws)
    assert remains(aws.cloud) == OURS


def test_everything_goes_in_one_round_and_others_stay(aws: Any) -> None:
    account = Account(aws)
    assert remove_remains(aws.cloud, may_go_on=never) == OURS
    assert account.held == FOREIGN
    assert account.asked == [
        "Endpoint bakeoff-test-ease-1",
        "EndpointConfig bakeoff-test-ease-1",
        "Model bakeoff-test-ease-1",
        "AutoMLJob bakeoff-test-0123456789ab",
        "Campaign bakeoff-test-sims-1",
        "Solution bakeoff-test-sims-1",
        "Dataset ITEMS",
        "Schema bakeoff-test-items-1",
    ]


def test_nothing_left_is_nothing_to_do(aws: Any) -> None:
    account = Account(aws)
    account.held = FOREIGN
    assert remove_remains(aws.cloud, may_go_on=never) == []
    assert account.asked == []


def test_a_solution_waits_for_its_campaign(aws: Any) -> None:
    account = Account(aws, rounds=2)
    pauses: list[float] = []
    assert remove_remains(aws.cloud, may_go_on=lambda: True, sleep=pauses.append) == OURS
    assert account.held == FOREIGN
    assert pauses == [1.0, 2.0]


def test_when_time_is_up_it_says_what_is_left(aws: Any) -> None:
    Account(aws, rounds=99)
    time_left = iter([True, False])
    with pytest.raises(CloudError) as late:
        remove_remains(aws.cloud, may_go_on=lambda: next(time_left), sleep=lambda seconds: None)
    assert str(late.value) == (
        f"Not yet deleted: {ARN}campaign/bakeoff-test-sims-1, {ARN}solution/bakeoff-test-sims-1. "
        "Delete the stack again in a few minutes."
    )


def test_a_refusal_that_waiting_does_not_mend_ends_it(aws: Any) -> None:
    Account(aws, denied="Model")
    with pytest.raises(CloudError, match=r"Deleting bakeoff-test-ease-1 failed: AccessDeniedException: not you"):
        remove_remains(aws.cloud, may_go_on=lambda: True, sleep=lambda seconds: None)


def test_every_page_is_read(aws: Any) -> None:
    def answer(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        listed = LISTS[operation][0]
        if operation != "ListSolutions":
            return {listed: []}
        if "nextToken" in parameters:
            return {listed: [{"solutionArn": f"{ARN}solution/bakeoff-test-b"}]}
        return {listed: [{"solutionArn": f"{ARN}solution/bakeoff-test-a"}], "nextToken": "more"}

    for service in ("sagemaker", "personalize"):
        aws.answer(service, answer)
    assert remains(aws.cloud) == [f"{ARN}solution/bakeoff-test-a", f"{ARN}solution/bakeoff-test-b"]


def test_every_object_of_every_bucket_goes(aws: Any) -> None:
    for bucket, keys in (("bakeoff-test", ["a", "b/ä c.json"]), ("bakeoff-test-logs", ["data/1"])):
        for key in keys:
            aws.clients["s3"].put_object(Bucket=bucket, Key=key, Body=b"")
    empty_buckets(aws.cloud)
    for bucket in ("bakeoff-test", "bakeoff-test-logs"):
        assert aws.clients["s3"].list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    deleted = {
        call["Bucket"]: [one["Key"] for one in call["Delete"]["Objects"]] for _, call in aws.called("DeleteObjects")
    }
    assert deleted == {"bakeoff-test": ["a", "b/ä c.json"], "bakeoff-test-logs": ["data/1"]}


def test_nobody_delivers_logs_into_a_bucket_that_is_being_emptied(aws: Any) -> None:
    policy = '{"Version": "2012-10-17", "Statement": []}'
    aws.clients["s3"].put_bucket_policy(Bucket="bakeoff-test-logs", Policy=policy)
    empty_buckets(aws.cloud)
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        aws.clients["s3"].get_bucket_policy(Bucket="bakeoff-test-logs")


def test_empty_buckets_are_left_alone(aws: Any) -> None:
    empty_buckets(aws.cloud)
    assert aws.called("DeleteObjects") == []


def test_an_object_that_s3_will_not_delete_is_named(aws: Any) -> None:
    pages: Iterator[dict[str, Any]] = iter(
        [
            {},  # the policy
            {"KeyCount": 1, "Contents": [{"Key": "locked"}]},
            {"Errors": [{"Key": "locked", "Code": "AccessDenied", "Message": "Access Denied"}]},
        ]
    )
    aws.answer("s3", lambda operation, parameters: next(pages))
    with pytest.raises(CloudError, match="S3 refused to delete locked in bakeoff-test: Access Denied"):
        empty_buckets(aws.cloud)
