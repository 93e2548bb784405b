"""Asks an Amazon Personalize campaign, which knows its users and their events itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from bakeoff.serving.backends.base import Answer, Question, list_of, ranked_items
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.transport import AwsTransport

MOST_RESULTS = 500
# Personalize wants a user id and gives an unknown one a cold user's list. This one stands for every user who comes
# with a history instead of an id: 128 random bits, so that no data set holds it by accident.
UNKNOWN_USER = "unknown-user-7d0c3a52e9b14f6f8c1a6be2f04d95e3"


@dataclass(frozen=True, kw_only=True)
class PersonalizeCampaign:
    """https://docs.aws.amazon.com/personalize/latest/dg/API_RS_GetRecommendations.html"""

    service: ClassVar[str] = "personalize-runtime"
    arn: str
    transport: AwsTransport = field(compare=False, repr=False)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], transport: AwsTransport) -> Self:
        return cls(arn=record["arn"], transport=transport)

    def ask(self, question: Question, deadline: Deadline) -> Answer:
        payload = {"campaignArn": self.arn, **_about(question), "numResults": min(question.n, MOST_RESULTS)}
        answer = self.transport.post(self.service, "/recommendations", payload, deadline=deadline)
        items = ranked_items(list_of(answer, "itemList"))
        return Answer(items=items, cold=not items)


def _about(question: Question) -> dict[str, str]:
    """A recipe for alike items takes the item, every other one the user."""
    if question.item_id is not None:
        return {"itemId": question.item_id}
    return {"userId": UNKNOWN_USER if question.user_id is None else question.user_id}
