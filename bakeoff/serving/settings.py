"""The front's settings: one frozen model, read from the environment when a function is first asked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from bakeoff.errors import SettingsError

_NAMES = {
    "runs_table": "RUNS_TABLE",
    "items_table": "ITEMS_TABLE",
    "histories_table": "HISTORIES_TABLE",
    "promoted_run_parameter": "PROMOTED_RUN_PARAMETER",
}
# name, default (None: required), smallest, largest
_NUMBERS: dict[str, tuple[str, int | None, int, int]] = {
    "max_history": ("MAX_HISTORY", None, 1, 10_000),
    "budget_ms": ("BUDGET_MS", 2_000, 1, 29_000),  # API Gateway gives up after 29 s
    "reserve_ms": ("RESERVE_MS", 250, 0, 10_000),
    "run_cache_seconds": ("RUN_CACHE_SECONDS", 30, 0, 3_600),
    "slots_per_backend": ("SLOTS_PER_BACKEND", 4, 1, 64),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a function of the front needs to know.

    Args:
        runs_table: DynamoDB table of run records, key ``runId``.
        items_table: DynamoDB table of titles, key ``key`` = ``<dataVersion>#<itemId>``.
        histories_table: DynamoDB table of histories, key ``key`` = ``<dataVersion>#<userId>``.
        promoted_run_parameter: name of the SSM parameter that holds the promoted run's id.
        max_history: the newest events of a user that contestants are given.
        budget_ms: the longest a request may take, in milliseconds.
        reserve_ms: what is kept of Lambda's remaining time to write the answer, in milliseconds.
        run_cache_seconds: how long a function instance goes on with the run it has read.
        slots_per_backend: calls that one backend may hold at once before it counts as saturated.
    """

    runs_table: str
    items_table: str
    histories_table: str
    promoted_run_parameter: str
    max_history: int
    budget_ms: int = 2_000
    reserve_ms: int = 250
    run_cache_seconds: int = 30
    slots_per_backend: int = 4

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read every setting.

        Raises:
            SettingsError: naming every variable that is missing or malformed.
        """
        return cls(**_read(environment, names=_NAMES, numbers=_NUMBERS))


@dataclass(frozen=True, kw_only=True)
class BoardSettings:
    """What the function of the scoreboard needs to know: some of `Settings`."""

    runs_table: str
    promoted_run_parameter: str
    budget_ms: int = 2_000
    reserve_ms: int = 250

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "BoardSettings":
        """Read every setting.

        Raises:
            SettingsError: naming every variable that is missing or malformed.
        """
        own = [field.name for field in fields(cls)]
        names = {name: variable for name, variable in _NAMES.items() if name in own}
        numbers = {name: rule for name, rule in _NUMBERS.items() if name in own}
        return cls(**_read(environment, names=names, numbers=numbers))


def _read(
    environment: Mapping[str, str],
    *,
    names: Mapping[str, str],
    numbers: Mapping[str, tuple[str, int | None, int, int]],
) -> dict[str, Any]:
    faults: list[str] = []
    values: dict[str, Any] = {name: environment.get(variable, "") for name, variable in names.items()}
    faults += [f"{names[name]} is not set" for name, value in values.items() if not value]
    values |= {name: _number(environment, *rule, faults) for name, rule in numbers.items()}
    if faults:
        raise SettingsError(f"The function's environment cannot be used: {'; '.join(faults)}.")
    return values


def _number(
    environment: Mapping[str, str], variable: str, default: int | None, low: int, high: int, faults: list[str]
) -> int:
    text = environment.get(variable, "")
    if not text and default is not None:
        return default
    if not text:
        faults.append(f"{variable} is not set")
        return low
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        faults.append(f"{variable} is '{text}' and must be a whole number from {low} to {high}")
        return low
    return int(text)
