"""Reads what a request asks for, and says what is wrong with it and what to send instead."""

import math
from typing import Any

from bakeoff.contracts.interactions import Event
from bakeoff.errors import RequestError
from bakeoff.serving.http import Request
from bakeoff.serving.recommend import RecommendationRequest
from bakeoff.serving.similar import SimilarRequest

DEFAULT_N = 10
MOST_N = 100
LONGEST_ID = 256  # characters; Amazon Personalize's limit
_LATEST = 2**53  # timestamps beyond it lose their last digits in many a JSON reader


def for_known_user(request: Request) -> RecommendationRequest:
    """``GET /recommendations/{user_id}?n=10``.

    Raises:
        RequestError: naming the parameter at fault.
    """
    user_id = _id(request.path_parameters["user_id"], "user_id")
    return RecommendationRequest(user_id=user_id, history=None, n=_n_of_query(request))


def for_item(request: Request) -> SimilarRequest:
    """``GET /items/{item_id}/similar?n=10``.

    Raises:
        RequestError: naming the parameter at fault.
    """
    item_id = _id(request.path_parameters["item_id"], "item_id")
    return SimilarRequest(item_id=item_id, n=_n_of_query(request))


def for_posted_history(request: Request) -> RecommendationRequest:
    """``POST /recommendations`` with ``{"history": [{"itemId", "value"?, "timestamp"?}...], "n"?: 10}``.

    Raises:
        RequestError: naming the JSON path at fault.
    """
    request.single_query(set())
    body = request.json_object()
    unknown = sorted(set(body) - {"history", "n"})
    if unknown:
        raise RequestError("The body may hold 'history' and 'n' only.", field=unknown[0][:LONGEST_ID])
    if "history" not in body:
        raise RequestError("The body must hold 'history', a list of events, oldest first.", field="history")
    return RecommendationRequest(user_id=None, history=_events(body["history"]), n=_n(body.get("n", DEFAULT_N)))


def _n_of_query(request: Request) -> int:
    text = request.single_query({"n"}).get("n")
    return DEFAULT_N if text is None else _n_of_text(text)


def _n_of_text(text: str) -> int:
    return _n(int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None)


def _n(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_N:
        return value
    raise RequestError(f"'n' must be a whole number from 1 to {MOST_N}.", field="n")


def _id(value: Any, field: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID or not _is_text(value):
        raise RequestError(f"'{field}' must be a text of 1 to {LONGEST_ID} characters.", field=field)
    return value


def _is_text(value: str) -> bool:
    """JSON can spell half a character (a lone surrogate), which no table and no service takes."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _events(value: Any) -> tuple[Event, ...]:
    """The events in their order, or by time where every one has a time."""
    if not isinstance(value, list):
        raise RequestError("'history' must be a list of events, oldest first.", field="history")
    events = [_event(event, f"history[{position}]") for position, event in enumerate(value)]
    if all(event.timestamp for event in events):
        events.sort(key=lambda event: event.timestamp)
    return tuple(events)


def _event(value: Any, field: str) -> Event:
    if not isinstance(value, dict):
        raise RequestError(
            "An event must be an object with 'itemId', and 'value' and 'timestamp' if known.", field=field
        )
    unknown = sorted(set(value) - {"itemId", "value", "timestamp"})
    if unknown:
        raise RequestError(
            "An event may hold 'itemId', 'value' and 'timestamp' only.", field=f"{field}.{unknown[0][:LONGEST_ID]}"
        )
    item_id = _id(value.get("itemId"), f"{field}.itemId")
    return Event(item_id, _value(value.get("value"), f"{field}.value"), _timestamp(value, f"{field}.timestamp"))


def _value(value: Any, field: str) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and abs(value) < _LATEST and math.isfinite(value):
        return float(value)
    raise RequestError("An event's 'value' must be a number, such as a rating, or null.", field=field)


def _timestamp(event: dict[str, Any], field: str) -> int:
    """Seconds since the epoch; 0 where the event has no time."""
    value = event.get("timestamp")
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LATEST:
        return value
    raise RequestError("An event's 'timestamp' must be whole seconds since 1970.", field=field)
