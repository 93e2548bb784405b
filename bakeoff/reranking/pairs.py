"""The Autopilot table's columns of any pair of user and item, out of the prepared statistics and attributes.

A pair gets what the table's test rows have: statistics of train and validation, never of the test part.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.outputs.affinities import Entries, entries_of
from bakeoff.data.outputs.tastes import is_taste, of_pairs
from bakeoff.data.prepared import Prepared
from bakeoff.errors import DataError

# The table's columns that count and average ratings, by where the prepared statistics hold them.
STATISTICS = {
    "user_interactions": ("users", "n_known"),
    "user_mean": ("users", "mean_known"),
    "item_interactions": ("items", "n_known"),
    "item_mean": ("items", "mean_known"),
}
_ENTITIES = ("users", "items")
# A row of CSV is a line to batch transform: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
_LINE_BREAKS = r"[\r\n]+"
Positions = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class PairColumns:
    """The columns of one feature specification, in its order.

    Args:
        columns: by name, the entity (``users`` or ``items``) and a value for each of its rows, as text; None for a
            column that is about the pair.
        prepared: the folder.
        entries: what affinities are about.
    """

    columns: Mapping[str, tuple[str, pa.Array] | None]
    prepared: Prepared
    entries: Sequence[Entries]

    @classmethod
    def open(cls, prepared: Prepared, specification: str) -> "PairColumns":
        """Of a prepared folder.

        Raises:
            DataError: the folder lacks a file, or the specification names a column that no file holds.
        """
        folder = prepared.folder
        path = folder / layout.AUTOPILOT_FEATURES.format(specification)
        try:
            names: list[str] = json.loads(path.read_text(encoding="utf-8"))["FeatureAttributeNames"]
            statistics = {kind: pq.read_table(folder / layout.AUTOPILOT_STATISTICS.format(kind)) for kind in _ENTITIES}
            attributes = {kind: pq.read_table(folder / layout.AUTOPILOT_ATTRIBUTES.format(kind)) for kind in _ENTITIES}
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{folder} cannot be read for re-ranking: {error}; prepare the data again.") from error
        found: dict[str, tuple[str, pa.Array] | None] = {}
        for name in names:
            if is_taste(name):
                found[name] = None
                continue
            if name in STATISTICS:
                kind, column = STATISTICS[name]
                found[name] = (kind, _texts(statistics[kind].column(column)))
                continue
            kind = next((kind for kind in _ENTITIES if name in attributes[kind].column_names), "")
            if not kind:
                raise DataError(
                    f"{path} names the column {name}, which is neither a statistic nor one of users or items; "
                    "prepare the data again."
                )
            found[name] = (kind, _texts(attributes[kind].column(name)))
        return cls(found, prepared, entries_of(list(prepared.documents())) if None in found.values() else [])

    def lines(self, *, users: Positions, items: Positions) -> pa.Array:
        """One line of CSV (RFC 4180, without header) for each pair, as text that ends in a line feed.

        Args:
            users: rows, shape (n_pairs,).
            items: columns, of the same shape.
        """
        positions = {"users": pa.array(users), "items": pa.array(items)}
        about_pairs = (
            of_pairs(self.prepared, self.entries, users=users, items=items) if None in self.columns.values() else {}
        )
        fields = [
            values[1].take(positions[values[0]]) if values else _texts(pa.array(about_pairs[name], from_pandas=True))
            for name, values in self.columns.items()
        ]
        return pc.binary_join_element_wise(pc.binary_join_element_wise(*fields, ","), pa.scalar("\n"), "")


def _texts(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Each value as a field of CSV; empty where it is missing. A number is the shortest that reads as the same."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_string(values.type):
        return pc.fill_null(pc.cast(values, pa.string()), "")
    plain = pc.replace_substring_regex(pc.fill_null(values, ""), _LINE_BREAKS, " ")
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(plain, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(plain, r'[",]'), quoted, plain)
