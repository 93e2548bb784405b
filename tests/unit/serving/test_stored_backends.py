"""Lists and candidates that a run stored: read by DynamoDB's own protocol, cold for whoever has none."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from bakeoff.contracts.interactions import Event, ScoredItem
from bakeoff.serving.attributes import to_item
from bakeoff.serving.backends import Question, backend_of
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import Manner, StubBackends, answers

STORED = {"type": "stored-lists", "name": "a-1", "table": "bakeoff-test-lists", "rows": "a/1/stored", "parts": 1}
LIVE = {**STORED, "type": "autopilot-endpoint", "rows": "candidates/1/bodies/selected"}


@pytest.fixture
def transport(session: Session, stub: StubBackends, aws_environment: pytest.MonkeyPatch) -> Iterator[AwsTransport]:
    aws_environment.setenv("AWS_ENDPOINT_URL_DYNAMODB", stub.url)
    made = AwsTransport(session, services=["dynamodb", "sagemaker-runtime"])
    yield made
    made.close()


def holds(**row: Any) -> Manner:
    """The table, asked for one row."""
    return answers({"Item": to_item(row)} if row else {})


def ask(backend: dict[str, Any], transport: AwsTransport, user_id: str | None = "u 1", n: int = 2) -> Any:
    history = (Event("m1", 4.0, 100),)
    question = Question(user_id=user_id, history=history, n=n)
    return backend_of(backend, transport).ask(question, Deadline.after(20))


def test_a_stored_list_is_read_by_the_users_id(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["dynamodb"] = holds(key="k", items='[["b",4.5],["a",4.25],["c",1.0]]')
    answer = ask(STORED, transport)
    assert answer.items == (ScoredItem("b", 4.5), ScoredItem("a", 4.25))
    assert not answer.cold
    [received] = stub.received
    assert received.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert received.headers["content-type"] == "application/x-amz-json-1.0"
    assert "x-amz-target" in received.headers["authorization"], "it is signed"
    assert received.body == {"TableName": "bakeoff-test-lists", "Key": {"key": {"S": "a/1/stored#u 1"}}}


@pytest.mark.parametrize("backend", [STORED, LIVE], ids=["stored", "live"])
def test_nobody_is_asked_for_a_posted_history_and_an_unknown_user_is_cold(
    transport: AwsTransport, stub: StubBackends, backend: dict[str, Any]
) -> None:
    answer = ask(backend, transport, user_id=None)
    assert (answer.items, answer.cold, stub.received) == ((), True, [])
    stub.manners["dynamodb"] = holds()
    assert ask(backend, transport).cold


def test_stored_candidates_are_rated_by_the_endpoint_and_ties_stay_as_they_were(
    transport: AwsTransport, stub: StubBackends
) -> None:
    stub.manners["dynamodb"] = holds(key="k", itemIds='["a","b","c"]', body="1,x\n2,ä\n3,z\n")
    stub.manners["a-1"] = answers(b"3.5\n4.0\n3.5\n")
    assert ask(LIVE, transport, n=3).items == (ScoredItem("b", 4.0), ScoredItem("a", 3.5), ScoredItem("c", 3.5))
    [row, received] = stub.received
    assert row.body["Key"] == {"key": {"S": "candidates/1/bodies/selected#u 1"}}
    assert received.path == "/endpoints/a-1/invocations"
    assert (received.headers["content-type"], received.headers["accept"]) == ("text/csv", "text/csv")
    assert received.body == {"csv": "1,x\n2,ä\n3,z\n"}


@pytest.mark.parametrize("rated", [b"3.5\n", b"3.5\nnan\n", b"3.5\ngood\n", b""])
def test_an_endpoint_that_does_not_rate_every_candidate_is_an_error(
    transport: AwsTransport, stub: StubBackends, rated: bytes
) -> None:
    stub.manners["dynamodb"] = holds(key="k", itemIds='["a","b"]', body="1\n2\n")
    stub.manners["a-1"] = answers(rated)
    with pytest.raises(BackendError) as failed:
        ask(LIVE, transport)
    assert failed.value.status == "error"


@pytest.mark.parametrize("backend", [STORED, LIVE], ids=["stored", "live"])
def test_a_row_that_cannot_be_read_is_an_error_of_this_contestant(
    transport: AwsTransport, stub: StubBackends, backend: dict[str, Any]
) -> None:
    for row in ({"key": "k"}, {"key": "k", "items": "[", "itemIds": "["}):
        stub.manners["dynamodb"] = holds(**row)
        with pytest.raises(BackendError, match="cannot be read"):
            ask(backend, transport)
