"""The typed model of ``config/grades.toml``: weights, thresholds, and the judgements of what cannot be measured."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bakeoff.contracts.catalogue import Kind

Thresholds = tuple[float, float, float, float]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _falling(thresholds: Thresholds) -> Thresholds:
    if not all(better > worse for better, worse in pairwise(thresholds)):
        raise ValueError("more is better here, so the four must fall: what a 1 needs stands first")
    return thresholds


def _rising(thresholds: Thresholds) -> Thresholds:
    if not all(better < worse for better, worse in pairwise(thresholds)):
        raise ValueError("less is better here, so the four must rise: what a 1 needs stands first")
    return thresholds


_Share = Annotated[float, Field(ge=0, le=1)]
_Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Judged(_Model):
    """A criterion that is declared; it has a weight only."""

    weight: _Weight


class OfShares(Judged):
    """A criterion of which more is better, between 0 and 1."""

    thresholds: Annotated[tuple[_Share, _Share, _Share, _Share], AfterValidator(_falling)]


class OfAmounts(Judged):
    """A criterion of which less is better: seconds, milliseconds, dollars."""

    thresholds: Annotated[tuple[_Amount, _Amount, _Amount, _Amount], AfterValidator(_rising)]


class Criteria(_Model):
    """All of `bakeoff.judging.criteria.CRITERIA`, by name."""

    accuracy: OfShares
    personalization: OfShares
    novelty_diversity: OfShares
    data_preparation_effort: Judged
    development_effort: Judged
    training_time: OfAmounts
    latency: OfAmounts
    running_cost: OfAmounts
    control: Judged

    @model_validator(mode="after")
    def _weigh_something(self) -> "Criteria":
        if not any(getattr(self, name).weight for name in type(self).model_fields):
            raise ValueError("every weight is 0, so there is no overall grade")
        return self


class Declared(_Model):
    """A judgement: the grade and its reason, a full sentence."""

    grade: Literal[1, 2, 3, 4, 5]
    because: str = Field(pattern=r"^\S.{15,}\.$")


class JudgedKind(_Model):
    """What is judged alike.

    Args:
        title: what a person reads.
        of: the kind of the catalogue that all unlisted contestants of are judged by this.
        contestants: names that are judged by this whatever their kind.
    """

    title: str = Field(min_length=1)
    of: Kind | None = None
    contestants: tuple[str, ...] = ()
    data_preparation_effort: Declared
    development_effort: Declared
    control: Declared


class JudgedContestant(_Model):
    """What one contestant has otherwise than its kind."""

    data_preparation_effort: Declared | None = None
    development_effort: Declared | None = None
    control: Declared | None = None


class GradeSettings(_Model):
    """The whole file.

    Args:
        floor: the contestant that the way of accuracy begins at.
        requests_per_month: the traffic whose costs are graded.
        criteria: weights and thresholds.
        kinds: judgements by kind of contestant, by a name of its own.
        contestants: judgements of single contestants, by name.
    """

    floor: str
    requests_per_month: int = Field(ge=1)
    criteria: Criteria
    kinds: dict[str, JudgedKind] = Field(min_length=1)
    contestants: dict[str, JudgedContestant] = {}

    @model_validator(mode="after")
    def _one_kind_each(self) -> "GradeSettings":
        taken = [kind.of for kind in self.kinds.values() if kind.of] + [
            name for kind in self.kinds.values() for name in kind.contestants
        ]
        twice = sorted({name for name in taken if taken.count(name) > 1})
        idle = sorted(name for name, kind in self.kinds.items() if not kind.of and not kind.contestants)
        if twice or idle:
            raise ValueError(f"kinds: taken by two of them: {twice}; with neither `of` nor `contestants`: {idle}")
        return self

    def faults(self, kinds: Mapping[str, str]) -> list[str]:
        """What does not fit the catalogue.

        Args:
            kinds: of the catalogue's contestants, by name.
        """
        named = {
            "floor": [self.floor],
            **{f"kinds.{name}.contestants": list(kind.contestants) for name, kind in self.kinds.items()},
            "contestants": list(self.contestants),
        }
        faults = [
            f"{place}: '{name}' is no contestant of the catalogue"
            for place, names in named.items()
            for name in names
            if name not in kinds
        ]
        listed = {name for kind in self.kinds.values() for name in kind.contestants}
        judged = {kind.of for kind in self.kinds.values()}
        return faults + [
            f"kinds: contestant '{name}' of kind '{kind}' is judged by none"
            for name, kind in kinds.items()
            if name not in listed and kind not in judged
        ]

    def to_json(self) -> dict[str, Any]:
        """What `bakeoff.judging.grading.grade_run` takes as its settings; without nulls, which the CDK would drop."""
        settings = self.model_dump(mode="json", exclude={"requests_per_month"}, exclude_none=True)
        return {**settings, "requestsPerMonth": self.requests_per_month}
