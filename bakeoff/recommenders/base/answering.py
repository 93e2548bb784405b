"""From request bodies to answer bodies: what an endpoint and a batch transform do with a model, apart from HTTP.

A request is ``{"userId"?, "history": [{"itemId", "value"?, "timestamp"?}...], "n"}``, its answer ``{"userId"?,
"items": [{"itemId", "score"}...], "status": "ok" | "cold"}``, best first. Items of the history are not dropped:
``keep_recommendable`` does it for everybody. ``{"itemId", "n"}`` asks instead which items are alike to one, and is
answered likewise with ``itemId`` in the place of ``userId``; ``cold`` is an item of which the model knows nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from bakeoff.contracts.interactions import Event
from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.contract import RankedList
from bakeoff.recommenders.base.lists import recommend

JSON = "application/json"
JSON_LINES = "application/jsonlines"
# Decimals of a score in an answer: below float32's precision for scores around 1.
SCORE_DECIMALS = 6
# Seconds; after everything that a model has learned from, and exact as a float.
JUST_NOW = 2**53


class MalformedRequestError(ValueError):
    """A request cannot be answered as it stands; the message says where and what to send instead."""


@dataclass(frozen=True)
class Request:
    """One question: what to recommend to a user, or which items are alike to one.

    Args:
        user_id: given back in the answer; None where the request has none.
        history: events; oldest first, or in any order where all have a time.
        n: the length of the list.
        item_id: whose alike items are asked for; None where a user's list is.
    """

    user_id: str | None
    history: tuple[Event, ...]
    n: int
    item_id: str | None = None


def read_requests(body: str | bytes, content_type: str) -> list[Request]:
    """The requests of a body.

    Raises:
        MalformedRequestError: the content type is unknown, or a request is malformed; names the line and the field.
    """
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
    except UnicodeDecodeError as error:
        raise MalformedRequestError(f"The body is not UTF-8 text: {error.reason} at byte {error.start}.") from error
    if kind == JSON:
        return [_read_request(text, "The body")]
    if kind == JSON_LINES:
        # Not splitlines(), which also splits at characters that may stand unescaped inside JSON texts.
        lines = enumerate(text.split("\n"), 1)
        return [_read_request(line, f"Line {number}") for number, line in lines if line.strip()]
    raise MalformedRequestError(f"Content type {content_type!r} is not read; send {JSON} or {JSON_LINES}.")


def _read_request(text: str, where: str) -> Request:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise MalformedRequestError(f"{where} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise MalformedRequestError(f"{where} must be a JSON object with history and n, or with itemId and n.")
    n, history, user_id = value.get("n"), value.get("history"), value.get("userId")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise MalformedRequestError(f"{where} has n {n!r}; it must be a whole number above 0.")
    if "itemId" in value:
        return _read_item_request(value, n, where)
    if not isinstance(history, list):
        raise MalformedRequestError(f"{where} has no history; send a list of events, or an empty one.")
    if user_id is not None and not isinstance(user_id, str):
        raise MalformedRequestError(f"{where} has userId {user_id!r}; it must be a text.")
    return Request(user_id, tuple(_read_event(event, f"{where}, history[{i}]") for i, event in enumerate(history)), n)


def _read_item_request(value: dict[str, Any], n: int, where: str) -> Request:
    item_id = value["itemId"]
    if not isinstance(item_id, str):
        raise MalformedRequestError(f"{where} has itemId {item_id!r}; it must be a text.")
    if "history" in value or "userId" in value:
        raise MalformedRequestError(f"{where} asks about an item and a user; send itemId, or history and userId.")
    return Request(None, (), n, item_id)


def _read_event(event: Any, where: str) -> Event:
    try:
        read = Event.from_json(event)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise MalformedRequestError(
            f"{where} is {json.dumps(event)[:200]}; it must be an object with itemId, value and timestamp."
        ) from error
    # Both become 32 and 64 bits wide.
    if read.value is not None and not abs(read.value) <= float(np.finfo(np.float32).max):
        raise MalformedRequestError(f"{where} has value {read.value}; it must be a finite number, such as a rating.")
    if not 0 <= read.timestamp <= np.iinfo(np.int64).max:
        raise MalformedRequestError(f"{where} has timestamp {read.timestamp}; it must be seconds since 1970.")
    return read


def answer(archive: Archive, requests: Sequence[Request]) -> list[dict[str, Any]]:
    """One answer per request, in the same order; items of a history that the model does not know are ignored.

    Raises:
        ModelError: a request asks which items are alike, and the model does not answer that.
    """
    about_users = [request for request in requests if request.item_id is None]
    lists = iter(_recommended(archive, about_users) if about_users else [])
    return [
        _answer(
            archive, request, next(lists) if request.item_id is None else _alike(archive, request.item_id, request.n)
        )
        for request in requests
    ]


def _recommended(archive: Archive, requests: Sequence[Request]) -> list[RankedList]:
    histories = read_histories(archive, [request.history for request in requests])
    return recommend(archive.model, histories, n=[request.n for request in requests])


def _alike(archive: Archive, item_id: str, n: int) -> RankedList:
    column = archive.columns.get(item_id)
    if column is None:
        return RankedList(np.empty(0, np.int32), np.empty(0, np.float32), True)
    (ranked,) = archive.model.similar(np.array([column], np.int32), n)
    return ranked


def read_histories(archive: Archive, histories: Sequence[Sequence[Event]]) -> Interactions:
    """Histories as rows over the model's catalogue, ordered by time; of an item's events the newest counts.

    An event without a value counts as liked: it is there because the user chose the item.
    """
    rows: list[tuple[int, int, float, int]] = []
    for user, history in enumerate(histories):
        newest: dict[int, tuple[float, int]] = {}
        for event, timestamp in _in_time(history):
            column = archive.columns.get(event.item_id)
            if column is not None:
                newest.pop(column, None)
                newest[column] = (archive.liked_threshold if event.value is None else event.value, timestamp)
        rows += [(user, column, value, timestamp) for column, (value, timestamp) in newest.items()]
    users, items, values, timestamps = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Interactions.from_columns(
        users=np.array(users, np.int64),
        items=np.array(items, np.int32),
        values=np.array(values, np.float32),
        timestamps=np.array(timestamps, np.int64),
        n_users=len(histories),
        n_items=len(archive.items),
    )


def _in_time(history: Sequence[Event]) -> list[tuple[Event, int]]:
    """The events oldest first, with their times in seconds since 1970.

    Where one has no time, the order given is kept: such an event came no sooner than those before it, and one that
    begins the history no later than the first that has a time. Where none has, all have just come.
    """
    if all(event.timestamp for event in history):
        return [(event, event.timestamp) for event in sorted(history, key=lambda event: event.timestamp)]
    first = next((event.timestamp for event in history if event.timestamp), JUST_NOW)
    times = accumulate((max(event.timestamp, first) for event in history), max)
    return list(zip(history, times, strict=True))


def _answer(archive: Archive, request: Request, ranked: RankedList) -> dict[str, Any]:
    items = [
        {"itemId": archive.items[column], "score": round(score, SCORE_DECIMALS)}
        for column, score in zip(ranked.columns.tolist(), ranked.scores.tolist(), strict=True)
    ]
    asked = {"userId": request.user_id, "itemId": request.item_id}
    told = {name: value for name, value in asked.items() if value is not None}
    return {**told, "items": items, "status": "cold" if ranked.cold else "ok"}


def write_answers(answers: Sequence[dict[str, Any]], accept: str) -> tuple[str, str]:
    """The body and its content type: one JSON object where it is asked for and there is one answer, else JSON Lines."""
    lines = [json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in answers]
    if accept.partition(";")[0].strip().lower() == JSON_LINES or len(lines) != 1:
        return "".join(f"{line}\n" for line in lines), JSON_LINES
    return lines[0], JSON
