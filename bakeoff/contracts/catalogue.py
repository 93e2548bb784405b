"""A contestant: one way to recommend, as the catalogue lists it and as a run carries it along."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Answer = Literal["recommend", "similar", "rank"]
Kind = Literal["sagemaker", "personalize", "autopilot", "blend"]
# The kind without a machine, an artefact or a backend of its own.
BLEND: Kind = "blend"
Serving = Literal["endpoint", "stored"]
Group = Literal["interactions", "metadata"]
FeatureSpecification = Literal["all", "selected"]
Family = Literal["xgboost", "linear-learner"]


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One entry of the catalogue (``config/contestants.toml``).

    Args:
        name: unique; lower case, digits and hyphens.
        title: what a person reads.
        kind: which child state machine trains it; a ``blend`` is made of the other contestants' lists.
        answers: the questions it can answer.
        needs_history: a user without history gets the status ``cold`` instead of a call.
        reacts_to_events: whether new events change its next answer.
        longest_list: the most items it can be asked for at once.
        learns_from: ``liked`` (the one rule) or ``all`` (every rating, labelled so).
        serving: asked live (``endpoint``), or its lists are written once per run and read by user (``stored``).
        recommender: the module in ``bakeoff/recommenders/`` (kind ``sagemaker``).
        image: the key of its training image in ``config/images.json`` (kind ``sagemaker``), that for CPUs: on a
            machine with GPUs the one beside it is taken.
        recipe: the Amazon Personalize recipe's name (kind ``personalize``).
        dataset_group: the Personalize dataset group: ``interactions`` alone, or with ``metadata`` of items and users
            (kind ``personalize``).
        features: the Autopilot table's feature specification (kind ``autopilot``).
        family: the one family of algorithms that Autopilot searches; None leaves problem type and algorithms to AWS
            (kind ``autopilot``).
        settings: hyper-parameters, as the recommender's `Settings` or the recipe takes them.
    """

    name: str
    title: str
    kind: Kind
    answers: tuple[Answer, ...]
    needs_history: bool
    reacts_to_events: bool
    longest_list: int
    learns_from: Literal["liked", "all"] = "liked"
    serving: Serving = "endpoint"
    recommender: str | None = None
    image: str | None = None
    recipe: str | None = None
    dataset_group: Group | None = None
    features: FeatureSpecification | None = None
    family: Family | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "answers": list(self.answers)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Contestant":
        return cls(**{**value, "answers": tuple(value["answers"])})
