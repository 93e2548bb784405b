"""What passes between the front, the endpoints and the lists: events in, ranked items out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One interaction of a user.

    Args:
        item_id: the item.
        value: the rating or the event's weight; None where the event has none.
        timestamp: seconds since the epoch.
    """

    item_id: str
    value: float | None
    timestamp: int

    def to_json(self) -> dict[str, Any]:
        return {"itemId": self.item_id, "value": self.value, "timestamp": self.timestamp}

    @classmethod
    def from_json(cls, event: Mapping[str, Any]) -> "Event":
        value = event.get("value")
        return cls(str(event["itemId"]), None if value is None else float(value), int(event.get("timestamp") or 0))


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """An item of a ranked list; scores order one contestant's list and mean nothing across contestants."""

    item_id: str
    score: float | None

    def to_json(self) -> dict[str, Any]:
        return {"itemId": self.item_id, "score": self.score}

    @classmethod
    def from_json(cls, item: Mapping[str, Any]) -> "ScoredItem":
        return cls(str(item["itemId"]), item.get("score"))


def keep_recommendable(
    items: Sequence[ScoredItem],
    *,
    seen: Collection[str],
    candidates: Collection[str] | None,
    n: int,
) -> list[ScoredItem]:
    """The first `n` items that the user has not seen and that are candidates.

    The one function that drops seen items and non-candidates, for every contestant, in the evaluation and in the
    API: every contestant is asked for n + len(seen) items and nobody filters on its own.

    Args:
        items: best first.
        seen: ids of the items in the user's history.
        candidates: ids that may be recommended; None where every item that a model knows may be.
        n: the longest list to give.
    """
    kept: list[ScoredItem] = []
    for item in items:
        if len(kept) == n:
            break
        if item.item_id not in seen and (candidates is None or item.item_id in candidates):
            kept.append(item)
    return kept
