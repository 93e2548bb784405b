"""The settings of the preparation: one frozen dataclass, every default once, all faults named at once."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bakeoff.errors import ConfigurationError

PER_USER_LAST_FRACTION = "per_user_last_fraction"
LEAVE_LAST_OUT = "leave_last_out"
GLOBAL_TIME = "global_time"
NEW_USERS = "new_users"
STRATEGIES = (PER_USER_LAST_FRACTION, LEAVE_LAST_OUT, GLOBAL_TIME, NEW_USERS)


@dataclass(frozen=True, kw_only=True)
class SplitSettings:
    """How the interactions are split; every field enters the split's hash.

    Args:
        strategy: ``per_user_last_fraction``: each user's newest interactions are test, those before them validation.
            ``leave_last_out``: the newest one is test, the one before it validation.
            ``global_time``: the newest interactions of all are test, those before them validation, whoever's they are.
            ``new_users``: some users are test, others validation; nothing of them is in train. The older part of their
            interactions is folded in when they are asked for.
        test_fraction: share of a user's interactions (of all; of the users) that is test, rounded down, at least one.
        validation_fraction: likewise for validation.
        min_activity: users with fewer interactions stay wholly in train; under ``global_time`` they are not tested.
        seed: orders equal timestamps, chooses new users and samples the test users.
        held_out_fraction: for ``new_users``: the share of such a user's interactions that is not folded in.
    """

    strategy: str = PER_USER_LAST_FRACTION
    test_fraction: float = 0.2
    validation_fraction: float = 0.1
    min_activity: int = 5
    seed: int = 42
    held_out_fraction: float = 0.2

    def faults(self) -> list[str]:
        """Every fault as a sentence; empty where the settings are sound."""
        found = []
        if self.strategy not in STRATEGIES:
            found.append(f"split.strategy is {self.strategy!r}; known: {', '.join(STRATEGIES)}.")
        found += [
            f"split.{name} is {value!r}; it must be a number above 0 and below 1."
            for name, value in (
                ("test_fraction", self.test_fraction),
                ("validation_fraction", self.validation_fraction),
                ("held_out_fraction", self.held_out_fraction),
            )
            if not _is_number(value) or not 0 < value < 1
        ]
        if not _is_integer(self.min_activity) or self.min_activity < 3:
            found.append(f"split.min_activity is {self.min_activity!r}; a user needs 3 interactions to be split.")
        if not _is_integer(self.seed) or self.seed < 0:
            found.append(f"split.seed is {self.seed!r}; it must be a whole number, 0 or above.")
        return found or self._contradictions()

    def _contradictions(self) -> list[str]:
        if self.strategy == LEAVE_LAST_OUT:
            return []
        # Every split user must keep at least one train interaction, also where a part is raised to one interaction.
        largest = max(self.test_fraction, self.validation_fraction)
        if self.test_fraction + self.validation_fraction < 1 and self.min_activity * (1 - largest) >= 2:
            return []
        return [
            f"split.test_fraction {self.test_fraction} and split.validation_fraction {self.validation_fraction} leave "
            f"nothing to train on for a user with {self.min_activity} interactions (split.min_activity)."
        ]


@dataclass(frozen=True, kw_only=True)
class PreparationSettings:
    """What the preparation can be told. JSON names in ``from_json``.

    Args:
        dataset: the data's name, for people.
        mapping: how the raw files are read, by name; "auto" finds it by the files that are there.
        liked_threshold: values at or above it are liked; the one rule of trainers and evaluation. None: the mapping's.
        split: how interactions are split.
        max_history: the newest interactions of a user that a request or a served history carries.
        max_test_users: at most so many users are tested, a seeded sample.
        max_rejected_share: a file with a larger share of rejected rows stops the preparation.
        min_interactions: fewer train and validation interactions stop it. 1,000 is the least that Amazon Personalize
            trains on (docs.aws.amazon.com/personalize/latest/dg/limits.html).
        min_users: fewer users with at least two interactions stop it; 25 from the same page.
        max_autopilot_rows: of more interactions a seeded sample goes into the Autopilot table.
    """

    dataset: str
    mapping: str = "auto"
    liked_threshold: float | None = None
    split: SplitSettings = field(default_factory=SplitSettings)
    max_history: int = 200
    max_test_users: int = 50_000
    max_rejected_share: float = 0.05
    min_interactions: int = 1000
    min_users: int = 25
    max_autopilot_rows: int = 5_000_000

    @classmethod
    def from_json(cls, value: object, *, source: str = "SETTINGS") -> "PreparationSettings":
        """From the job's JSON: camelCase names outside, the split's own names inside ``split``.

        Raises:
            ConfigurationError: names every unknown, missing or wrong setting.
        """
        if not isinstance(value, Mapping):
            raise ConfigurationError(source, [f"It is {type(value).__name__}; it must be a JSON object."])
        split = value.get("split", {})
        if not isinstance(split, Mapping):
            raise ConfigurationError(source, [f"split is {split!r}; it must be a JSON object."])
        faults = [
            f"{name} is no setting; known: {', '.join(_JSON_NAMES)}." for name in value if name not in _JSON_NAMES
        ]
        known = [entry.name for entry in fields(SplitSettings)]
        faults += [f"split.{name} is no setting; known: {', '.join(known)}." for name in split if name not in known]
        if "dataset" not in value:
            faults.append("dataset is missing; give the data a name, such as ml-100k.")
        outer = {_JSON_NAMES[name]: entry for name, entry in value.items() if name in _JSON_NAMES}
        inner = SplitSettings(**{name: entry for name, entry in split.items() if name in known})
        settings = cls(**{"dataset": "unnamed", **outer, "split": inner})
        faults += settings.faults()
        if faults:
            raise ConfigurationError(source, faults)
        return settings

    def faults(self) -> list[str]:
        """Every fault as a sentence; empty where the settings are sound."""
        rules: list[tuple[str, object, Callable[[Any], bool], str]] = [
            ("dataset", self.dataset, _is_name, "a name"),
            ("mapping", self.mapping, _is_name, "a name"),
            ("likedThreshold", self.liked_threshold, _is_number_or_missing, "a number"),
            ("maxHistory", self.max_history, _is_positive_integer, "a whole number above 0"),
            ("maxTestUsers", self.max_test_users, _is_positive_integer, "a whole number above 0"),
            ("maxRejectedShare", self.max_rejected_share, _is_share, "a number from 0 to 1"),
            ("minInteractions", self.min_interactions, _is_positive_integer, "a whole number above 0"),
            ("minUsers", self.min_users, _is_positive_integer, "a whole number above 0"),
            ("maxAutopilotRows", self.max_autopilot_rows, _is_positive_integer, "a whole number above 0"),
        ]
        wrong = [f"{name} is {value!r}; it must be {what}." for name, value, holds, what in rules if not holds(value)]
        return wrong + self.split.faults()


_JSON_NAMES = {
    "dataset": "dataset",
    "mapping": "mapping",
    "likedThreshold": "liked_threshold",
    "split": "split",
    "maxHistory": "max_history",
    "maxTestUsers": "max_test_users",
    "maxRejectedShare": "max_rejected_share",
    "minInteractions": "min_interactions",
    "minUsers": "min_users",
    "maxAutopilotRows": "max_autopilot_rows",
}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_positive_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_number_or_missing(value: object) -> bool:
    return value is None or _is_number(value)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and _is_number(value) and 0 <= value <= 1
