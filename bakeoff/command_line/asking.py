"""Asks the deployed API for recommendations and shows every contestant's list side by side."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from rich.table import Table

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.screen import console, table, titled
from bakeoff.errors import CloudError

TIMEOUT_SECONDS = 40.0

# Takes an address and headers; gives the HTTP status and the body.
Get = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


def http_get(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """GET `url`; this machine's own address is asked without a proxy.

    Raises:
        CloudError: nothing answers there.
    """
    opener = build_opener(ProxyHandler({})) if url.startswith("http://127.0.0.1:") else build_opener()
    try:
        with opener.open(Request(url, headers=dict(headers)), timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()
    except (URLError, OSError) as error:
        raise CloudError(
            f"The API at {url} does not answer: {error}. `python -m bakeoff status` tells more."
        ) from error


def recommendations_url(deployed: Deployed, user: str, *, n: int) -> str:
    return f"{deployed.api_url}/recommendations/{quote(user, safe='')}?n={n}"


def ask(deployed: Deployed, user: str, *, n: int, get: Get = http_get) -> dict[str, Any]:
    """The API's answer for `user`.

    Raises:
        CloudError: the API refuses or fails, in its own words.
    """
    url = recommendations_url(deployed, user, n=n)
    status, body = get(url, {"x-api-key": deployed.api_key})
    try:
        answer: dict[str, Any] = json.loads(body)
    except ValueError:
        answer = {"message": body[:300].decode("utf-8", errors="replace")}
    if status != 200:
        raise CloudError(f"The API answered {status} for {url}: {_said(answer)}")
    return answer


def _said(answer: Mapping[str, Any]) -> object:
    """The words of an error: the front's stand under ``error``, API Gateway's own at the top."""
    error = answer.get("error")
    return (error.get("message") if isinstance(error, dict) else answer.get("message")) or answer


def curl_line(deployed: Deployed, user: str, *, n: int) -> str:
    """A line for the shell that asks the API for `user`; ready to be pasted."""
    header, url = f"x-api-key: {deployed.api_key}", recommendations_url(deployed, user, n=n)
    return f"curl -s -H {shlex.quote(header)} '{url}'"


def lists_table(answer: Mapping[str, Any]) -> Table:
    """One column for the blend and each contestant, one row for each place in the lists."""
    contestants = answer["contestants"]
    columns = ["", "blended", *(_heading(contestant) for contestant in contestants)]
    lists = [answer["blended"], *(contestant["items"] for contestant in contestants)]
    rows = [
        [str(place + 1), *(_item(items[place]) if place < len(items) else "" for items in lists)]
        for place in range(max(map(len, lists), default=0))
    ]
    return table(columns, rows)


def show_lists(answer: Mapping[str, Any]) -> None:
    """Print the lists and whose they are."""
    console().print(titled(f"For user {answer['userId']}, by run {answer['runId']}", lists_table(answer)))


def _heading(contestant: Mapping[str, Any]) -> str:
    twin = ", local twin" if contestant.get("twin") else ""
    latency = f", {contestant['latencyMs']:.0f} ms" if contestant.get("latencyMs") is not None else ""
    return f"{contestant['name']}\n{contestant['status']}{latency}{twin}"


def _item(item: Mapping[str, Any]) -> str:
    return str(item.get("title") or item["itemId"])
