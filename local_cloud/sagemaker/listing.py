"""The List operations: filters, order and pages, the same for every kind of record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.utils import parse_to_aware_datetime

from local_cloud.service import Record, page

DEFAULT_SIZE = 10


@dataclass(frozen=True, kw_only=True)
class Listing:
    """How one kind of record is listed.

    Args:
        name: the member that holds the name.
        status: the member that holds the status, or None.
        answer: the answer's list member.
        members: the members of a summary.
        order: the order where the request names none; AWS differs by kind.
        keys: members to sort by, by what else SortBy may be; records without one are left out then.
    """

    name: str
    status: str | None
    answer: str
    members: tuple[str, ...]
    order: str
    keys: Mapping[str, str] = field(default_factory=dict)

    def answered(self, records: list[Record], request: dict[str, Any]) -> dict[str, Any]:
        """The answer to `request`.

        Raises:
            ServiceError: ``ValidationException`` for an unknown token.
        """
        kept = [record for record in records if self._fits(record, request)]
        keys = {"Name": self.name, "Status": self.status or self.name, **self.keys}
        key = keys.get(request.get("SortBy", ""), "CreationTime")
        kept = [record for record in kept if key in record]
        kept.sort(key=lambda record: (record[key], record[self.name]))
        if request.get("SortOrder", self.order) == "Descending":
            kept.reverse()
        rows, token = page(
            kept,
            size=request.get("MaxResults", DEFAULT_SIZE),
            token=request.get("NextToken"),
            invalid="ValidationException",
        )
        summaries = [{name: row[name] for name in self.members if name in row} for row in rows]
        return {self.answer: summaries, **({"NextToken": token} if token else {})}

    def _fits(self, record: Record, request: dict[str, Any]) -> bool:
        if request.get("NameContains", "").lower() not in record[self.name].lower():
            return False
        if self.status and request.get("StatusEquals", record[self.status]) != record[self.status]:
            return False
        return all(
            (record[member] > _seconds(request[member + end])) == (end == "After")
            for member in ("CreationTime", "LastModifiedTime")
            for end in ("After", "Before")
            if member + end in request
        )


def _seconds(value: Any) -> float:
    return parse_to_aware_datetime(value).timestamp()
