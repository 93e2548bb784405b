"""Sends one signed request to an AWS runtime service and reads the answer, all of it before a deadline.

urllib3 with botocore's signer costs less CPU than botocore's clients (`python -m bench.fan_out`), and lets the
deadline count for the whole answer: a botocore client's read timeout starts anew with every byte that drips in.
"""

import http.client
import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import get_cert_path
from botocore.session import Session
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError, FailedStatus
from bakeoff.serving.redaction import redact

MOST_BYTES = 8 * 2**20  # an instance endpoint answers at most 6 MB
_CHUNK = 65_536
_JSON = {"content-type": "application/json", "accept": "application/json"}
_STATUS_OF_CODE: dict[str, FailedStatus] = {
    # A serverless endpoint that is still being provisioned, or a multi-model endpoint loading its model:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    "ModelNotReadyException": "waking",
    "Throttling": "throttled",
    "ThrottlingException": "throttled",
    "ThrottledException": "throttled",
    "ProvisionedThroughputExceededException": "throttled",
    "TooManyRequestsException": "throttled",
    "RequestLimitExceeded": "throttled",
}


@dataclass(frozen=True)
class _Place:
    url: str
    region: str
    signing_name: str


@dataclass(frozen=True)
class _Request:
    place: _Place
    path: str
    body: bytes
    headers: Mapping[str, str]


class AwsTransport:
    """Signed requests over kept-alive connections; safe to share between threads.

    Args:
        session: gives credentials and region. Its own rules find each service's address, so ``AWS_ENDPOINT_URL``
            and ``AWS_ENDPOINT_URL_<SERVICE>`` are honoured.
        services: botocore's names of the services that will be asked, such as ``sagemaker-runtime``.
        connections: kept open for each service.
    """

    def __init__(self, session: Session, *, services: Iterable[str], connections: int = 32) -> None:
        self._session = session
        self._places = {service: _place(session, service) for service in services}
        self._pool = urllib3.PoolManager(
            maxsize=connections, retries=False, ssl_context=_ssl_context(session, self._places.values())
        )
        self._pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        self._credentials_lock = threading.Lock()

    def post(
        self,
        service: str,
        path: str,
        payload: Mapping[str, Any],
        *,
        deadline: Deadline,
        headers: Mapping[str, str] = _JSON,
    ) -> Any:
        """POST `payload` as JSON and give back the answer's JSON.

        Args:
            headers: where a service wants others than plain JSON's.

        Raises:
            BackendError: late, refused, unreachable, or not JSON.
        """
        body = json.dumps(payload, separators=(",", ":")).encode()
        return _parsed(self.send(service, path, body, headers=headers, deadline=deadline))

    def send(self, service: str, path: str, body: bytes, *, headers: Mapping[str, str], deadline: Deadline) -> bytes:
        """POST `body` as it is and give back the answer's bytes.

        Raises:
            BackendError: late, refused or unreachable.
        """
        request = _Request(self._places[service], path, body, headers)
        try:
            status, told, answer = self._send_again_if_stale(request, deadline)
        except urllib3.exceptions.HTTPError as error:
            raise _unanswered(error) from error
        if status != 200:
            raise _refusal(status, told, answer)
        return answer

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.clear()

    def _send_again_if_stale(self, request: _Request, deadline: Deadline) -> tuple[int, Mapping[str, str], bytes]:
        """A connection kept while Lambda was frozen may be dead: asking changes nothing, so ask once more."""
        try:
            return self._send(request, deadline)
        except urllib3.exceptions.ProtocolError as error:
            if not any(isinstance(cause, ConnectionError) for cause in error.args):
                raise
        return self._send(request, deadline)

    def _send(self, request: _Request, deadline: Deadline) -> tuple[int, Mapping[str, str], bytes]:
        left = deadline.remaining()
        if left <= 0:
            raise urllib3.exceptions.TimeoutError
        response = self._pool.urlopen(
            "POST",
            request.place.url + request.path,
            body=request.body,
            headers=self._signed(request),
            timeout=urllib3.Timeout(total=left),
            redirect=False,
            preload_content=False,
        )
        try:
            return response.status, response.headers, _read(response)
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()

    def _signed(self, asked: _Request) -> dict[str, str]:
        with self._credentials_lock:
            credentials = self._session.get_credentials()
        if credentials is None:
            raise BackendError("error", "the function has no AWS credentials")
        place = asked.place
        request = AWSRequest("POST", place.url + asked.path, data=asked.body, headers=dict(asked.headers))
        SigV4Auth(credentials.get_frozen_credentials(), place.signing_name, place.region).add_auth(request)
        return dict(request.headers.items())


def _place(session: Session, service: str) -> _Place:
    meta = session.create_client(service).meta
    return _Place(meta.endpoint_url.rstrip("/"), meta.region_name, meta.service_model.signing_name)


def _ssl_context(session: Session, places: Iterable[_Place]) -> ssl.SSLContext | None:
    """One context for all connections: reading the certificates anew for each costs tens of milliseconds."""
    if not any(place.url.startswith("https:") for place in places):
        return None
    return ssl.create_default_context(cafile=session.get_config_variable("ca_bundle") or get_cert_path(True))


# In quotes: urllib3 1.26, which Lambda's Python may come with, has no class of that name.
def _read(response: "urllib3.BaseHTTPResponse") -> bytes:
    chunks = io.BytesIO()
    while chunk := response.read(_CHUNK):
        chunks.write(chunk)
        if chunks.tell() > MOST_BYTES:
            raise BackendError("error", f"the answer is larger than {MOST_BYTES // 2**20} MiB")
    return chunks.getvalue()


def _unanswered(error: urllib3.exceptions.HTTPError) -> BackendError:
    # urllib3 counts a refused connection (NewConnectionError) among the time-outs.
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return BackendError("timeout", "no answer within the budget")
    return BackendError("error", f"the backend cannot be reached ({type(error).__name__})")


def _parsed(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise BackendError("error", "the answer is not JSON") from None


def _refusal(status: int, headers: Mapping[str, str], answer: bytes) -> BackendError:
    """What AWS's JSON protocol says about an error: the code in a header or in the body, a message in the body."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        said = {}
    if not isinstance(said, dict):
        said = {}
    code = headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or f"HTTP {status}"
    code = str(code).split(":")[0].rsplit("#", 1)[-1]
    message = said.get("message") or said.get("Message") or ""
    failed = _STATUS_OF_CODE.get(code, "throttled" if status == 429 else "error")
    return BackendError(failed, redact(f"{code}: {message}" if message else code))


class _WholeAnswer(io.RawIOBase):
    """Reads a socket so that its timeout counts for the whole answer instead of for each read."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._stream = connection.makefile("rb", buffering=0)
        # urllib3 has just set the socket's timeout to what is left of the request's total.
        left = connection.gettimeout()
        self._ends = None if left is None else time.monotonic() + left

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._connection.fileno()

    def readinto(self, buffer: Any, /) -> int | None:
        if self._ends is not None:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer drips past the deadline")
            self._connection.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_WholeAnswer(sock))


class _HttpConnection(HTTPConnection):
    response_class = _TimedResponse


class _HttpsConnection(HTTPSConnection):
    response_class = _TimedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection
