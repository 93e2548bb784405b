"""Reads one user's row of the table of lists by the transport, so that it ends with the question's deadline."""

from dataclasses import dataclass, field
from typing import Any

from bakeoff.contracts.stored_rows import row_key
from bakeoff.serving.attributes import from_item
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport

SERVICE = "dynamodb"
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
_HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem"}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of one contestant.

    Args:
        table: of lists.
        path: begins their keys.
    """

    table: str
    path: str
    transport: AwsTransport = field(compare=False, repr=False)

    def of(self, user_id: str, deadline: Deadline) -> dict[str, Any] | None:
        """The user's row; None for a user who has none.

        Raises:
            BackendError: late, refused or unreachable, or not a row.
        """
        asked = {"TableName": self.table, "Key": {"key": {"S": row_key(self.path, user_id)}}}
        answer = self.transport.post(SERVICE, "/", asked, deadline=deadline, headers=_HEADERS)
        try:
            return from_item(answer["Item"]) if "Item" in answer else None
        except (TypeError, ValueError, AttributeError):
            raise BackendError("error", "the stored row cannot be read") from None
