"""Where raw data comes from: one file, one format, chosen by the files that lie in the raw folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from bakeoff.data.documents import Document
from bakeoff.errors import DataError


@dataclass(frozen=True, kw_only=True, eq=False)
class Raw:
    """Raw data in one shape, whatever its format.

    Args:
        interactions: columns user, item (categories of text), value, timestamp (as read), row.
        file: the interactions' file.
        value_range: the least and the greatest rating that the format knows.
        documents: the catalogue; ids are unique.
        rejects: rows of other files than `file` that could not be used.
        rows_read: rows per file, `file` included.
    """

    interactions: pd.DataFrame
    file: str
    value_range: tuple[float, float]
    documents: list[Document]
    rejects: pd.DataFrame
    rows_read: dict[str, int]


class Source(Protocol):
    """One format of raw data. A new one is a file in this folder and a line in ``known_sources``."""

    needs: str

    def recognises(self, folder: Path) -> bool:
        """Whether the folder holds interactions in this format."""

    def read(self, folder: Path) -> Raw:
        """Read the folder.

        Raises:
            DataError: names every missing file and column at once.
        """


def known_sources() -> list[Source]:
    """Every format that the preparation reads."""
    from bakeoff.data.sources.movielens_atomic import MovieLensAtomic
    from bakeoff.data.sources.movielens_csv import MovieLensCsv

    return [MovieLensAtomic(), MovieLensCsv()]


def choose_source(folder: Path) -> Source:
    """The one format whose interactions lie in the folder.

    Raises:
        DataError: no format's do, or those of several.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} does not exist; put the raw files into a folder and name it.")
    sources = known_sources()
    found = [source for source in sources if source.recognises(folder)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
    either = "; or ".join(source.needs for source in sources)
    what = "holds interactions in several formats" if found else "holds no interactions in a known format"
    raise DataError(f"{folder} {what} (there is {there}). Put there the files of one: {either}.")
