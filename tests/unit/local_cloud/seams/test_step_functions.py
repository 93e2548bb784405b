"""State machines that call the played services, and what they see when a job or a child fails or is stopped."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ministack.services import stepfunctions

from local_cloud.mount import Played
from tests.unit.local_cloud.seams.executions import ended, run, start, wait_until

Define = Callable[[str, dict[str, Any]], str]
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13"
ROLE = "arn:aws:iam::123456789012:role/training"


def job(name: str, *, resource: str = "createTrainingJob.sync", **further: Any) -> dict[str, Any]:
    arguments = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": IMAGE},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::sagemaker:{resource}",
        "Arguments": arguments,
        "End": True,
        **further,
    }


def call(resource: str, arguments: dict[str, Any], **further: Any) -> dict[str, Any]:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    return {**task, **({} if "Next" in further else {"End": True}), **further}


def test_sync_waits_for_the_job_and_gives_its_description(define: Define) -> None:
    ended = run(define("train", {"Train": job("good-1")}))
    output = json.loads(ended["output"])
    assert (ended["status"], output["TrainingJobStatus"]) == ("SUCCEEDED", "Completed")


def test_without_sync_the_answer_of_create_is_the_result(played: Played, define: Define) -> None:
    ended = run(define("train", {"Train": job("good-2", resource="createTrainingJob")}))
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/good-2"
    assert json.loads(ended["output"]) == {"TrainingJobArn": arn}
    assert played.sagemaker.records.of("job")["good-2"]["looks"] == 0


def test_a_failed_job_fails_the_state_with_its_description_as_cause(define: Define) -> None:
    ended = run(define("train", {"Train": job("bad-1")}))
    cause = json.loads(ended["cause"])
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert (cause["TrainingJobStatus"], cause["FailureReason"]) == ("Failed", "It is bad")


def test_a_refused_create_has_the_name_of_the_error_class(define: Define) -> None:
    states = {"First": {**job("good-3"), "Next": "Again"}, "Again": job("good-3")}
    del states["First"]["End"]
    assert run(define("train", states))["error"] == "SageMaker.ResourceInUseException"


def test_a_refused_parameter_has_the_name_of_the_service(define: Define) -> None:
    states = {"Train": call("sagemaker:createTrainingJob", {"TrainingJobName": "x"})}
    assert run(define("train", states))["error"] == "SageMaker.AmazonSageMakerException"


def test_an_endpoint_configuration_is_not_taken_for_an_endpoint(define: Define) -> None:
    variant = {"VariantName": "all", "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    states = {
        "Make": call("sagemaker:createEndpointConfig", {"EndpointConfigName": "c", "ProductionVariants": [variant]})
    }
    assert "sagemaker:CreateEndpointConfig is not played" in run(define("config", states))["cause"]


def test_stopping_an_execution_stops_the_job_that_it_waits_for(played: Played, define: Define) -> None:
    execution = start(define("train", {"Train": job("endless-1")}))
    wait_until(lambda: played.sagemaker.records.of("job").get("endless-1", {}).get("looks"))
    stepfunctions._stop_execution({"executionArn": execution})
    wait_until(lambda: played.sagemaker.stopped == ["endless-1"])  # type: ignore[attr-defined]
    assert stepfunctions._executions[execution]["status"] == "ABORTED"


def test_a_state_that_runs_out_of_time_stops_the_job(played: Played, define: Define) -> None:
    ended = run(define("train", {"Train": job("endless-2", TimeoutSeconds=1)}))
    assert ended["error"] == "States.Timeout"
    wait_until(lambda: played.sagemaker.stopped == ["endless-2"])  # type: ignore[attr-defined]


def test_an_sdk_call_speaks_pascal_case_and_iso_dates(define: Define) -> None:
    schema = "arn:aws:personalize:us-east-1:123456789012:schema/films"
    states = {
        "Make": call("aws-sdk:personalize:createSchema", {"Name": "films", "Schema": "{}"}, Next="Look"),
        "Look": call("aws-sdk:personalize:describeSchema", {"SchemaArn": "{% $states.input.SchemaArn %}"}),
    }
    output = json.loads(run(define("schema", states))["output"])
    expected = {"Name": "films", "Schema": "{}", "SchemaArn": schema, "CreationDateTime": "2023-11-14T22:13:20.250Z"}
    assert output["Schema"] == expected


def test_an_sdk_error_begins_with_the_service(define: Define) -> None:
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/none"
    caught = {"ErrorEquals": ["Personalize.ResourceNotFoundException"], "Next": "Absent"}
    states = {
        "Look": call("aws-sdk:personalize:describeSchema", {"SchemaArn": arn}, Catch=[caught]),
        "Absent": {"Type": "Pass", "Output": "absent", "End": True},
    }
    assert json.loads(run(define("look", states))["output"]) == "absent"


def test_an_sdk_error_of_sagemaker_without_a_class_has_the_name_of_the_service(define: Define) -> None:
    states = {"Look": call("aws-sdk:sagemaker:describeModel", {"ModelName": "none"})}
    assert run(define("look", states))["error"] == "SageMaker.SageMakerException"


def test_a_child_that_fails_fails_the_parent_with_its_description(define: Define) -> None:
    child = define("child", {"Stop": {"Type": "Fail", "Error": "NoData", "Cause": "Nothing to train on"}})
    nested = {"StateMachineArn": child, "Input": {"a": 1}, "Name": "one"}
    ended = run(define("parent", {"Child": call("states:startExecution.sync:2", nested)}))
    cause = json.loads(ended["cause"])
    assert ended["error"] == "States.TaskFailed"
    assert (cause["Error"], cause["Cause"], cause["Status"]) == ("NoData", "Nothing to train on", "FAILED")
    assert (cause["Name"], json.loads(cause["Input"]), "Output" in cause) == ("one", {"a": 1}, False)


def test_a_child_that_succeeds_gives_its_output_as_json(define: Define) -> None:
    child = define("child", {"Give": {"Type": "Pass", "Output": {"n": 1}, "End": True}})
    nested = {"StateMachineArn": child, "Input": {}}
    output = json.loads(run(define("parent", {"Child": call("states:startExecution.sync:2", nested)}))["output"])
    assert (output["Output"], output["Status"], output["InputDetails"]) == ({"n": 1}, "SUCCEEDED", {"Included": True})


def test_stopping_a_parent_stops_its_children_in_a_map_and_their_jobs(played: Played, define: Define) -> None:
    child = define("child", {"Train": job("endless-3")})
    nested = call("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {}, "Name": "inside"})
    after = call("aws-sdk:personalize:createSchema", {"Name": "after", "Schema": "{}"})
    del nested["End"]
    processor = {"StartAt": "Child", "States": {"Child": {**nested, "Next": "After"}, "After": after}}
    parent = start(define("parent", {"Map": {"Type": "Map", "Items": [1], "ItemProcessor": processor, "End": True}}))
    inside = "arn:aws:states:us-east-1:000000000000:execution:child:inside".replace(
        "000000000000", parent.split(":")[4]
    )
    wait_until(lambda: played.sagemaker.records.of("job").get("endless-3", {}).get("looks"))
    stepfunctions._stop_execution({"executionArn": parent})
    assert ended(inside)["status"] == "ABORTED"
    wait_until(lambda: played.sagemaker.stopped == ["endless-3"])  # type: ignore[attr-defined]
    assert stepfunctions._executions[parent]["status"] == "ABORTED"
    assert played.personalize.records.of("schema") == {}


def test_objects_are_written_as_json_and_read_as_text(define: Define) -> None:
    at = {"Bucket": "seam-bucket", "Key": "a/b.json"}
    states = {
        "Bucket": call("aws-sdk:s3:createBucket", {"Bucket": "seam-bucket"}, Next="Put"),
        "Put": call(
            "aws-sdk:s3:putObject",
            {**at, "Body": {"n": [1]}, "ContentType": "application/json", "Metadata": {"run": "r1"}},
            Next="Head",
        ),
        "Head": call("aws-sdk:s3:headObject", at, Next="Get"),
        "Get": call("aws-sdk:s3:getObject", at, Assign={"read": "{% $states.result %}"}, Next="Absent"),
        "Absent": call(
            "aws-sdk:s3:headObject",
            {**at, "Key": "none"},
            Catch=[{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "List"}],
            Next="List",
        ),
        "List": call(
            "aws-sdk:s3:listObjectsV2",
            {"Bucket": "seam-bucket", "Prefix": "a/"},
            Next="Empty",
            Assign={"listed": "{% $states.result %}"},
        ),
        "Empty": call(
            "aws-sdk:s3:listObjectsV2",
            {"Bucket": "seam-bucket", "Prefix": "none"},
            Output={"empty": "{% $states.result %}", "read": "{% $read %}", "listed": "{% $listed %}"},
        ),
    }
    ended = run(define("objects", states))
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    output = json.loads(ended["output"])
    assert (output["read"]["Body"], output["read"]["Metadata"]) == ('{"n":[1]}', {"run": "r1"})
    assert (output["listed"]["KeyCount"], output["listed"]["Contents"][0]["Key"]) == (1, "a/b.json")
    assert (output["listed"]["IsTruncated"], output["listed"]["Contents"][0]["Size"]) == (False, 9)
    assert output["empty"]["KeyCount"] == 0


def test_a_missing_object_has_the_name_that_s3_gives(define: Define) -> None:
    states = {"Get": call("aws-sdk:s3:getObject", {"Bucket": "no-such-bucket-here", "Key": "a"})}
    assert run(define("objects", states))["error"] == "S3.NoSuchBucketException"


def test_parameters_and_items_work_in_jsonata(define: Define) -> None:
    key = {"key": {"S": "run#1"}}
    table = {
        "TableName": "seam-runs",
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    update = {
        "TableName": "seam-runs",
        "Key": key,
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "{% $string(1 + 1) %}"}},
    }
    states = {
        "Put": call(
            "aws-sdk:ssm:putParameter",
            {"Name": "/seam/run", "Value": "{% 'r' & '1' %}", "Type": "String", "Overwrite": True},
            Next="Get",
        ),
        "Get": call(
            "aws-sdk:ssm:getParameter",
            {"Name": "/seam/run"},
            Assign={"run": "{% $states.result.Parameter.Value %}"},
            Next="Table",
        ),
        "Table": call("aws-sdk:dynamodb:createTable", table, Next="Item"),
        "Item": call("dynamodb:putItem", {"TableName": "seam-runs", "Item": {**key, "n": {"N": "1"}}}, Next="Update"),
        "Update": call("dynamodb:updateItem", update, Next="Read"),
        "Read": call(
            "dynamodb:getItem",
            {"TableName": "seam-runs", "Key": key},
            Output={"run": "{% $run %}", "n": "{% $states.result.Item.n.N %}"},
        ),
    }
    ended = run(define("store", states))
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    assert json.loads(ended["output"]) == {"run": "r1", "n": "2"}


@pytest.mark.parametrize(
    ("member", "seen"),
    [
        ("AutoMLJobName", "AutoMLJobName"),  # MiniStack's own: AutomlJobName
        ("MaxAutoMLJobRuntimeInSeconds", "MaxAutoMLJobRuntimeInSeconds"),
        ("DBInstanceARN", "DbInstanceARN"),
        ("ETag", "ETag"),
        ("SS", "Ss"),
        ("solutionArn", "SolutionArn"),
        ("S3Uri", "S3Uri"),
    ],
)
def test_members_have_the_names_of_the_java_sdk(played: Played, member: str, seen: str) -> None:
    assert stepfunctions._api_name_to_sfn_key(member) == seen
