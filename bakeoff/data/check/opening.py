"""Opens a raw folder with the embedded engine, and sees that its files and columns are there."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bakeoff.data.engines.duckdb import DuckDB
from bakeoff.data.mapping import DataMapping
from bakeoff.data.mappings import AUTO, choose_mapping
from bakeoff.data.raw_files import find_files
from bakeoff.errors import DataError


@contextmanager
def opened(folder: Path) -> Iterator[DuckDB]:
    """The embedded engine over a raw folder; what it keeps on disk is removed at the end.

    Raises:
        DataError: there is no such folder.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} does not exist; put the raw files into a folder and name it.")
    with tempfile.TemporaryDirectory(prefix="bakeoff-") as work, closing(DuckDB(folder, Path(work) / "work")) as engine:
        yield engine


def look(folder: Path, *, mapping: str = AUTO) -> DataMapping:
    """The folder's mapping, once all its files and columns are found; no row is read.

    Args:
        folder: raw data.
        mapping: a mapping's name, the path of a TOML file, or ``auto``.

    Raises:
        ConfigurationError: no mapping has that name, or it has faults.
        DataError: no mapping fits, or files or columns are missing.
    """
    with opened(folder) as engine:
        chosen = choose_mapping(engine.files(), name=mapping, folder=str(folder))
        find_files(engine, chosen, folder=str(folder))
        return chosen
