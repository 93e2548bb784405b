"""Which requests reach MiniStack with their path as the client encoded it."""

import asyncio
from typing import Any

import pytest

from local_cloud.seams.api_paths import EncodedApiPaths


def seen_path(scope: dict[str, Any]) -> str:
    """The path that the application behind the seam is given."""
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])

    async def nothing(*message: Any) -> None: ...

    asyncio.run(EncodedApiPaths(application)(scope, nothing, nothing))
    return seen[0]


@pytest.mark.parametrize(
    ("path", "raw_path", "host", "seen"),
    [
        ("/restapis/a/v1/_user_request_/u/x/y", b"/restapis/a/v1/_user_request_/u/x%2Fy", b"127.0.0.1", "encoded"),
        ("/v1/u/x%20y", b"/v1/u/x%2520y", b"a.execute-api.localhost:4566", "encoded"),
        ("/bucket/x y", b"/bucket/x%20y", b"127.0.0.1", "decoded"),
    ],
)
def test_only_the_paths_of_api_calls_stay_encoded(path: str, raw_path: bytes, host: bytes, seen: str) -> None:
    scope = {"type": "http", "path": path, "raw_path": raw_path, "headers": [(b"host", host)]}
    assert seen_path(scope) == (raw_path.decode() if seen == "encoded" else path)
    assert scope["path"] == path


def test_a_scope_without_a_raw_path_is_left_as_it_is() -> None:
    scope = {"type": "http", "path": "/restapis/a/v1/_user_request_/u", "headers": []}
    assert seen_path(scope) == scope["path"]
