"""What every backend takes and gives, and the reading of ranked items that they share."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from bakeoff.contracts.interactions import Event, ScoredItem
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a backend is asked.

    Args:
        user_id: None for a user whom nobody knows and who brings a history along.
        history: the user's newest events, oldest first.
        n: the length of the list to give, seen items included.
        item_id: whose alike items are asked for; None where a user's list is.
    """

    user_id: str | None
    history: tuple[Event, ...]
    n: int
    item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a backend gives.

    Args:
        items: best first; seen items are still among them.
        cold: the model knows nothing of this user, or of this item, so it has no list.
    """

    items: tuple[ScoredItem, ...]
    cold: bool = False


class Backend(Protocol):
    """A way to ask one recommender; hashable, and equal where it asks the same one."""

    service: ClassVar[str]
    """botocore's name of the service that is asked."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        """The backend that a run record's ``backend`` names; KeyError where the record lacks a field."""
        ...

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        """The recommender's list.

        Raises:
            BackendError: with the status and the reason that the answer will show.
        """
        ...


def ranked_items(items: Iterable[Any]) -> tuple[ScoredItem, ...]:
    """Items of a service's JSON (``itemId``, ``score``); a score that is no finite number becomes None.

    Raises:
        BackendError: an item has no id.
    """
    try:
        return tuple(ScoredItem(str(item["itemId"]), _score(item.get("score"))) for item in items)
    except (KeyError, TypeError, AttributeError):
        raise BackendError("error", "the answer holds an item without itemId") from None


def list_of(answer: Any, name: str) -> list[Any]:
    """The list `name` of an answer's object.

    Raises:
        BackendError: there is none.
    """
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise BackendError("error", f"the answer has no list '{name}'")
    return found


def _score(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None
