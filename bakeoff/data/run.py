"""One call for the whole preparation: a raw folder in, a prepared folder out, on the embedded engine."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bakeoff.data.engines.duckdb import DuckDB
from bakeoff.data.outputs.folder import write
from bakeoff.data.preparation import prepare
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.writing import FolderWriter, only_writer, require_empty
from bakeoff.errors import DataError


def prepare_folder(
    raw_folder: Path,
    prepared_folder: Path,
    settings: PreparationSettings,
    *,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Prepare the raw folder's data and return the manifest.

    Args:
        raw_folder: the files of one mapping.
        prepared_folder: empty, or left by a preparation that was broken off.
        settings: what to do.
        progress: told what begins.

    Raises:
        DataError: the raw data is missing, malformed or too little, or the prepared folder is not empty,
            or another process prepares into it.
    """
    if not raw_folder.is_dir():
        raise DataError(f"{raw_folder} does not exist; put the raw files into a folder and name it.")
    # Beside the folder and not in it, for what lies there goes to S3; of this name, so that the next one clears it.
    work = prepared_folder.with_name(f".{prepared_folder.name}.work")
    with only_writer(prepared_folder):
        require_empty(prepared_folder)
        with closing(DuckDB(raw_folder, work)) as engine:
            preparation = prepare(engine, settings, folder=str(raw_folder), progress=progress)
            return write(preparation, engine, FolderWriter(prepared_folder), progress=progress)
