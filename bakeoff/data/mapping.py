"""The mapping: which files and columns of somebody's data are interactions, items and users. One TOML file a format."""

import dataclasses
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Literal

SECONDS, MILLISECONDS, ISO = "seconds", "milliseconds", "iso"
NEWEST, STRONGEST = "newest", "strongest"
ColumnType = Literal["number", "money", "category", "list", "text", "date"]
# What the field's name means to the documents; every other column of an item is one of `Items.columns`.
NAMED_FIELDS = ("title", "year", "genres", "directors", "writers", "actors", "plot")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file.

    Args:
        file: its name in the raw folder; may hold ``*``, which must then match exactly one file. ``.parquet`` is
            Parquet, anything else delimited text; ``.gz`` is unpacked while it is read.
        separator: between fields.
        quoted: whether fields may stand in double quotes (and a quote inside is doubled), as RFC 4180 has it.
        encoding: of the text; ``utf-8`` or ``latin-1``.
    """

    file: str
    separator: str = ","
    quoted: bool = True
    encoding: Literal["utf-8", "latin-1"] = "utf-8"

    @property
    def is_parquet(self) -> bool:
        return self.file.endswith(".parquet")


@dataclass(frozen=True, kw_only=True)
class InteractionColumns:
    """The file of interactions: one row, one event of one user with one item.

    Args:
        source: the file.
        user: column of the user's id.
        item: column of the item's id.
        timestamp: column of the time.
        value: column of the rating; or
        event: column of the event's type, which `weights` turns into a value.
        weights: value by event type; rows of another type are rejected.
        timestamp_format: ``seconds`` or ``milliseconds`` since the epoch, or ``iso``: ``2024-05-31`` with or without
            ``T12:30:00Z``, in UTC. A Parquet timestamp needs none of them.
        value_range: least and greatest value that is no mistake.
        liked_threshold: values at or above it are liked; the one rule of trainers and evaluation.
        repeats: of several interactions of a user with an item the ``newest`` is kept, or the ``strongest`` (the one
            with the greatest value; the newest of them).
    """

    source: Source
    user: str
    item: str
    timestamp: str
    liked_threshold: float
    value: str | None = None
    event: str | None = None
    weights: Table[str, float] = dataclasses.field(default_factory=dict)
    timestamp_format: Literal["seconds", "milliseconds", "iso"] = "seconds"
    value_range: tuple[float, float] = (-1e9, 1e9)
    repeats: Literal["newest", "strongest"] = "newest"


@dataclass(frozen=True, kw_only=True)
class Join:
    """A further table with one row per item.

    Args:
        source: the file.
        left: the column that is looked up, of the items' file or of a table joined before.
        right: the column of this table that it is looked up in; of several rows with one key the first counts.
        key: ``text`` compares as it stands, ``digits`` without letters and zeros in front: tt0114709 is 114709.
    """

    source: Source
    left: str
    right: str
    key: Literal["text", "digits"] = "text"


@dataclass(frozen=True, kw_only=True)
class Entries:
    """A table with one row per item and entry, such as the persons of a film in a knowledge graph.

    Args:
        source: the file.
        field: what the entries are; one of directors, writers, actors, genres.
        item: column of the item's key.
        entry: column of the entry.
        where: rows count only where these columns have these values.
        through: a table that leads from the key to the item's id: its `left` is the column with the key, its `right`
            the column with the id.
    """

    source: Source
    field: Literal["genres", "directors", "writers", "actors"]
    item: str
    entry: str
    where: Table[str, str] = dataclasses.field(default_factory=dict)
    through: Join | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where a field of the item documents comes from.

    Args:
        columns: looked at in this order; the first that holds something counts.
        separator: splits the text into a list (genres and persons); brackets and what stands in them is dropped.
        without: entries that mean nothing, such as ``(no genres listed)``.
        from_title: for the year: taken off the end of the title, ``Heat (1995)``, where it stands there.
    """

    columns: tuple[str, ...] = ()
    separator: str | None = None
    without: tuple[str, ...] = ()
    from_title: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of items or users that is no named field: a feature of the Autopilot table and of Amazon Personalize.

    Args:
        column: its name in the files; also its name everywhere else.
        type: number; money (``$ 45000``; currencies are not converted, another sign than $ is missing); category; list;
            text; date.
        separator: between the entries of a list.
        leaking: collected after the interactions happened, so it knows the future; left out by default.
    """

    column: str
    type: ColumnType
    separator: str = ","
    leaking: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemColumns:
    """The items' file and what is joined to it.

    Args:
        source: the file: one row per item; of several rows with one id the first counts.
        id: column of the item's id.
        joins: further tables.
        entries: further tables with several rows per item.
        fields: where each named field comes from.
        columns: the other columns.
        selected: overrides the rule that chooses the columns of the "selected" feature specification.
    """

    source: Source
    id: str
    joins: tuple[Join, ...] = ()
    entries: tuple[Entries, ...] = ()
    fields: Table[str, Field] = dataclasses.field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    selected: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UserColumns:
    """The users' file: one row per user; users without a row are known by their interactions only.

    Args:
        source: the file.
        id: column of the user's id.
        columns: what is known of users.
        optional: the file may be missing; then nothing is known of users but their interactions.
    """

    source: Source
    id: str
    columns: tuple[Column, ...]
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class DataMapping:
    """One format of raw data.

    Args:
        name: the TOML file's name without its suffix.
        title: for people.
        interactions: required.
        items: required; at least an id.
        users: optional.
    """

    name: str
    title: str
    interactions: InteractionColumns
    items: ItemColumns
    users: UserColumns | None = None

    def sources(self) -> dict[Source, tuple[str, ...]]:
        """Every file with the columns that are read of it; a file that is named twice is one entry."""
        needed: dict[Source, dict[str, None]] = {}

        def note(source: Source, *columns: str | None) -> None:
            needed.setdefault(source, {}).update(dict.fromkeys(column for column in columns if column))

        events = self.interactions
        note(events.source, events.user, events.item, events.value, events.event, events.timestamp)
        note(self.items.source, self.items.id)
        for join in self.items.joins:
            note(join.source, join.right)
        for entries in self.items.entries:
            note(entries.source, entries.item, entries.entry, *entries.where)
            if entries.through:
                note(entries.through.source, entries.through.left, entries.through.right)
        if self.users:
            note(self.users.source, self.users.id, *(column.column for column in self.users.columns))
        return {source: tuple(columns) for source, columns in needed.items()}

    def item_columns(self) -> tuple[str, ...]:
        """The columns of the items' file and its joins that fields, columns and joins name."""
        names = [join.left for join in self.items.joins]
        names += [name for entry in self.items.fields.values() for name in entry.columns]
        names += [column.column for column in self.items.columns]
        return tuple(dict.fromkeys(names))
