"""The mappings that Bakeoff knows: one TOML file, one format of raw data; yours is one more file here."""

import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

from bakeoff.data.building import build
from bakeoff.data.mapping import NAMED_FIELDS, DataMapping, Source
from bakeoff.errors import ConfigurationError, DataError

AUTO = "auto"
SUFFIX = ".toml"
# A file's name takes few words, a mapping's several; Amazon Personalize lets metadata be named by these only.
_RESERVED = ("user_id", "item_id", "timestamp", "event_type", "event_value", "creation_timestamp")


def known_mappings() -> list[DataMapping]:
    """Every mapping in this folder, by name."""
    entries = sorted(files(__name__).iterdir(), key=lambda entry: entry.name)
    return [
        parse_mapping(entry.read_text(encoding="utf-8"), name=entry.name.removesuffix(SUFFIX))
        for entry in entries
        if entry.name.endswith(SUFFIX)
    ]


def parse_mapping(text: str, *, name: str) -> DataMapping:
    """The mapping that a TOML text describes.

    Raises:
        ConfigurationError: names every fault at once.
    """
    source = f"the mapping {name}.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, [f"not TOML: {error}"]) from error
    faults: list[str] = []
    mapping = build(DataMapping, {**table, "name": name}, at="mapping", faults=faults)
    faults = [fault.removeprefix("mapping.") for fault in faults]
    if mapping is not None:
        faults += _contradictions(mapping)
    if faults or mapping is None:
        raise ConfigurationError(source, faults)
    return mapping


def choose_mapping(file_names: Iterable[str], *, name: str = AUTO, folder: str) -> DataMapping:
    """The mapping called `name`; with "auto" the one whose interactions are among the files.

    Args:
        file_names: the files of the raw folder.
        name: a mapping's, "auto", or the path of a mapping's TOML file, which travels with no job.
        folder: named in errors.

    Raises:
        ConfigurationError: no mapping has that name, or the file is missing or has faults.
        DataError: with "auto", no mapping fits, or several do.
    """
    if name.endswith(SUFFIX):
        return _read(Path(name))
    names = sorted(file_names)
    mappings = known_mappings()
    if name != AUTO:
        return _by_name(mappings, name)
    found = [mapping for mapping in mappings if _matches(mapping.interactions.source, names)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(names) or "nothing"
    either = "; or ".join(f"{_needs(mapping)} ({mapping.title})" for mapping in mappings)
    what = "holds interactions in several formats" if found else "holds no interactions in a known format"
    raise DataError(
        f"{folder} {what} (there is {there}). Put there the files of one: {either}. Or describe yours in a mapping, "
        "bakeoff/data/mappings/<name>.toml (docs/data.md says how)."
    )


def resolve(source: Source, file_names: Iterable[str]) -> list[str]:
    """The files that the source's name stands for; one, if all is well."""
    return [name for name in sorted(file_names) if fnmatchcase(name, source.file)]


def _matches(source: Source, file_names: list[str]) -> bool:
    return bool(resolve(source, file_names))


def _read(path: Path) -> DataMapping:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the mapping {path}", [f"it cannot be read: {error}"]) from error
    return parse_mapping(text, name=path.stem)


def _by_name(mappings: list[DataMapping], name: str) -> DataMapping:
    for mapping in mappings:
        if mapping.name == name:
            return mapping
    known = ", ".join(mapping.name for mapping in mappings)
    raise ConfigurationError("prepare.mapping", [f"'{name}' is no mapping; known: {AUTO}, {known}"])


def _needs(mapping: DataMapping) -> str:
    return ", ".join(dict.fromkeys(source.file for source in mapping.sources()))


def _contradictions(mapping: DataMapping) -> list[str]:
    events = mapping.interactions
    faults = []
    if (events.value is None) == (events.event is None):
        faults.append("interactions needs either value (a rating's column) or event (an event type's), not both.")
    if events.event is not None and not events.weights:
        faults.append("interactions.weights is missing: give each event type its value, such as {view = 1, buy = 5}.")
    low, high = events.value_range
    if not low < high:
        faults.append(f"interactions.value_range is {low} to {high}; the first must be below the second.")
    faults += [
        f"items.fields.{name} is unknown; known: {', '.join(NAMED_FIELDS)}."
        for name in mapping.items.fields
        if name not in NAMED_FIELDS
    ]
    columns = [*mapping.items.columns, *(mapping.users.columns if mapping.users else ())]
    faults += [
        f"the column {column.column} has a name that Amazon Personalize reserves; rename it in the file."
        for column in columns
        if column.column.lower() in _RESERVED
    ]
    known = [column.column for column in mapping.items.columns]
    faults += [f"items.selected names {name}, which is none of items.columns." for name in _strangers(mapping, known)]
    return faults


def _strangers(mapping: DataMapping, known: list[str]) -> list[str]:
    return [name for name in mapping.items.selected if name not in known]


def as_json(mapping: DataMapping) -> Mapping[str, Any]:
    """What of the mapping is worth recording beside the prepared data."""
    return {"name": mapping.name, "title": mapping.title}
