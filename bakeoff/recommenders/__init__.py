"""Recommenders: one file, one recommender. The registry finds a file by its name and imports it when it is asked for.

Adding one: a file here with `Settings`, `Model`, `choose` and `fit` as `base.Recommender` describes them, a test file
that inherits the contract suite, and an entry in the catalogue of contestants. Nothing else knows the names.
"""

from importlib import import_module
from pathlib import Path
from typing import cast

from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Recommender

_FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every recommender's name, which is its file's; nothing is imported."""
    return sorted(path.stem for path in _FOLDER.glob("*.py") if path.stem != "__init__")


def find(name: str) -> Recommender:
    """Import the recommender in the file of that name.

    Raises:
        ModelError: there is no such file.
    """
    if name not in names():
        raise ModelError(f"There is no recommender {name!r}; known are {', '.join(names())}.")
    return cast("Recommender", import_module(f"bakeoff.recommenders.{name}"))
