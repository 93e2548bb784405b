"""Asks an endpoint of Autopilot's containers to rate a user's stored candidates, whose rows are ready to be sent."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self
from urllib.parse import quote

from bakeoff.contracts.interactions import ScoredItem
from bakeoff.serving.backends.base import Answer, Question
from bakeoff.serving.backends.rows import Rows
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport

_CSV = {"content-type": "text/csv", "accept": "text/csv"}


@dataclass(frozen=True, kw_only=True)
class AutopilotEndpoint:
    """Cold for a user without stored candidates, and for whoever brings a history instead of an id.

    The rows are of the day of the run: new events do not change them. They lie in the table of lists, which another
    backend's `service` brings the transport to.
    """

    service: ClassVar[str] = "sagemaker-runtime"
    name: str
    rows: Rows
    transport: AwsTransport = field(compare=False, repr=False)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        rows = Rows(table=record["table"], path=record["rows"], transport=transport)
        return cls(name=record["name"], rows=rows, transport=transport)

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        row = None if question.user_id is None else self.rows.of(question.user_id, deadline)
        if row is None:
            return Answer(items=(), cold=True)
        try:
            item_ids, body = json.loads(row["itemIds"]), row["body"].encode()
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BackendError("error", "the stored candidates cannot be read") from None
        path = f"/endpoints/{quote(self.name, safe='')}/invocations"
        answer = self.transport.send(self.service, path, body, headers=_CSV, deadline=deadline)
        rated = zip(item_ids, _ratings(answer, len(item_ids)), strict=True)
        # Sorting keeps the order of equal ratings, which is the order that the candidates were given in.
        best = sorted(rated, key=lambda pair: -pair[1])[: question.n]
        return Answer(items=tuple(ScoredItem(item_id, rating) for item_id, rating in best))


def _ratings(answer: bytes, n: int) -> list[float]:
    """One number a line.

    Raises:
        BackendError: a line is none, or there are more or fewer than candidates.
    """
    try:
        ratings = [float(line) for line in answer.decode().split()]
    except ValueError:
        raise BackendError("error", "the answer holds a line that is no number") from None
    if len(ratings) != n or not all(math.isfinite(rating) for rating in ratings):
        raise BackendError("error", f"the answer rates {len(ratings)} of {n} candidates")
    return ratings
