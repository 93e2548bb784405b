"""What a local cloud still holds after its launcher was killed or stopped."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.client import Running, stop
from local_cloud.generations import Generations
from tests.integration.local_cloud import shop
from tests.integration.local_cloud.conftest import Start, aws, wait_until

Kill = Callable[[Running], None]


def deploy(running: Running, name: str, template: dict[str, Any]) -> dict[str, str]:
    """Deploy a stack and wait; its outputs."""
    stacks = aws(running, "cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"])
    wait_until(lambda: stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")
    return outputs_of(running, name)


def outputs_of(running: Running, name: str) -> dict[str, str]:
    (stack,) = aws(running, "cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def upload_code(running: Running, source: str = shop.FUNCTION) -> None:
    s3 = aws(running, "s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="function.zip", Body=shop.archive(source))


def wait_until_written(running: Running, service: str, words: str) -> None:
    """Wait until the current generation of the state of `service` has the `words`."""
    history = Generations(running.state / "generations")

    def written() -> bool:
        current = history.current()
        return current is not None and words in (current / f"{service}.json").read_text()

    wait_until(written, seconds=10)


def test_a_killed_local_cloud_comes_back_with_all_that_was_deployed_and_stored(start: Start, kill: Kill) -> None:
    before = start()
    upload_code(before)
    given = deploy(before, "shop", shop.TEMPLATE)
    aws(before, "s3").put_object(Bucket=given["Bucket"], Key="a/b.json", Body=b"[1]", Metadata={"run": "r1"})
    aws(before, "dynamodb").put_item(TableName=given["Table"], Item={"key": {"S": "k"}, "n": {"N": "7"}})
    aws(before, "logs").create_log_group(logGroupName="/shop")
    aws(before, "ssm").put_parameter(Name="/shop/run", Value="r1", Type="String")
    wait_until_written(before, "ssm", "/shop/run")
    kill(before)

    after = start()
    assert outputs_of(after, "shop") == given
    stored = aws(after, "s3").get_object(Bucket=given["Bucket"], Key="a/b.json")
    assert (stored["Body"].read(), stored["Metadata"]) == (b"[1]", {"run": "r1"})
    assert aws(after, "s3").get_bucket_versioning(Bucket=given["Bucket"])["Status"] == "Enabled"
    item = aws(after, "dynamodb").get_item(TableName=given["Table"], Key={"key": {"S": "k"}})["Item"]
    assert item["n"] == {"N": "7"}
    assert aws(after, "ssm").get_parameter(Name="/shop/run")["Parameter"]["Value"] == "r1"
    assert aws(after, "iam").get_role(RoleName=given["Role"])["Role"]["RoleName"] == given["Role"]
    assert aws(after, "logs").describe_log_groups(logGroupNamePrefix="/shop")["logGroups"]
    with urllib.request.urlopen(f"{after.endpoint}/restapis/{given['Api']}/v1/_user_request_/hello") as answer:
        assert json.load(answer) == {"hello": "world"}
    machines = aws(after, "stepfunctions")
    execution = machines.start_execution(stateMachineArn=given["Machine"])["executionArn"]
    wait_until(lambda: machines.describe_execution(executionArn=execution)["status"] == "SUCCEEDED")


def test_a_stop_keeps_what_was_written_just_before_it(start: Start) -> None:
    before = start()
    aws(before, "ssm").put_parameter(Name="/last", Value="word", Type="String")
    assert stop(before.state) is True
    assert aws(start(), "ssm").get_parameter(Name="/last")["Parameter"]["Value"] == "word"


def test_a_deployment_that_is_killed_is_undone_and_can_be_repeated(start: Start, kill: Kill) -> None:
    before = start()
    upload_code(before, "import time\ndef lambda_handler(event, context):\n    time.sleep(600)\n")
    kept = deploy(before, "kept", {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    wait_until_written(before, "cloudformation", "kept")
    waiting = {
        "Role": shop.TEMPLATE["Resources"]["Role"],
        "Function": shop.TEMPLATE["Resources"]["Function"],
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "half-made"}},
        "Slow": {
            "Type": "Custom::Slow",
            "DependsOn": "Bucket",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    }
    stacks = aws(before, "cloudformation")
    stacks.create_stack(StackName="half", TemplateBody=json.dumps({"Resources": waiting}))
    buckets = aws(before, "s3")
    wait_until(lambda: "half-made" in [bucket["Name"] for bucket in buckets.list_buckets()["Buckets"]])
    kill(before)

    after = start()
    assert outputs_of(after, "kept") == kept
    with pytest.raises(Exception, match="does not exist"):
        outputs_of(after, "half")
    assert "half-made" not in [bucket["Name"] for bucket in aws(after, "s3").list_buckets()["Buckets"]]
    del waiting["Slow"]
    deploy(after, "half", {"Resources": waiting})


def test_an_execution_that_was_killed_has_failed(start: Start, kill: Kill) -> None:
    before = start(wait_scale=1)
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    machines = aws(before, "stepfunctions")
    machine = machines.create_state_machine(
        name="waiting", definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/waiting"
    )["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    wait_until_written(before, "stepfunctions", execution)
    kill(before)
    described = aws(start(), "stepfunctions").describe_execution(executionArn=execution)
    assert described["status"] == "FAILED"


def test_a_folder_at_rest_gets_no_new_generation(start: Start) -> None:
    running = start()
    aws(running, "ssm").put_parameter(Name="/rest", Value="1", Type="String")
    wait_until_written(running, "ssm", "/rest")
    pointer = running.state / "generations" / "current"
    generation, looked = pointer.read_text(), time.monotonic()
    while time.monotonic() < looked + 3:
        aws(running, "ssm").get_parameter(Name="/rest")
    assert pointer.read_text() == generation
    assert len([folder for folder in pointer.parent.iterdir() if folder.is_dir()]) <= 2
