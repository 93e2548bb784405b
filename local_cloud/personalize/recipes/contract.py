"""What a played recipe has to offer: training into a folder, and a model that answers from that folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_cloud.personalize.interactions import Interactions


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """What a solution version trains on.

    Args:
        interactions: after the solution's filters by event type and event value.
        item_ids: ids of the Items dataset; empty where the group has none.
        hyper_parameters: the solution's own values over the algorithm's defaults.
        check: to be called now and then; raises when the work has to leave.
    """

    interactions: Interactions
    item_ids: set[str]
    hyper_parameters: Mapping[str, str]
    check: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """One item of a list; `score` is None where AWS shows none for the recipe."""

    item_id: str
    score: float | None


class Model(Protocol):
    """A trained solution version, opened from its folder."""

    def recommend(self, *, user_id: str, keep: Callable[[str], bool], n: int) -> Sequence[Recommended]:
        """The best `n` items for `user_id`, best first, among those for which `keep` is true."""


class PlayedRecipe(Protocol):
    """A recipe that the local cloud plays.

    Attributes:
        name: AWS's name of the recipe.
        description: begins with "Local twin of <name>: " and says how close the twin is.
        hyper_parameters: the algorithm's hyper-parameters with their defaults; others are refused.
    """

    name: str
    description: str
    hyper_parameters: Mapping[str, str]

    def train(self, data: TrainingData, folder: Path) -> dict[str, float]:
        """Train, write the model to `folder` (it exists and is empty), and answer with AWS's metrics."""

    def open(self, folder: Path) -> Model:
        """The model that `train` wrote."""
