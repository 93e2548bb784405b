"""The raw folder's files, found and looked into before anything is read: all that is missing is named at once."""

from collections.abc import Mapping
from difflib import get_close_matches

import ibis

from bakeoff.data.engines import Engine, RawFile
from bakeoff.data.mapping import DataMapping, Source
from bakeoff.data.mappings import resolve
from bakeoff.data.rejects import Rejects
from bakeoff.errors import DataError


class RawFiles:
    """The files of a mapping.

    Args:
        found: by source.
        needed: the columns that each source must have, by source.
    """

    def __init__(self, found: Mapping[Source, RawFile], needed: Mapping[Source, tuple[str, ...]]) -> None:
        self._found, self._needed = found, needed
        self.rows_read: dict[str, int] = {}

    def file(self, source: Source) -> RawFile:
        return self._found[source]

    def has(self, source: Source) -> bool:
        """Whether an optional file is there."""
        return source in self._found

    def columns(self, source: Source) -> tuple[str, ...]:
        """The columns that the mapping needs of it."""
        return self._needed[source]

    def note_rows(self, file: RawFile, engine: Engine, kept: ibis.Table, rejects: Rejects) -> None:
        """Remember how many rows a file has, given the table kept of it; the malformed ones are rejected."""
        malformed = engine.malformed(file)
        rejects.add(file.name, malformed.reasons, malformed.records)
        well_formed: int = engine.collect(kept.aggregate(n=kept.count())).column("n")[0].as_py()
        self.rows_read[file.name] = well_formed + len(malformed.reasons)


def find_files(engine: Engine, mapping: DataMapping, *, folder: str) -> RawFiles:
    """Find the mapping's files and read their headers.

    Raises:
        DataError: names every missing file and column of all files; a column of another name is suggested.
    """
    there = engine.files()
    needed = mapping.sources()
    found: dict[Source, RawFile] = {}
    faults: list[str] = []
    for source, columns in needed.items():
        names = resolve(source, there)
        if not names and mapping.users and mapping.users.optional and source == mapping.users.source:
            continue
        if len(names) != 1:
            faults.append(_not_one(source, names))
            continue
        header = [_bare(name) for name in engine.header(names[0], source)]
        faults += _faults(names[0], header, columns)
        # A column without a name, such as the row numbers that pandas writes, is none that a mapping could name.
        named = tuple(name or f"column {number}" for number, name in enumerate(header, start=1))
        found[source] = RawFile(name=names[0], source=source, header=named)
    faults = list(dict.fromkeys([*faults, *_unjoined(mapping, found, complete=not faults)]))
    if faults:
        raise DataError(f"{folder} cannot be prepared: {' '.join(faults)}")
    return RawFiles(found, needed)


def _not_one(source: Source, names: list[str]) -> str:
    if names:
        return f"{source.file} is {len(names)} files: {', '.join(names)}; leave one."
    return f"{source.file} is missing; put it there."


def _bare(name: str) -> str:
    # The headers of RecBole's atomic files carry a type behind a colon: user_id:token.
    return name.partition(":")[0].strip()


def _faults(file: str, header: list[str], columns: tuple[str, ...]) -> list[str]:
    if not any(header):
        return [f"{file} is empty; it needs a first line with the columns' names."]
    if any("\0" in name for name in header):
        return [f"{file} is no UTF-8 text (is it UTF-16?); save it as UTF-8."]
    # Engines do not tell userid from userId.
    names = [name for name in _lower(header) if name]
    if len(set(names)) < len(names):
        return [f"{file} names a column twice: {', '.join(header)}."]
    missing = [name for name in columns if name not in header]
    if not missing:
        return []
    named = "the column" if len(missing) == 1 else "the columns"
    lacks = f"{file} lacks {named} {', '.join(missing)}; its first line has {', '.join(header)}."
    return [
        lacks,
        *(_suggestion(file, name, header) for name in missing if get_close_matches(name.lower(), _lower(header))),
    ]


def _suggestion(file: str, name: str, header: list[str]) -> str:
    (close, *_) = get_close_matches(name.lower(), _lower(header))
    there = header[_lower(header).index(close)]
    return f"If {there} is {name}, rename it in {file} or in the mapping."


def _lower(names: list[str]) -> list[str]:
    return [name.lower() for name in names]


def _unjoined(mapping: DataMapping, found: Mapping[Source, RawFile], *, complete: bool) -> list[str]:
    """Columns that fields name and no file of the items has."""
    sources = [mapping.items.source, *(join.source for join in mapping.items.joins)]
    if not complete or not all(source in found for source in sources):
        return []
    there = {name for source in sources for name in found[source].header}
    missing = [name for name in mapping.item_columns() if name not in there and name not in _optional(mapping)]
    files = ", ".join(found[source].name for source in sources)
    return [f"{files} lack the column {name}, which the mapping {mapping.name} names." for name in missing]


def _optional(mapping: DataMapping) -> set[str]:
    """Features may be missing; fields and keys may not."""
    needed = [name for field in mapping.items.fields.values() for name in field.columns]
    needed += [join.left for join in mapping.items.joins]
    return {column.column for column in mapping.items.columns} - set(needed)
