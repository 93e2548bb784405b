"""Answers CloudFormation as a custom resource that does its work when the stack is deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import urllib3

from bakeoff.errors import BakeoffError

Send = Callable[[str, bytes], Any]
# Characters of a reason: an answer may have 4,096 bytes, and a character takes up to four.
_LONGEST_REASON = 800


def _put(url: str, body: bytes) -> None:
    urllib3.PoolManager().request("PUT", url, body=body)


def answer(event: Mapping[str, Any], *, on_delete: Callable[[], Any], send: Send = _put) -> None:
    """Run `on_delete` if the stack is being deleted, and tell CloudFormation how it went.

    Without an answer CloudFormation waits for an hour, so an unexpected error is answered too, before it goes on.
    """
    said: dict[str, Any] = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        if event["RequestType"] == "Delete":
            on_delete()
    except BakeoffError as error:
        said |= {"Status": "FAILED", "Reason": str(error)[:_LONGEST_REASON]}
    except Exception as error:
        said |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:_LONGEST_REASON]}
        raise
    finally:
        send(event["ResponseURL"], json.dumps(said, ensure_ascii=False).encode())
