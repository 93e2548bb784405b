"""Answers CloudFormation's custom resource: on deletion of the stack, removes what the runs made outside of it."""

import json
import os
from typing import Any

import urllib3

from bakeoff.errors import BakeoffError
from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from bakeoff.workflow.remains import remove_remains

_RESERVE_MS = 20_000  # of the function's time, to say that it was not enough


def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """CloudFormation waits for one answer, sent to a URL that it gives.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "bakeoff-clean-up"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    if event["RequestType"] == "Delete":
        cloud = Cloud(settings=WorkflowSettings.from_environment(os.environ, "prefix"))
        try:
            removed = remove_remains(cloud, may_go_on=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
            print(json.dumps({"removed": removed}))  # noqa: T201, the function's log
        except BakeoffError as error:
            answer |= {"Status": "FAILED", "Reason": str(error)}
    urllib3.PoolManager().request("PUT", event["ResponseURL"], body=json.dumps(answer).encode())
