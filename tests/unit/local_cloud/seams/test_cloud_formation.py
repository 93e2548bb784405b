"""Stacks that hold resources of the played services, through MiniStack's own deployment of a template."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import cloudformation

from local_cloud.mount import Played

ROLE = "arn:aws:iam::123456789012:role/models"
SCHEMA = {"Type": "AWS::Personalize::Schema", "Properties": {"Name": "films", "Schema": "{}"}}


@pytest.fixture(autouse=True)
def _no_stacks(played: Played) -> Iterator[None]:
    yield
    cloudformation.reset()


def deploy(resources: dict[str, Any], outputs: dict[str, Any] | None = None, *, action: str = "CreateStack") -> Any:
    """Deploy the resources as the stack `films`; the stack once its operation has ended."""
    template = {"Resources": resources, "Outputs": {key: {"Value": value} for key, value in (outputs or {}).items()}}
    return _operate({"Action": [action], "StackName": ["films"], "TemplateBody": [json.dumps(template)]})


def _operate(parameters: dict[str, list[str]]) -> Any:
    async def operate() -> None:
        before = asyncio.all_tasks()
        status, _, body = cloudformation._ACTION_HANDLERS[parameters["Action"][0]](parameters)
        assert status == 200, body
        await asyncio.gather(*(asyncio.all_tasks() - before))

    asyncio.run(asyncio.wait_for(operate(), timeout=20))
    return cloudformation._stacks["films"]


def outputs_of(stack: Any) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_ref_is_the_arn_and_attributes_are_read_when_the_resource_stands(played: Played) -> None:
    group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"
    tracker = {"Type": "AWS::Personalize::EventTracker", "Properties": {"Name": "clicks", "DatasetGroupArn": group}}
    outputs = {
        "Ref": {"Ref": "Schema"},
        "Arn": {"Fn::GetAtt": ["Schema", "SchemaArn"]},
        "Id": {"Fn::GetAtt": ["Tracker", "TrackingId"]},
    }
    stack = deploy({"Schema": SCHEMA, "Tracker": tracker}, outputs)
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/films"
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    assert outputs_of(stack) == {"Ref": arn, "Arn": arn, "Id": "t-1"}
    (record,) = played.personalize.records.of("tracker").values()
    assert record["looks"] > 2


def test_a_resource_that_fails_to_come_up_is_deleted_and_rolls_the_stack_back(played: Played) -> None:
    group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"
    tracker = {
        "Type": "AWS::Personalize::EventTracker",
        "Properties": {"Name": "bad", "DatasetGroupArn": group},
        "DependsOn": "Schema",
    }
    stack = deploy({"Schema": SCHEMA, "Tracker": tracker})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert played.personalize.records.of("tracker") == {}
    assert played.personalize.records.of("schema") == {}


def test_a_changed_name_replaces_the_resource(played: Played) -> None:
    deploy({"Schema": SCHEMA})
    renamed = {**SCHEMA, "Properties": {"Name": "films-2", "Schema": "{}"}}
    stack = deploy({"Schema": renamed}, {"Ref": {"Ref": "Schema"}}, action="UpdateStack")
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/films-2"
    assert (stack["StackStatus"], outputs_of(stack)) == ("UPDATE_COMPLETE", {"Ref": arn})
    assert list(played.personalize.records.of("schema")) == [arn]


def tagged(*tags: tuple[str, str]) -> dict[str, Any]:
    group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"
    named = {"Name": "clicks", "DatasetGroupArn": group}
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return {"Tracker": {"Type": "AWS::Personalize::EventTracker", "Properties": {**named, "Tags": listed}}}


def test_tags_are_spelled_as_personalize_does_and_change_in_place(played: Played) -> None:
    stack = deploy(tagged(("team", "films"), ("old", "1")))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    (record,) = played.personalize.records.of("tracker").values()
    assert record["tags"] == [{"tagKey": "team", "tagValue": "films"}, {"tagKey": "old", "tagValue": "1"}]
    played.personalize.records.of("tag")["old"] = {}
    assert deploy(tagged(("team", "music")), action="UpdateStack")["StackStatus"] == "UPDATE_COMPLETE"
    assert played.personalize.records.of("tag") == {"team": {"tagKey": "team", "tagValue": "music"}}
    assert list(played.personalize.records.of("tracker").values()) == [record]


def test_a_replacement_under_a_name_that_is_taken_rolls_back(played: Played) -> None:
    deploy({"Schema": SCHEMA})
    changed = {**SCHEMA, "Properties": {"Name": "films", "Schema": '{"other": 1}'}}
    stack = deploy({"Schema": changed}, action="UpdateStack")
    (record,) = played.personalize.records.of("schema").values()
    assert (stack["StackStatus"], record["schema"]) == ("UPDATE_ROLLBACK_COMPLETE", "{}")


def test_deleting_the_stack_deletes_the_resource(played: Played) -> None:
    deploy({"Schema": SCHEMA})
    assert played.personalize.records.of("schema")
    assert _operate({"Action": ["DeleteStack"], "StackName": ["films"]})["StackStatus"] == "DELETE_COMPLETE"
    assert played.personalize.records.of("schema") == {}


def test_a_model_without_a_name_gets_one_and_the_tags_of_its_stack(played: Played) -> None:
    container = {"Image": "image", "Environment": {"A": "1"}, "Mode": "SingleModel"}
    model = {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}}
    outputs = {"Ref": {"Ref": "Model"}, "Name": {"Fn::GetAtt": ["Model", "ModelName"]}}
    stack = deploy({"Model": model}, outputs)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    given = outputs_of(stack)
    (record,) = played.sagemaker.records.of("model").values()
    assert given["Name"].startswith("films-model-")
    assert given["Ref"] == f"arn:aws:sagemaker:us-east-1:123456789012:model/{given['Name']}"
    assert {"Key": "aws:cloudformation:stack-name", "Value": "films"} in record["Tags"]
    assert record["PrimaryContainer"] == container


def test_a_property_that_the_service_lacks_is_named(played: Played) -> None:
    wrong = {**SCHEMA, "Properties": {**SCHEMA["Properties"], "Colour": "red"}}  # type: ignore[dict-item]
    stack = deploy({"Schema": wrong})
    reasons = " ".join(event["ResourceStatusReason"] for event in cloudformation._stack_events[stack["StackId"]])
    assert "Colour" in reasons
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_type_that_nobody_plays_is_refused_before_anything_is_made(played: Played) -> None:
    parameters = {
        "Action": ["CreateStack"],
        "StackName": ["films"],
        "TemplateBody": [json.dumps({"Resources": {"S": {"Type": "AWS::Personalize::Solution"}, "Schema": SCHEMA}})],
    }
    status, _, body = cloudformation._ACTION_HANDLERS["CreateStack"](parameters)
    assert status == 400
    assert b"AWS::Personalize::Solution" in body
    assert played.personalize.records.of("schema") == {}
