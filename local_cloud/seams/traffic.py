"""The seam in front of MiniStack's application: counts the requests that may have changed something."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
_READING_OPERATIONS = (b"Describe", b"Get", b"List", b"Query", b"Scan", b"BatchGet", b"Filter", b"Invoke")
_READING_METHODS = ("GET", "HEAD", "OPTIONS")


class Traffic:
    """An ASGI application around `application`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._writes = 0

    def writes(self) -> int:
        """How many requests that may change state have been answered."""
        return self._writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._application(scope, receive, send)
        finally:
            self._writes += may_write(scope)


def may_write(scope: Scope) -> bool:
    """Whether a request may change state; in doubt it may. Calls through API Gateway write the functions' logs."""
    if scope["type"] != "http" or scope["path"].startswith("/_ministack/"):
        return False
    headers = dict(scope["headers"])
    if b"x-amz-target" in headers:
        operation = headers[b"x-amz-target"].rpartition(b".")[2]
        return not operation.startswith(_READING_OPERATIONS)
    return calls_an_api(scope) or scope["method"] not in _READING_METHODS


def calls_an_api(scope: Scope) -> bool:
    """Whether an HTTP request is meant for a deployed API, by its path or by its host."""
    return "/_user_request_" in scope["path"] or b".execute-api." in dict(scope["headers"]).get(b"host", b"")
