"""What a training job is told: SageMaker hands every hyper-parameter over as a text."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from bakeoff.errors import ConfigurationError, SettingsError

NAMES = ("contestant", "recommender", "settings", "learns_from", "seed")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The job's order.

    Args:
        contestant: the catalogue's name, for the description.
        recommender: the file in ``bakeoff/recommenders/``.
        settings: the recommender's settings; not checked here.
        learns_from: ``liked`` or ``all``.
        seed: of everything random.
    """

    contestant: str
    recommender: str
    settings: dict[str, Any]
    learns_from: Literal["liked", "all"]
    seed: int

    @classmethod
    def read(cls, path: Path) -> "Hyperparameters":
        """From SageMaker's ``hyperparameters.json``.

        Raises:
            SettingsError: the file is missing or no JSON object.
            ConfigurationError: names every hyper-parameter that is missing, unknown or wrong.
        """
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} cannot be read as JSON: {error}.") from error
        if not isinstance(given, dict):
            raise SettingsError(f"{path} holds {type(given).__name__}; it must be a JSON object.")
        return cls.parse(given)

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> "Hyperparameters":
        faults = [f"{name} is missing." for name in NAMES if name not in given and name != "settings"]
        faults += [f"{name} is unknown; known: {', '.join(NAMES)}." for name in given if name not in NAMES]
        settings, fault = _settings(given.get("settings", "{}"))
        faults += fault
        learns_from, seed = given.get("learns_from", "liked"), given.get("seed", "0")
        if learns_from not in ("liked", "all"):
            faults.append(f"learns_from is {learns_from!r}; it must be liked or all.")
        if not str(seed).isdecimal():
            faults.append(f"seed is {seed!r}; it must be a whole number, 0 or above.")
        if faults:
            raise ConfigurationError("The training job's hyper-parameters", faults)
        return cls(
            contestant=given["contestant"],
            recommender=given["recommender"],
            settings=settings,
            learns_from=cast("Literal['liked', 'all']", learns_from),
            seed=int(seed),
        )


def _settings(text: str) -> tuple[dict[str, Any], list[str]]:
    try:
        settings = json.loads(text, parse_constant=lambda _: math.nan)
    except (TypeError, ValueError) as error:
        return {}, [f"settings is {text!r}, which is no JSON: {error}."]
    if not isinstance(settings, dict):
        return {}, [f"settings is {text!r}; it must be a JSON object."]
    return settings, []
