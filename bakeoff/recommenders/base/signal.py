"""Which interactions a model learns from, and which of a history it looks at: the one rule `liked`, or all."""

from dataclasses import dataclass
from typing import Any, Literal

from bakeoff.data.interactions import Interactions


@dataclass(frozen=True, kw_only=True)
class Signal:
    """The interactions that count.

    Args:
        liked_threshold: values at or above it are liked, in the data's own unit.
        learns_from: ``liked`` ones only, or ``all`` of them.
    """

    liked_threshold: float
    learns_from: Literal["liked", "all"] = "liked"

    def of(self, interactions: Interactions) -> Interactions:
        """The interactions that count; users and items stay as they are."""
        return interactions if self.learns_from == "all" else interactions.liked(self.liked_threshold)

    def to_json(self) -> dict[str, Any]:
        return {"likedThreshold": self.liked_threshold, "learnsFrom": self.learns_from}
