"""Plays the runtimes' HTTP (SageMaker endpoints, Personalize campaigns, a table) for benchmarks and tests.

Bad manners are included.

python bench/stub_backends.py 9981 20      # every backend answers after 20 ms, until the process is ended
"""

import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

Handler = BaseHTTPRequestHandler
Manner = Callable[[Handler, dict[str, Any]], None]
CAMPAIGN = "arn:aws:personalize:us-east-1:123456789012:campaign/{}"


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it arrived; header names in lower case."""

    backend: str
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class StubBackends:
    """A server whose backends (endpoint or campaign names) behave as they are told.

    Args:
        port: 0 for any that is free.
        otherwise: the manner of backends that were told nothing; None answers 400 as an unknown endpoint does.
        certificate: a PEM file with key and certificate, to speak HTTPS.
        patience: seconds after which a backend that hangs or drips hangs up, so that no client waits for ever.
    """

    port: int = 0
    otherwise: Manner | None = None
    certificate: Path | None = None
    patience: float = 12.0
    manners: dict[str, Manner] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), _handler_of(self))
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def of(self, backend: str) -> list[Received]:
        """What one backend has received."""
        return [one for one in self.received if one.backend == backend]

    def hang(self, handler: Handler, _: dict[str, Any]) -> None:
        """Say nothing until the stub is released."""
        self.released.wait(self.patience)
        handler.close_connection = True

    def drip(self, handler: Handler, payload: dict[str, Any]) -> None:
        """Say the head at once and the body a byte at a time, until the client hangs up or the stub is released."""
        handler.send_response(200)
        handler.send_header("content-length", "1000000")
        handler.end_headers()
        self._drip_bytes(handler)

    def drip_head(self, handler: Handler, payload: dict[str, Any]) -> None:
        """Say even the head a byte at a time: a header that never ends."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-long: ")
        self._drip_bytes(handler)

    def _drip_bytes(self, handler: Handler) -> None:
        handler.close_connection = True
        ends = time.monotonic() + self.patience
        while time.monotonic() < ends and not self.released.wait(0.005):
            handler.wfile.write(b" ")
            handler.wfile.flush()


def answers(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Manner:
    """Answer `value` as JSON; bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()

    def manner(handler: Handler, _: dict[str, Any]) -> None:
        handler.send_response(status)
        for name, text in {"content-type": "application/json", **(headers or {})}.items():
            handler.send_header(name, text)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return manner


def recommends(*item_ids: str, status: str = "ok") -> Manner:
    """Answer as a SageMaker endpoint or as a campaign, whichever is asked, with falling scores."""
    items = [{"itemId": item_id, "score": 1 / place} for place, item_id in enumerate(item_ids, start=1)]
    endpoint, campaign = answers({"items": items, "status": status}), answers({"itemList": items})
    return lambda handler, payload: (campaign if "campaignArn" in payload else endpoint)(handler, payload)


def refuses(status: int, code: str, message: str) -> Manner:
    """Answer an error as AWS's JSON protocol spells it."""
    return answers({"message": message}, status=status, headers={"x-amzn-errortype": f"{code}:http://internal/"})


def crashes(handler: Handler, _: dict[str, Any]) -> None:
    """Hang up without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def after(seconds: float, manner: Manner) -> Manner:
    """`manner`, later."""

    def later(handler: Handler, payload: dict[str, Any]) -> None:
        time.sleep(seconds)
        manner(handler, payload)

    return later


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some backends are there for."""


def _handler_of(stub: StubBackends) -> type[Handler]:
    class PlayBackends(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet; a drip flushes each byte
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            is_csv = self.headers["content-type"] == "text/csv"
            body = {"csv": sent.decode()} if is_csv else json.loads(sent)
            if "campaignArn" in body:
                backend = body["campaignArn"].rsplit("/", 1)[-1]
            else:
                backend = "dynamodb" if self.path == "/" else self.path.split("/")[2]
            headers = {name.lower(): value for name, value in self.headers.items()}
            stub.received.append(
                Received(backend=backend, method=self.command, path=self.path, headers=headers, body=body)
            )
            unknown = refuses(400, "ValidationError", f"Endpoint {backend} of account 123456789012 not found.")
            stub.manners.get(backend, stub.otherwise or unknown)(self, body)
            self.wfile.flush()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    return PlayBackends


def main(arguments: Sequence[str]) -> None:
    port, milliseconds = int(arguments[0]), float(arguments[1])
    manner = after(milliseconds / 1000, recommends(*map(str, range(100))))
    with StubBackends(port=port, otherwise=manner) as stub:
        print(stub.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
