"""A model's folder: ``model.json``, ``items.json`` and one .npy file per array; no pickles.

Arrays are opened memory-mapped, so that an endpoint starts fast and its workers share one copy.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.errors import ModelError
from bakeoff.recommenders import find
from bakeoff.recommenders.base.contract import Model
from bakeoff.recommenders.base.settings import parse_settings
from bakeoff.recommenders.base.signal import Signal

FORMAT = 1
DESCRIPTION = "model.json"
ITEMS = "items.json"
ARRAYS = "arrays"


@dataclass(frozen=True, eq=False)
class Archive:
    """A model with what is needed to ask it by ids.

    Args:
        model: is asked.
        items: item ids of the catalogue; position = column.
        description: the content of ``model.json``.
    """

    model: Model
    items: Sequence[str]
    description: dict[str, Any]

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column by item id."""
        return {item: column for column, item in enumerate(self.items)}

    @property
    def liked_threshold(self) -> float:
        return float(self.description["likedThreshold"])

    def save(self, folder: Path) -> None:
        """Write the folder; ``model.json`` last, so that a half-written folder cannot be loaded."""
        (folder / ARRAYS).mkdir(parents=True, exist_ok=True)
        for name, array in self.model.arrays().items():
            np.save(folder / ARRAYS / f"{name}.npy", array, allow_pickle=False)
        (folder / ITEMS).write_text(json.dumps(list(self.items)), encoding="utf-8")
        unfinished = folder / f"{DESCRIPTION}.unfinished"
        unfinished.write_text(json.dumps({"format": FORMAT, **self.description}, indent=2), encoding="utf-8")
        unfinished.replace(folder / DESCRIPTION)

    @classmethod
    def load(cls, folder: Path) -> "Archive":
        """Open a folder.

        Raises:
            ModelError: it is no finished model, of another format, or lacks an array.
        """
        description = _read_description(folder)
        recommender = find(description["recommender"])
        files = sorted((folder / ARRAYS).glob("*.npy"))
        arrays = {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in files}
        settings = parse_settings(recommender.Settings, description["settings"], source=f"{folder / DESCRIPTION}")
        signal = Signal(liked_threshold=description["likedThreshold"], learns_from=description["learnsFrom"])
        try:
            model = recommender.Model.from_arrays(arrays, settings=settings, signal=signal)
        except KeyError as error:
            raise ModelError(f"{folder / ARRAYS} lacks {error.args[0]}.npy; train the model again.") from error
        return cls(model, json.loads((folder / ITEMS).read_text(encoding="utf-8")), description)


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    if not path.is_file():
        raise ModelError(f"{path} does not exist: the training did not finish, or this is no model's folder.")
    description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if description.get("format") != FORMAT:
        raise ModelError(
            f"{path} has format {description.get('format')!r}, this code reads {FORMAT}; train the model again."
        )
    return description
