"""The run that serves, on moto."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.serving_run import example_user, serving_run
from bakeoff.contracts.naming import NO_RUN
from bakeoff.errors import RunError
from bakeoff.serving.attributes import to_item


@pytest.fixture
def account(aws: Cloud, deployed: Deployed) -> Iterator[Cloud]:
    """An account with what the data stack makes; no run is promoted."""
    with mock_aws():
        aws.client("s3").create_bucket(Bucket=deployed.bucket)
        aws.client("dynamodb").create_table(
            TableName=deployed.runs_table,
            KeySchema=[{"AttributeName": "runId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "runId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        promote(aws, deployed, NO_RUN)
        yield aws


def promote(cloud: Cloud, deployed: Deployed, run: str) -> None:
    cloud.client("ssm").put_parameter(Name=deployed.promoted_run_parameter, Value=run, Type="String", Overwrite=True)


def test_before_the_first_promotion_no_run_serves(account: Cloud, deployed: Deployed) -> None:
    assert serving_run(account, deployed) is None
    with pytest.raises(RunError, match="No run serves yet"):
        example_user(account, deployed)


def test_the_example_is_the_first_test_user_of_the_run_that_serves(account: Cloud, deployed: Deployed) -> None:
    record: dict[str, Any] = {"runId": "r1", "preparedKey": "prepared/abc/", "contestants": []}
    account.client("dynamodb").put_item(TableName=deployed.runs_table, Item=to_item(record))
    users = "".join(f'{{"userId": "user {number}"}}\n' for number in range(500))
    account.client("s3").put_object(
        Bucket=deployed.bucket, Key="prepared/abc/requests/users.jsonl", Body=users.encode()
    )
    promote(account, deployed, "r1")
    assert serving_run(account, deployed) == record
    assert example_user(account, deployed) == "user 0"


def test_a_promoted_run_without_a_record_is_named(account: Cloud, deployed: Deployed) -> None:
    promote(account, deployed, "r2")
    with pytest.raises(RunError, match="The run r2, which should serve, has no record in the table the-runs"):
        serving_run(account, deployed)
