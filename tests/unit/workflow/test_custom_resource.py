"""Answering CloudFormation: always exactly once, in the shape that it reads, also when the work fails."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from bakeoff.errors import CloudError
from bakeoff.workflow.custom_resource import answer

EVENT = {
    "RequestType": "Delete",
    "ResponseURL": "https://s3/presigned",
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1",
    "RequestId": "r-1",
    "LogicalResourceId": "RemoveRemains",
    "PhysicalResourceId": "remains-1",
}
IDS = {key: EVENT[key] for key in ("StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId")}
LONGEST_ANSWER = 4096  # bytes; CloudFormation's page on response objects


class Sent(list[tuple[str, dict[str, Any]]]):
    """What was sent to which address."""

    def __call__(self, url: str, body: bytes) -> None:
        assert len(body) <= LONGEST_ANSWER
        self.append((url, json.loads(body)))


def test_a_deletion_does_the_work_and_says_so() -> None:
    sent, done = Sent(), []
    answer(EVENT, on_delete=lambda: done.append(1), send=sent)
    assert done == [1]
    assert sent == [("https://s3/presigned", {"Status": "SUCCESS", **IDS})]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_is_done_before_the_stack_goes(request_type: str) -> None:
    sent, done = Sent(), []
    event = {**EVENT, "RequestType": request_type}
    if request_type == "Create":
        del event["PhysicalResourceId"]
    answer(event, on_delete=lambda: done.append(1), send=sent)
    assert done == []
    physical = "RemoveRemains" if request_type == "Create" else "remains-1"
    assert sent == [("https://s3/presigned", {"Status": "SUCCESS", **IDS, "PhysicalResourceId": physical})]


def fails(error: Exception) -> Any:
    def work() -> None:
        raise error

    return work


def test_a_known_failure_is_told_in_its_own_words() -> None:
    sent = Sent()
    answer(EVENT, on_delete=fails(CloudError("Not yet deleted: a. Try again.")), send=sent)
    assert sent == [("https://s3/presigned", {"Status": "FAILED", "Reason": "Not yet deleted: a. Try again.", **IDS})]


def test_an_unexpected_failure_is_answered_and_goes_on() -> None:
    sent = Sent()
    with pytest.raises(ZeroDivisionError):
        answer(EVENT, on_delete=fails(ZeroDivisionError("division by zero")), send=sent)
    [(_, said)] = sent
    assert (said["Status"], said["Reason"]) == ("FAILED", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("letter", ["a", "ä", "😀"])
def test_a_long_reason_is_cut_to_what_cloudformation_takes(letter: str) -> None:
    sent = Sent()
    answer(EVENT, on_delete=fails(CloudError(letter * 9000)), send=sent)
    assert len(sent[0][1]["Reason"]) >= 200


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What an address outside takes in: the requests."""
    received: list[dict[str, Any]] = []

    class Receive(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append({"path": self.path, "headers": {name.lower() for name in self.headers}, "body": body})
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receive) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()
        thread.join()


def test_the_answer_is_put_as_the_signed_address_wants_it(server: tuple[str, list[dict[str, Any]]]) -> None:
    url, received = server
    answer({**EVENT, "ResponseURL": f"{url}/bucket/key?Signature=a%2Fb"}, on_delete=lambda: None)
    [request] = received
    assert request["path"] == "/bucket/key?Signature=a%2Fb"
    assert json.loads(request["body"])["Status"] == "SUCCESS"
    assert "content-type" not in request["headers"], "the signature covers an empty one"
