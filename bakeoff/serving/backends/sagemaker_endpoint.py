"""Asks a SageMaker endpoint: the history goes in, the list comes out, the model keeps no state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self
from urllib.parse import quote

from bakeoff.serving.backends.base import Answer, Question, list_of, ranked_items
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.transport import AwsTransport


@dataclass(frozen=True, kw_only=True)
class SageMakerEndpoint:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""

    service: ClassVar[str] = "sagemaker-runtime"
    name: str
    transport: AwsTransport = field(compare=False, repr=False)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        return cls(name=record["name"], transport=transport)

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        path = f"/endpoints/{quote(self.name, safe='')}/invocations"
        answer = self.transport.post(self.service, path, _payload(question), deadline=deadline)
        items = ranked_items(list_of(answer, "items"))
        cold = answer.get("status") == "cold"
        return Answer(items=() if cold else items, cold=cold)


def _payload(question: Question) -> dict[str, Any]:
    if question.item_id is not None:
        return {"itemId": question.item_id, "n": question.n}
    payload: dict[str, Any] = {"history": [event.to_json() for event in question.history], "n": question.n}
    return payload if question.user_id is None else {**payload, "userId": question.user_id}
