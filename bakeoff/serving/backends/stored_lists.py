"""Reads a list that the run stored for each of its test users; nothing is computed, so no event changes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bakeoff.serving.backends.base import Answer, Question, ranked_items
from bakeoff.serving.backends.rows import SERVICE, Rows
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport


@dataclass(frozen=True, kw_only=True)
class StoredLists:
    """Cold for a user whom it has no list of, and for whoever brings a history instead of an id."""

    service: ClassVar[str] = SERVICE
    rows: Rows

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        return cls(rows=Rows(table=record["table"], path=record["rows"], transport=transport))

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        row = None if question.user_id is None else self.rows.of(question.user_id, deadline)
        if row is None:
            return Answer(items=(), cold=True)
        try:
            listed = [{"itemId": item_id, "score": score} for item_id, score in json.loads(row["items"])]
        except (KeyError, TypeError, ValueError):
            raise BackendError("error", "the stored list cannot be read") from None
        return Answer(items=ranked_items(listed[: question.n]))
