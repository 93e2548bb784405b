"""What a played recipe has to offer: training into a folder, and a model that answers from that folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from local_cloud.personalize.interactions import Interactions
from local_cloud.personalize.schema_rules import Field

Asks = Literal["userId", "itemId"]
DatasetType = Literal["INTERACTIONS", "ITEMS"]


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """The bulk rows of an Items or Users dataset.

    Args:
        fields: of the dataset's schema, the id first or elsewhere.
        rows: texts as they were imported, "" for null, one column a field; of an id that came twice the newest row.
    """

    fields: tuple[Field, ...]
    rows: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """What a solution version trains on.

    Args:
        interactions: after the solution's filters by event type and event value; empty for a recipe that trains on
            items alone.
        threshold: the solution's eventValueThreshold; None where it has none.
        items: of the Items dataset; None where the group has none, or nothing was imported into it.
        users: of the Users dataset, likewise.
        hyper_parameters: the solution's own values over the algorithm's defaults.
        check: to be called now and then; raises when the work has to leave.
    """

    interactions: Interactions
    threshold: float | None
    items: Metadata | None
    users: Metadata | None
    hyper_parameters: Mapping[str, str]
    check: Callable[[], None]

    @property
    def item_ids(self) -> set[str]:
        """Ids of the Items dataset."""
        return set() if self.items is None else set(self.items.rows["ITEM_ID"])


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """One event of the user that is asked for; `value` is None where the event has none, `timestamp` in seconds."""

    item_id: str
    value: float | None
    timestamp: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a model is asked.

    Args:
        subject: the id of the user, or of the item, as the recipe `asks` for.
        streamed: what PutEvents has told of the user, oldest first; empty for an item.
        keep: whether an item may be in the list.
        n: the most items.
    """

    subject: str
    streamed: Sequence[Streamed]
    keep: Callable[[str], bool]
    n: int


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """One item of a list; `score` is None where AWS shows none for the recipe."""

    item_id: str
    score: float | None


class Model(Protocol):
    """A trained solution version, opened from its folder."""

    def recommend(self, question: Question) -> Sequence[Recommended]:
        """The best items for the question's subject, known or not, best first."""


class PlayedRecipe(Protocol):
    """A recipe that the local cloud plays.

    Attributes:
        name: AWS's name of the recipe.
        description: begins with "Local twin of <name>: " and says how close the twin is.
        hyper_parameters: the algorithm's hyper-parameters with their defaults; others are refused.
        asks: what a request has to name.
        trains_on: the dataset that a training needs; its minimums are checked before.
    """

    name: str
    description: str
    hyper_parameters: Mapping[str, str]
    asks: Asks
    trains_on: DatasetType

    def check(self, hyper_parameters: Mapping[str, str]) -> None:
        """Look at the values of known hyper-parameters before a solution is created.

        Raises:
            ServiceError: a value that AWS would refuse, or NotPlayedError for one that is not played.
        """

    def train(self, data: TrainingData, folder: Path) -> dict[str, float]:
        """Train, write the model to `folder` (it exists and is empty), and answer with AWS's metrics."""

    def open(self, folder: Path) -> Model:
        """The model that `train` wrote."""
