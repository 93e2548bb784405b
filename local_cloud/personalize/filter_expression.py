"""Filter expressions by the user's own interactions; the rest of the language is refused by name.

Played: ``INCLUDE|EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN|NOT IN ("a", "b" | "*" | $PARAMETER)``.
Source: "Filter expression structure and elements" in the developer guide.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from local_cloud.errors import NotPlayedError, ServiceError

_PLAYED = re.compile(
    r"\s*(?P<action>INCLUDE|EXCLUDE)\s+ItemID\s+WHERE\s+Interactions\.EVENT_TYPE\s+"
    r"(?P<operator>NOT\s+IN|IN)\s*\(\s*(?P<values>\$\w+|\"[^\"]*\"(\s*,\s*\"[^\"]*\")*)\s*\)\s*"
)
_OF_AWS = re.compile(r"\s*(INCLUDE|EXCLUDE)\s+(ItemID|UserID|ActionID)\s+WHERE\s+\S.*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class FilterExpression:
    """A parsed expression; `parameter` is the placeholder's name where there is one, else `values` are fixed."""

    include: bool
    negated: bool
    values: tuple[str, ...]
    parameter: str | None

    def keeper(self, history: Iterable[tuple[str, str]], given: Mapping[str, str]) -> Callable[[str], bool]:
        """Whether an item id passes, for a user with `history` (item, event type) and the request's `filterValues`.

        Raises:
            ServiceError: ``InvalidInputException`` when an INCLUDE lacks its parameter's value. An EXCLUDE without it
                excludes nothing, as on AWS.
        """
        values = self.values
        if self.parameter is not None:
            if self.parameter not in given:
                if self.include:
                    raise ServiceError("InvalidInputException", f"filterValues lacks a value for {self.parameter}.")
                return lambda item_id: True
            values = tuple(value.strip().strip('"') for value in given[self.parameter].split(","))
        # Event types are the one place where AWS ignores case.
        wanted = {value.lower() for value in values}
        matched = {
            item_id
            for item_id, event_type in history
            if ("*" in wanted or event_type.lower() in wanted) is not self.negated
        }
        return matched.__contains__ if self.include else lambda item_id: item_id not in matched


def parse_filter(expression: str) -> FilterExpression:
    """Read an expression.

    Raises:
        ServiceError: ``InvalidInputException`` for what AWS would refuse, or NotPlayedError naming the expression.
    """
    found = _PLAYED.fullmatch(expression)
    if found is None:
        if _OF_AWS.fullmatch(expression):
            raise NotPlayedError(f"The filter expression {expression!r}")
        raise ServiceError("InvalidInputException", f"Could not create filter. Invalid Expression: {expression!r}")
    text = found["values"]
    negated = found["operator"] != "IN"
    if text.startswith("$") and negated:
        raise ServiceError(
            "InvalidInputException",
            f"Could not create filter. Invalid input symbol: {text}. Placeholders are not allowed with NOT_IN "
            "operator.",
        )
    return FilterExpression(
        include=found["action"] == "INCLUDE",
        negated=negated,
        values=() if text.startswith("$") else tuple(re.findall(r"\"([^\"]*)\"", text)),
        parameter=text[1:] if text.startswith("$") else None,
    )
