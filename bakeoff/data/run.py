"""One call for the whole preparation: a raw folder in, a prepared folder out."""

from pathlib import Path
from typing import Any

from bakeoff.data.export import export
from bakeoff.data.preparation import prepare
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.sources import choose_source


def prepare_folder(raw_folder: Path, prepared_folder: Path, settings: PreparationSettings) -> dict[str, Any]:
    """Prepare the raw folder's data and return the manifest.

    Raises:
        DataError: the raw data is missing, malformed or too little, or the prepared folder is not empty.
    """
    return export(prepare(choose_source(raw_folder).read(raw_folder), settings), prepared_folder)
