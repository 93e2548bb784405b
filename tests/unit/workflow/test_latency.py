"""Measuring one staged backend: real questions of the test users, seen items asked for on top."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from bakeoff.serving.backends import SERVICES
from bakeoff.serving.transport import AwsTransport
from bakeoff.workflow.latency import READ_BYTES, measure_backend
from bench.stub_backends import CAMPAIGN, StubBackends, recommends

KEY = "prepared/v1/requests/histories.jsonl"
EASE = {"name": "ease", "backend": {"type": "sagemaker-endpoint", "name": "ease-1"}}


@pytest.fixture
def transport(session: Session, stub: StubBackends) -> Iterator[AwsTransport]:
    made = AwsTransport(session, services=SERVICES)
    yield made
    made.close()


def line(user: str, *items: str) -> str:
    history = [{"itemId": item, "value": 4.0, "timestamp": at} for at, item in enumerate(items)]
    return json.dumps({"userId": user, "history": history, "n": 103}) + "\n"


def given(contestant: dict[str, Any], questions: int, concurrency: int = 1) -> dict[str, Any]:
    return {"contestant": contestant, "questionsKey": KEY, "questions": questions, "concurrency": concurrency}


def test_an_endpoint_is_asked_what_the_api_would_ask(aws: Any, transport: AwsTransport, stub: StubBackends) -> None:
    aws.put_file(KEY, line("u1", "a", "b", "a"))
    stub.manners["ease-1"] = recommends("c")
    measured = measure_backend(aws.cloud, given(EASE, 5), transport)
    assert measured["name"] == "ease"
    assert (measured["n"], measured["errors"]) == (5, {})
    assert 0 < measured["p50"] <= measured["p95"] <= measured["p99"]
    asked = stub.of("ease-1")
    assert len(asked) == 5 + 3, "three questions warm it up"
    assert asked[0].body == {
        "userId": "u1",
        "history": [{"itemId": item, "value": 4.0, "timestamp": at} for at, item in enumerate("aba")],
        "n": 10 + 2,
    }
    assert aws.called("GetObject")[0][1]["Range"] == f"bytes=0-{READ_BYTES - 1}"


def test_a_campaign_is_asked_by_user(aws: Any, transport: AwsTransport, stub: StubBackends) -> None:
    aws.put_file(KEY, line("u1", "a"))
    stub.manners["sims-1"] = recommends("c")
    sims = {"name": "sims", "backend": {"type": "personalize-campaign", "arn": CAMPAIGN.format("sims-1")}}
    assert measure_backend(aws.cloud, given(sims, 1), transport)["n"] == 1
    assert stub.of("sims-1")[0].body == {"campaignArn": CAMPAIGN.format("sims-1"), "userId": "u1", "numResults": 11}


def test_who_answers_what_is_alike_alone_is_asked_by_item(
    aws: Any, transport: AwsTransport, stub: StubBackends
) -> None:
    aws.put_file("prepared/v1/requests/items.jsonl", '{"itemId": "a"}\n{"itemId": "cut')
    stub.manners["alike-1"] = recommends("c")
    backend = {"type": "personalize-campaign", "arn": CAMPAIGN.format("alike-1")}
    measured = measure_backend(
        aws.cloud, given({"name": "alike", "answers": ["similar"], "backend": backend}, 1), transport
    )
    assert measured["n"] == 1
    assert stub.of("alike-1")[0].body == {"campaignArn": backend["arn"], "itemId": "a", "numResults": 10}


def test_a_backend_that_never_answers_is_counted_not_raised(
    aws: Any, transport: AwsTransport, stub: StubBackends
) -> None:
    aws.put_file(KEY, line("u1", "a"))
    measured = measure_backend(aws.cloud, given(EASE, 4), transport)
    nothing = dict.fromkeys(("p50", "p95", "p99", "mean", "requestsPerSecond"))
    assert measured == {**nothing, "name": "ease", "n": 0, "errors": {"error": 4}, "concurrency": 1}


def test_a_burst_shares_one_transport_between_its_threads(
    aws: Any, transport: AwsTransport, stub: StubBackends
) -> None:
    aws.put_file(KEY, "".join(line(f"u{n}", "a") for n in range(50)))
    stub.manners["ease-1"] = recommends("c")
    measured = measure_backend(aws.cloud, given(EASE, 200, concurrency=8), transport)
    assert (measured["n"], measured["errors"], measured["concurrency"]) == (200, {}, 8)
    assert measured["requestsPerSecond"] > 0
    assert len(stub.of("ease-1")) == 200 + 8 * 3, "each thread warms up with three"


def test_a_line_that_is_cut_is_left_out(aws: Any, transport: AwsTransport, stub: StubBackends) -> None:
    aws.put_file(KEY, line("u1", "a") + line("u2", "b") + line("u3", "c")[:20])
    stub.manners["ease-1"] = recommends("c")
    measure_backend(aws.cloud, given(EASE, 30), transport)
    assert {one.body["userId"] for one in stub.of("ease-1")} == {"u1", "u2"}


def test_the_same_questions_are_asked_every_time(aws: Any, transport: AwsTransport, stub: StubBackends) -> None:
    aws.put_file(KEY, "".join(line(f"u{n}", "a") for n in range(50)))
    stub.manners["ease-1"] = recommends("c")
    for _ in range(2):
        measure_backend(aws.cloud, given(EASE, 10), transport)
    users = [one.body["userId"] for one in stub.of("ease-1")]
    assert users[:13] == users[13:]
    assert len(set(users)) > 5
