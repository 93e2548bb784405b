"""The catalogue as ``config/contestants.toml`` writes it: what may stand there, and what each kind needs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bakeoff.contracts.catalogue import BLEND, Answer, Family, FeatureSpecification, Group, Kind, Serving
from bakeoff.contracts.personalize import GONE

NEEDED: dict[Kind, tuple[str, ...]] = {
    "sagemaker": ("recommender", "image"),
    "personalize": ("recipe", "dataset_group"),
    "autopilot": ("features",),
    "blend": (),
}
# What only contestants of one kind may say.
_OF_KIND = {key: kind for kind, keys in NEEDED.items() for key in keys} | {"family": "autopilot"}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Model):
    """One contestant; becomes a `bakeoff.contracts.catalogue.Contestant`, which says what each key means."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=48)
    title: str
    kind: Kind
    answers: tuple[Answer, ...] = Field(min_length=1)
    needs_history: bool
    reacts_to_events: bool
    longest_list: int = Field(ge=1)
    learns_from: Literal["liked", "all"] = "liked"
    serving: Serving = "endpoint"
    recommender: str | None = None
    image: str | None = None
    recipe: str | None = None
    dataset_group: Group | None = None
    features: FeatureSpecification | None = None
    family: Family | None = None
    settings: dict[str, Any] = {}

    @property
    def can_lead(self) -> bool:
        """Whether it can be a run's default: it has lists for users, and they are its own."""
        return self.kind != BLEND and "recommend" in self.answers

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> "Entry":
        missing = [key for key in NEEDED[self.kind] if getattr(self, key) is None]
        if missing:
            raise ValueError(f"a contestant of kind '{self.kind}' needs {' and '.join(missing)}")
        foreign = [key for key, kind in _OF_KIND.items() if kind != self.kind and getattr(self, key) is not None]
        if foreign:
            raise ValueError(f"a contestant of kind '{self.kind}' has no {' and no '.join(foreign)}")
        if self.serving == "stored" and self.kind != "autopilot":
            raise ValueError(f"the lists of a contestant of kind '{self.kind}' are not stored; leave serving out")
        if self.kind == "autopilot" and self.serving == "endpoint" and self.family is None:
            raise ValueError(
                "what AWS takes for classes has no rating to answer live; name a family, or store its lists"
            )
        if self.recipe in GONE:
            raise ValueError(f"AWS retired the recipe {self.recipe}; its successor is {GONE[self.recipe]}")
        return self


class Catalogue(_Model):
    """The file."""

    demo: tuple[str, ...] = Field(min_length=1)
    contestants: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_fit(self) -> "Catalogue":
        names = [entry.name for entry in self.contestants]
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = sorted(set(self.demo) - set(names))
        if twice or unknown:
            raise ValueError(f"names used twice: {twice}; names in `demo` that are no contestants: {unknown}")
        blends = [entry.name for entry in self.contestants if entry.kind == BLEND]
        if len(blends) > 1:
            raise ValueError(f"the front makes one blend of a run's lists; the catalogue has {', '.join(blends)}")
        return self
