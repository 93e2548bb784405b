"""Asking the API, and the line that a shell runs as it stands."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bakeoff.command_line.asking import ask, curl_line, lists_table
from bakeoff.command_line.deployed import Deployed
from bakeoff.errors import CloudError

ANSWER = {
    "userId": "7",
    "runId": "r1",
    "default": "ease",
    "blended": [{"itemId": "1", "title": "Heat [1995]"}, {"itemId": "2"}],
    "contestants": [
        {
            "name": "ease",
            "status": "ok",
            "items": [{"itemId": "3", "title": "Fargo"}],
            "latencyMs": 12.4,
            "twin": False,
        },
        {"name": "twin", "status": "timeout", "items": [], "latencyMs": None, "twin": True},
    ],
}


def test_asks_with_the_key_and_an_escaped_user(deployed: Deployed) -> None:
    asked: list[tuple[str, Mapping[str, str]]] = []

    def get(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        asked.append((url, headers))
        return 200, json.dumps(ANSWER).encode()

    assert ask(deployed, "a/b c", n=5, get=get) == ANSWER
    assert asked == [(f"{deployed.api_url}/recommendations/a%2Fb%20c?n=5", {"x-api-key": "the-key"})]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "Forbidden"}', "answered 403 .*: Forbidden$"),
        (
            b'{"error": {"code": "no_run", "message": "No run serves."}, "requestId": "1"}',
            "answered 403 .*: No run serves.$",
        ),
        (b"<html>", "answered 403 .*: <html>$"),
    ],
)
def test_a_refusal_is_told_in_the_apis_own_words(deployed: Deployed, body: bytes, said: str) -> None:
    with pytest.raises(CloudError, match=said):
        ask(deployed, "7", n=5, get=lambda url, headers: (403, body))


def test_an_api_that_is_not_there_is_told_as_such(deployed: Deployed) -> None:
    nowhere = replace(deployed, api_url="http://127.0.0.1:1/nowhere")
    with pytest.raises(CloudError, match="does not answer"):
        ask(nowhere, "7", n=5)


def test_the_line_to_paste_is_split_by_a_shell_into_what_is_meant(deployed: Deployed) -> None:
    line = curl_line(deployed, "it's 7", n=10)
    assert "\n" not in line
    assert shlex.split(line) == [
        "curl",
        "-s",
        "-H",
        "x-api-key: the-key",
        f"{deployed.api_url}/recommendations/it%27s%207?n=10",
    ]


def test_lists_stand_side_by_side_under_name_status_and_latency() -> None:
    table = lists_table(ANSWER)
    assert [column.header for column in table.columns] == [
        "",
        "blended",
        "ease\nok, 12 ms",
        "twin\ntimeout, local twin",
    ]
    assert [list(column.cells) for column in table.columns] == [
        ["1", "2"],
        [r"Heat \[1995]", "2"],
        ["Fargo", ""],
        ["", ""],
    ]
