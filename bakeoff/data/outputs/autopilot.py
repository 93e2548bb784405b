"""The Autopilot table: each sampled interaction with what is known of its user and item; wide, but never in full.

Rows are in the order of items, so that a column of an item is one run after another to Parquet, and texts are written
as codes with their dictionary: the joined rows cost a few bytes each. All four Autopilot contestants read the one
table; a feature specification says which columns count.
"""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.outputs.features import Feature
from bakeoff.data.outputs.rows import Rows
from bakeoff.data.outputs.statistics import Statistics
from bakeoff.data.outputs.tastes import Tastes, is_selected
from bakeoff.data.writing import FolderWriter

PARTS = ("train", "validation", "test")
TARGET = "rating"
STATISTICS = ("user_interactions", "user_mean", "item_interactions", "item_mean")
ROWS_PER_GROUP = 1 << 19
_KEYS = ("user_id", "item_id")


@dataclass(frozen=True, kw_only=True, eq=False)
class Entity:
    """Users or items: their ids, cleaned columns and statistics, all in row order.

    Args:
        kind: ``user`` or ``item``; begins the name of each column.
    """

    kind: str
    ids: pa.Array
    features: Sequence[Feature]
    statistics: Statistics

    def column_name(self, feature: Feature) -> str:
        return f"{self.kind}_{feature.name}"


class AutopilotTable:
    """Writes train, validation and test rows, each into a file of its own.

    Args:
        users: in row order.
        items: in column order.
        tastes: of the same rows.
    """

    def __init__(self, writer: FolderWriter, files: ExitStack, *, users: Entity, items: Entity, tastes: Tastes) -> None:
        self._users, self._items, self._tastes = users, items, tastes
        self._schema = _schema(users, items, tastes.names)
        self._waiting: list[list[Rows]] = [[] for _ in PARTS]
        self._writers = [
            self._open(files.enter_context(writer.file(layout.AUTOPILOT_TABLE.format(part)))) for part in PARTS
        ]

    def _open(self, file: BinaryIO) -> pq.ParquetWriter:
        # Nobody looks for rows by their plots: the least and greatest text of each group would only be time and bytes.
        return pq.ParquetWriter(file, self._schema, compression="zstd", compression_level=3, write_statistics=False)

    def add(self, rows: Rows) -> None:
        for part, waiting in enumerate(self._waiting):
            waiting.append(rows.where(rows.part == part))
            if sum(len(here) for here in waiting) >= ROWS_PER_GROUP:
                self._write(part)

    def close(self) -> None:
        """Write what waits, and the footers."""
        for part, writer in enumerate(self._writers):
            self._write(part)
            writer.close()

    def _write(self, part: int) -> None:
        rows = Rows.concatenated(self._waiting[part])
        self._waiting[part] = []
        if len(rows):
            table = pa.Table.from_arrays(self._columns(part, rows), schema=self._schema)
            self._writers[part].write_table(table, row_group_size=len(rows))

    def _columns(self, part: int, rows: Rows) -> list[pa.Array]:
        columns: list[pa.Array] = [
            pa.DictionaryArray.from_arrays(pa.array(rows.user_row), self._users.ids),
            _of_range(self._items.ids, rows.item_column),
            pa.array(rows.value),
        ]
        for entity, positions in ((self._users, rows.user_row), (self._items, rows.item_column)):
            n, mean = entity.statistics.for_part(part, positions, rows.fold)
            columns += [pa.array(n), pa.array(mean, from_pandas=True)]
        columns += [pa.array(values, from_pandas=True) for values in self._tastes.columns(part, rows)]
        columns += [_of_all(feature.values, rows.user_row) for feature in self._users.features]
        return columns + [_of_range(feature.values, rows.item_column) for feature in self._items.features]


def named_features(users: Entity, items: Entity) -> list[tuple[str, Feature]]:
    """The columns of users and items by their names in the table."""
    return [(entity.column_name(feature), feature) for entity in (users, items) for feature in entity.features]


def write_specifications(writer: FolderWriter, *, users: Entity, items: Entity, tastes: Tastes) -> None:
    """Write the feature specifications, what they were chosen by, and statistics and columns by id.

    ``all`` has every column that does not leak, ``selected`` those that the rule chose, ``leaking`` is ``all`` with the
    leaking ones beside: to show what a model gains by knowing the future.
    """
    named = named_features(users, items)
    chosen = {
        "all": [(name, feature) for name, feature in named if not feature.column.leaking],
        "selected": [(name, feature) for name, feature in named if feature.selected],
        "leaking": named,
    }
    for specification, columns in chosen.items():
        of_pairs = [name for name in tastes.names if specification != "selected" or is_selected(name)]
        types = {
            **dict.fromkeys((*STATISTICS, *of_pairs), "numeric"),
            **{name: feature.data_type for name, feature in columns},
        }
        writer.json(
            layout.AUTOPILOT_FEATURES.format(specification),
            {"FeatureAttributeNames": list(types), "FeatureDataTypes": types},
        )
    writer.json(layout.AUTOPILOT_COLUMNS, {name: feature.to_json() for name, feature in named})
    for entity in (users, items):
        entity.statistics.write(writer, f"{entity.kind}s", entity.ids)
        _write_attributes(writer, entity)
    tastes.write(writer, users=users.ids, items=items.ids)


def _write_attributes(writer: FolderWriter, entity: Entity) -> None:
    """Write an entity's columns, one row for each: what any pair of user and item has beside its statistics."""
    columns = {entity.column_name(feature): feature.values for feature in entity.features}
    with writer.file(layout.AUTOPILOT_ATTRIBUTES.format(f"{entity.kind}s")) as file:
        pq.write_table(pa.table({"id": entity.ids, **columns}), file, compression="zstd")


def _schema(users: Entity, items: Entity, tastes: Sequence[str]) -> pa.Schema:
    text = pa.dictionary(pa.int32(), pa.string())
    fields = [pa.field(name, text) for name in _KEYS]
    fields.append(pa.field(TARGET, pa.float32()))
    fields += [pa.field(name, pa.float32() if name.endswith("mean") else pa.int32()) for name in STATISTICS]
    fields += [pa.field(name, pa.float32()) for name in tastes]
    for entity in (users, items):
        fields += [
            pa.field(entity.column_name(feature), text if pa.types.is_string(feature.values.type) else pa.float64())
            for feature in entity.features
        ]
    return pa.schema(fields)


def _of_all(values: pa.Array, positions: npt.NDArray[np.integer[Any]]) -> pa.Array:
    if not pa.types.is_string(values.type):
        return values.take(pa.array(positions))
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(pa.array(positions)), encoded.dictionary)


def _of_range(values: pa.Array, positions: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """As `_of_all`, for ascending positions: only their part of the dictionary is written."""
    first, last = int(positions[0]), int(positions[-1])
    return _of_all(values.slice(first, last - first + 1), positions - first)


def sample_below(n_rows: int, *, most: int) -> str | None:
    """The shuffling key below which a row is sampled, so that about `most` are; None where all are."""
    return None if n_rows <= most else f"{math.floor(most / n_rows * 16**8):08x}"
