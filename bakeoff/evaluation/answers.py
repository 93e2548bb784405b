"""The two formats in which a list arrives, one answer a line: batch transform's and Amazon Personalize's."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TEXT = frozenset((str,))


class MalformedAnswer(Exception):  # noqa: N818 - a finding about one line, collected and counted, never shown as an error
    """A line is no answer; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One user's list.

    Args:
        user_id: whose.
        item_ids: best first.
        finite: whether every score that is given is a finite number.
        ordered: whether no score is above the one before it.
        error: the service's words, where it answered with an error instead of a list.
    """

    user_id: str
    item_ids: list[str]
    finite: bool
    ordered: bool
    error: str | None


def parse_answer(line: str) -> Answer:
    """Read one line of either format.

    Batch transform (our inference): ``{"userId", "items": [{"itemId", "score"}...], "status"}``. Batch inference
    (docs.aws.amazon.com/personalize/latest/dg/batch-recommendations.html): ``{"input": {"userId"}, "output":
    {"recommendedItems": [...], "scores": [...]}, "error"}``; scores may be null.

    Raises:
        MalformedAnswer: the line is of neither format.
    """
    try:
        value = json.loads(line)
    except ValueError as error:
        raise MalformedAnswer(f"it is no JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise MalformedAnswer("it is no JSON object")
    parse: Callable[[Mapping[str, Any]], Answer] = _personalize if "input" in value else _transform
    try:
        return parse(value)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise MalformedAnswer(f"it lacks or misplaces {error}") from error


def _transform(value: Mapping[str, Any]) -> Answer:
    items = value["items"]
    scores = [item.get("score") for item in items]
    return _answer(_id(value["userId"]), [item["itemId"] for item in items], scores)


def _personalize(value: Mapping[str, Any]) -> Answer:
    user_id = _id(value["input"]["userId"])
    if value.get("error") is not None:
        return Answer(user_id=user_id, item_ids=[], finite=True, ordered=True, error=str(value["error"]))
    output = value["output"]
    item_ids, scores = output["recommendedItems"], output.get("scores")
    if scores is not None and len(scores) != len(item_ids):
        raise MalformedAnswer(f"it has {len(item_ids)} items and {len(scores)} scores")
    return _answer(user_id, list(item_ids), scores or [])


def _answer(user_id: str, item_ids: list[Any], scores: list[Any]) -> Answer:
    # A run has hundreds of millions of entries: what looks at each of them is a built-in function's loop.
    if not _TEXT.issuperset(map(type, item_ids)):
        for item in item_ids:
            _id(item)
    given = [score for score in scores if score is not None] if None in scores else scores
    return Answer(
        user_id=user_id,
        item_ids=item_ids,
        # One that is not finite spoils the sum; so may finite ones that are very large.
        finite=math.isfinite(sum(given)) or all(math.isfinite(score) for score in given),
        ordered=given == sorted(given, reverse=True),
        error=None,
    )


def _id(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"an id: {value!r} is no text")
    return value
