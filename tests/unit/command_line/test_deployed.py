"""Reading what is deployed out of the stacks' outputs; the answers fit botocore's model of the services."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import reachable_api_url, read_deployed, stack_outputs
from bakeoff.errors import CloudError

Outputs = dict[str, dict[str, str]]
OUTPUTS: Outputs = {
    "data": {"BucketName": "b", "RunsTableName": "r", "PromotedRunParameter": "/p"},
    "training": {
        "RunStateMachineArn": "run-arn",
        "SageMakerStateMachineArn": "sagemaker-arn",
        "PersonalizeStateMachineArn": "personalize-arn",
        "AutopilotStateMachineArn": "autopilot-arn",
    },
    "serving": {"ApiUrl": "https://abc.execute-api.us-east-1.amazonaws.com/v1/", "ApiKeyId": "key-id"},
}


def client(service: str) -> Any:
    session: Any = boto3.Session(aws_access_key_id="t", aws_secret_access_key="t", region_name="us-east-1")
    return session.client(service)


def cloud_formation(outputs: Outputs) -> Any:
    """A client that knows the stacks of `outputs` and no other."""
    made = client("cloudformation")
    stubber = Stubber(made)
    for stack in ("data", "training", "serving"):
        name = f"bakeoff-local-{stack}"
        if stack in outputs:
            listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs[stack].items()]
            described = {"StackName": name, "CreationTime": datetime.now(UTC), "StackStatus": "CREATE_COMPLETE"}
            stubber.add_response("describe_stacks", {"Stacks": [{**described, "Outputs": listed}]}, {"StackName": name})
        else:
            message = f"Stack with id {name} does not exist"
            stubber.add_client_error("describe_stacks", "ValidationError", message, 400, None, {"StackName": name})
    stubber.activate()
    return made


def test_reads_every_name_and_the_api_keys_value(played: Callable[..., Cloud]) -> None:
    gateway = client("apigateway")
    stubber = Stubber(gateway)
    stubber.add_response("get_api_key", {"value": "the-key"}, {"apiKey": "key-id", "includeValue": True})
    stubber.activate()

    deployed = read_deployed(played(cloudformation=cloud_formation(OUTPUTS), apigateway=gateway))

    assert deployed.bucket == "b"
    assert deployed.runs_table == "r"
    assert deployed.promoted_run_parameter == "/p"
    assert deployed.run_machine == "run-arn"
    assert deployed.contestant_machines == ("sagemaker-arn", "personalize-arn", "autopilot-arn")
    assert deployed.api_url == "http://127.0.0.1:4566/restapis/abc/v1/_user_request_"
    assert deployed.api_key == "the-key"
    stubber.assert_no_pending_responses()


def test_a_stack_that_is_not_there_is_named_with_the_command_that_deploys_it(played: Callable[..., Cloud]) -> None:
    assert stack_outputs(played(cloudformation=cloud_formation({})), "data") is None
    without_serving = {stack: values for stack, values in OUTPUTS.items() if stack != "serving"}
    with pytest.raises(CloudError, match=r"bakeoff-local-serving is not deployed.*bakeoff deploy --env local"):
        read_deployed(played(cloudformation=cloud_formation(without_serving)))


def test_a_missing_output_is_named_with_the_stacks_state(played: Callable[..., Cloud]) -> None:
    outputs = {**OUTPUTS, "data": {"BucketName": "b", "PromotedRunParameter": "/p"}}
    with pytest.raises(
        CloudError, match="bakeoff-local-data is in state CREATE_COMPLETE and has no output RunsTableName"
    ):
        read_deployed(played(cloudformation=cloud_formation(outputs)))


def test_the_api_is_called_under_a_path_on_the_local_cloud_and_by_its_own_name_on_aws() -> None:
    url = "https://abc.execute-api.us-east-1.amazonaws.com/v1/"
    local = "http://127.0.0.1:4566"
    assert reachable_api_url(url, endpoint=local) == f"{local}/restapis/abc/v1/_user_request_"
    assert reachable_api_url(url, endpoint=None) == "https://abc.execute-api.us-east-1.amazonaws.com/v1"
    with pytest.raises(CloudError, match="no API Gateway address"):
        reachable_api_url("https://example.org/", endpoint=local)
