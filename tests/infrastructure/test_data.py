"""What must outlive a deployment: private, encrypted, logged, recoverable, and kept in production."""

import json
from typing import Any

import pytest

from bakeoff.config import load_config
from bakeoff.contracts.naming import NO_RUN
from bakeoff.contracts.personalize import INTERACTIONS_SCHEMA
from tests.support.synthesized import Synthesized, as_list, text

# On deletion and on replacement; what a failed first deployment made is never kept.
KEPT = {
    "prod": ("RetainExceptOnCreate", "Retain"),
    "dev": ("Delete", "Delete"),
    "local": ("Delete", "Delete"),
}


def policies_of(synthesized: Synthesized, bucket: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in synthesized.resources("AWS::S3::BucketPolicy", "data").values()
        if policy["Properties"]["Bucket"] == {"Ref": bucket}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_checkpoints_and_what_a_killed_preparation_left_expire_in_the_data_bucket(
    synthesized: Synthesized,
) -> None:
    rules = [
        {rule["Prefix"]: rule["ExpirationInDays"]}
        for bucket in synthesized.resources("AWS::S3::Bucket", "data").values()
        if "LoggingConfiguration" in bucket["Properties"]
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    ]
    assert sorted(rules, key=str) == [{"checkpoints/": 14}, {"prepared/unfinished/": 3}]


def test_there_are_two_buckets_and_the_data_is_logged_into_the_other(synthesized: Synthesized) -> None:
    buckets = synthesized.resources("AWS::S3::Bucket")
    logging = {name: one["Properties"].get("LoggingConfiguration") for name, one in buckets.items()}
    assert sorted(logging) == ["AccessLogs8B620ECA", "Bucket83908E77"], "a bucket's id changed: its data would be lost"
    assert logging["Bucket83908E77"]["DestinationBucketName"] == {"Ref": "AccessLogs8B620ECA"}
    assert logging["AccessLogs8B620ECA"] is None, "logging itself would never end"


def test_no_bucket_can_be_opened_to_the_public(synthesized: Synthesized) -> None:
    for bucket in synthesized.resources("AWS::S3::Bucket").values():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["Properties"]["PublicAccessBlockConfiguration"]) == 4
        assert bucket["Properties"]["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_every_bucket_is_encrypted(synthesized: Synthesized) -> None:
    for bucket in synthesized.resources("AWS::S3::Bucket").values():
        [rule] = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_every_bucket_refuses_what_is_not_tls_1_2(synthesized: Synthesized) -> None:
    for name in synthesized.resources("AWS::S3::Bucket"):
        denied = [one for one in policies_of(synthesized, name) if one["Effect"] == "Deny"]
        conditions = [one["Condition"] for one in denied]
        assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in conditions
        for one in denied:
            assert (one["Principal"], one["Action"]) == ({"AWS": "*"}, "s3:*")
            assert [text(resource) for resource in one["Resource"]] == [f"${{{name}.Arn}}", f"${{{name}.Arn}}/*"]


def test_only_services_of_this_account_may_use_a_bucket(synthesized: Synthesized) -> None:
    allowed = {
        (text(one["Principal"]["Service"]), action)
        for name in synthesized.resources("AWS::S3::Bucket")
        for one in policies_of(synthesized, name)
        if one["Effect"] == "Allow"
        for action in as_list(one["Action"])
        if "aws:SourceAccount" in one["Condition"]["StringEquals"]
    }
    every = sum(
        len(as_list(one["Action"]))
        for name in synthesized.resources("AWS::S3::Bucket")
        for one in policies_of(synthesized, name)
        if one["Effect"] == "Allow"
    )
    assert allowed == {
        ("logging.s3.amazonaws.com", "s3:PutObject"),
        ("personalize.amazonaws.com", "s3:GetObject"),
        ("personalize.amazonaws.com", "s3:PutObject"),
        ("personalize.amazonaws.com", "s3:ListBucket"),
    }
    assert every == len(allowed), "each of them is bound to the account"


def test_a_table_can_be_brought_back_to_any_second(synthesized: Synthesized) -> None:
    tables = synthesized.resources("AWS::DynamoDB::Table")
    assert {one["Properties"]["TableName"]: one["Properties"]["KeySchema"] for one in tables.values()} == {
        f"{synthesized.prefix}-{kind}": [{"AttributeName": key, "KeyType": "HASH"}]
        for kind, key in (("runs", "runId"), ("items", "key"), ("histories", "key"), ("lists", "key"))
    }
    for one in tables.values():
        assert one["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert one["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::DynamoDB::Table"])
def test_production_keeps_its_data_and_the_others_leave_nothing(synthesized: Synthesized, kind: str) -> None:
    for resource in synthesized.resources(kind).values():
        policies = (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        assert policies == KEPT[synthesized.environment]


def test_only_a_stack_that_leaves_nothing_empties_its_buckets(synthesized: Synthesized) -> None:
    empties = "empty_buckets" in synthesized.functions()
    assert empties is ("Delete" in KEPT[synthesized.environment])
    if empties:
        [clean_up] = synthesized.resources("Custom::BakeoffCleanUp", "data").values()
        buckets = set(synthesized.resources("AWS::S3::Bucket"))
        assert buckets <= set(clean_up["DependsOn"]), "CloudFormation deletes it before what it depends on"
        named = text(synthesized.functions()["empty_buckets"]["Properties"]["Environment"]["Variables"]["BUCKETS"])
        names = [text(one["Properties"]["BucketName"]) for one in synthesized.resources("AWS::S3::Bucket").values()]
        assert sorted(named.split(",")) == sorted(names)


def test_no_run_serves_before_the_first(synthesized: Synthesized) -> None:
    [parameter] = synthesized.resources("AWS::SSM::Parameter").values()
    assert parameter["Properties"]["Name"] == f"/{synthesized.prefix}/promoted-run"
    assert parameter["Properties"]["Value"] == NO_RUN


def test_what_runs_made_goes_before_the_roles_and_the_dataset_group_that_it_needs(synthesized: Synthesized) -> None:
    [clean_up] = synthesized.resources("Custom::BakeoffCleanUp", "training").values()
    first = set(clean_up["DependsOn"])
    for kind in ("AWS::Personalize::DatasetGroup", "AWS::StepFunctions::StateMachine"):
        assert set(synthesized.resources(kind)) <= first


def test_the_state_has_a_stack_of_its_own(synthesized: Synthesized) -> None:
    kinds = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SSM::Parameter")
    assert not any(synthesized.resources(kind, "training", "serving") for kind in kinds)


def test_every_log_ends_some_day(synthesized: Synthesized) -> None:
    groups = synthesized.resources("AWS::Logs::LogGroup").values()
    assert groups
    assert {one["Properties"]["RetentionInDays"] for one in groups} == {90}


def test_everything_taggable_is_tagged_with_its_environment(synthesized: Synthesized) -> None:
    tag = {"Key": "bakeoff:environment", "Value": load_config(synthesized.environment).name}
    for kind in (
        "AWS::S3::Bucket",
        "AWS::DynamoDB::Table",
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
        "AWS::StepFunctions::StateMachine",
        "AWS::ApiGateway::RestApi",
        "AWS::Personalize::DatasetGroup",
    ):
        for name, resource in synthesized.resources(kind).items():
            assert tag in resource["Properties"]["Tags"], name


def test_personalize_is_given_the_schema_that_the_prepared_interactions_are_written_with(
    synthesized: Synthesized,
) -> None:
    (schema,) = synthesized.resources("AWS::Personalize::Schema").values()
    assert json.loads(schema["Properties"]["Schema"]) == INTERACTIONS_SCHEMA
