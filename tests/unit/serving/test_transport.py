"""The transport: what reaches a service, where it is looked for, and that no answer outlasts its deadline."""

import threading
import time
from typing import Any

import pytest
from botocore.session import Session

from bakeoff.serving import transport as transport_module
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import StubBackends, answers, crashes, refuses

PATH = "/endpoints/ease/invocations"
WIDE = 20.0  # seconds; far more than any answer takes here, far less than a hung test would


def post(transport: AwsTransport, *, seconds: float = WIDE) -> Any:
    return transport.post("sagemaker-runtime", PATH, {"n": 3}, deadline=Deadline.after(seconds))


def test_a_request_arrives_signed_with_its_json(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = answers({"items": []})
    assert post(transport) == {"items": []}
    (received,) = stub.received
    assert (received.method, received.path, received.body) == ("POST", PATH, {"n": 3})
    assert received.headers["content-type"] == "application/json"
    authorization = received.headers["authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIDTEST/")
    assert "/us-east-1/sagemaker/aws4_request" in authorization
    assert received.headers["x-amz-security-token"] == "token"
    assert "x-amz-date" in received.headers


def test_the_signature_is_the_one_a_botocore_client_makes(transport: AwsTransport, stub: StubBackends) -> None:
    """Ours recomputed by botocore's signer over what arrived: a header changed on the way would break it."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    stub.manners["ease"] = answers({})
    post(transport)
    (received,) = stub.received
    request = AWSRequest(received.method, stub.url + received.path, data=b'{"n":3}')
    signed = received.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    for name in signed:
        request.headers[name] = received.headers[name]
    request.context["timestamp"] = received.headers["x-amz-date"]
    signer = SigV4Auth(Credentials("AKIDTEST", "secret", "token"), "sagemaker", "us-east-1")
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert received.headers["authorization"].endswith(f"Signature={expected}")


def test_connections_are_kept(transport: AwsTransport, stub: StubBackends) -> None:
    ports = []

    def note_port(handler: Any, body: dict[str, Any]) -> None:
        ports.append(handler.client_address)
        answers({})(handler, body)

    stub.manners["ease"] = note_port
    post(transport)
    post(transport)
    assert len(ports) == 2
    assert len(set(ports)) == 1


def test_one_address_for_all_services_is_honoured(stub: StubBackends, aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.delenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME")
    aws_environment.setenv("AWS_ENDPOINT_URL", stub.url + "/")
    stub.manners["ease"] = answers({"found": True})
    transport = AwsTransport(Session(), services=["sagemaker-runtime"])
    assert post(transport) == {"found": True}
    transport.close()


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("sagemaker-runtime", "https://runtime.sagemaker.eu-west-1.amazonaws.com"),
        ("personalize-runtime", "https://personalize-runtime.eu-west-1.amazonaws.com"),
    ],
)
def test_without_an_address_it_is_the_regions(
    service: str, url: str, session: Session, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    place = transport_module._place(session, service)
    assert (place.url, place.region) == (url, "eu-west-1")


@pytest.mark.parametrize("manner", ["hang", "drip", "drip_head"])
def test_no_slow_backend_holds_a_call_past_the_deadline(
    manner: str, transport: AwsTransport, stub: StubBackends
) -> None:
    stub.manners["ease"] = getattr(stub, manner)
    start = time.monotonic()
    with pytest.raises(BackendError, match="within the budget") as failure:
        post(transport, seconds=0.3)
    assert failure.value.status == "timeout"
    assert 0.2 < time.monotonic() - start < WIDE / 2


def test_a_passed_deadline_costs_no_call(transport: AwsTransport, stub: StubBackends) -> None:
    with pytest.raises(BackendError) as failure:
        post(transport, seconds=0)
    assert failure.value.status == "timeout"
    assert stub.received == []


def test_after_a_slow_answer_the_next_call_is_clean(transport: AwsTransport, stub: StubBackends) -> None:
    """A connection with half an answer in it must not be used again."""
    stub.manners["ease"] = stub.drip
    with pytest.raises(BackendError):
        post(transport, seconds=0.2)
    stub.manners["ease"] = answers({"clean": True})
    assert post(transport) == {"clean": True}


def test_a_connection_that_died_while_kept_is_replaced(transport: AwsTransport, stub: StubBackends) -> None:
    calls = []

    def dies_once(handler: Any, body: dict[str, Any]) -> None:
        calls.append(body)
        (crashes if len(calls) == 1 else answers({"second": True}))(handler, body)

    stub.manners["ease"] = dies_once
    assert post(transport) == {"second": True}
    assert len(calls) == 2


def test_a_crashing_backend_is_asked_twice_and_no_more(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = crashes
    with pytest.raises(BackendError, match="cannot be reached") as failure:
        post(transport)
    assert failure.value.status == "error"
    assert len(stub.received) == 2


def test_nothing_listening_is_an_error(aws_environment: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        aws_environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        transport = AwsTransport(Session(), services=["sagemaker-runtime"])
        with pytest.raises(BackendError, match="cannot be reached") as failure:
            post(transport)
    assert failure.value.status == "error"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (424, "ModelError", "error"),
        (429, "ThrottlingException", "throttled"),
        (400, "ThrottlingException", "throttled"),
        (429, "SomethingNew", "throttled"),
        (429, "ModelNotReadyException", "waking"),
        (503, "ServiceUnavailable", "error"),
        (400, "ValidationError", "error"),
        (403, "AccessDeniedException", "error"),
    ],
)
def test_a_refusal_has_a_status_and_its_code(
    status: int, code: str, expected: str, transport: AwsTransport, stub: StubBackends
) -> None:
    stub.manners["ease"] = refuses(status, code, "said so")
    with pytest.raises(BackendError) as failure:
        post(transport)
    assert (failure.value.status, failure.value.reason) == (expected, f"{code}: said so")
    assert len(stub.received) == 1


def test_a_reason_names_no_account(transport: AwsTransport, stub: StubBackends) -> None:
    said = (
        'Received server error (500) from primary with message "". See https://us-east-1.console.aws.amazon.com/x in '
        "account 123456789012, role arn:aws:iam::123456789012:role/x."
    )
    stub.manners["ease"] = refuses(424, "ModelError", said)
    with pytest.raises(BackendError) as failure:
        post(transport)
    assert "123456789012" not in failure.value.reason
    assert "arn:" not in failure.value.reason
    assert "https:" not in failure.value.reason
    assert failure.value.reason.startswith("ModelError: Received server error (500) from primary")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"__type":"com.amazonaws.x#InvalidInputException","message":"m"}', "InvalidInputException: m"),
        (b'{"code":"Throttling","Message":"m"}', "Throttling: m"),
        (b"<html>bad gateway</html>", "HTTP 502"),
        (b'["a list"]', "HTTP 502"),
        (b"", "HTTP 502"),
    ],
)
def test_a_refusals_code_is_found_in_the_body(
    body: bytes, code: str, transport: AwsTransport, stub: StubBackends
) -> None:
    stub.manners["ease"] = answers(body, status=502)
    with pytest.raises(BackendError) as failure:
        post(transport)
    assert failure.value.reason == code


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_not_json_is_an_error(body: bytes, transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = answers(body)
    with pytest.raises(BackendError, match="not JSON"):
        post(transport)


def test_an_endless_answer_is_cut_off(
    transport: AwsTransport, stub: StubBackends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "MOST_BYTES", 1_000)
    stub.manners["ease"] = answers(b"x" * 200_000)
    with pytest.raises(BackendError, match="larger than"):
        post(transport)


def test_threads_share_a_transport(transport: AwsTransport, stub: StubBackends) -> None:
    """Eight calls that all have to be under way at once to come back."""
    barrier = threading.Barrier(8, timeout=WIDE)

    def meet(handler: Any, body: dict[str, Any]) -> None:
        barrier.wait()
        answers({"ok": True})(handler, body)

    stub.manners["ease"] = meet
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(post(transport))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"ok": True}] * 8


def test_without_credentials_the_outcome_says_so(stub: StubBackends, aws_environment: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name)
    transport = AwsTransport(Session(), services=["sagemaker-runtime"])
    with pytest.raises(BackendError, match="no AWS credentials"):
        post(transport)
