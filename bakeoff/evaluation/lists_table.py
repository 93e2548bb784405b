"""lists.parquet: every contestant's recommendable lists with their hits, for whoever wants to check or to go on."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.target import Target

LISTS_PARQUET = "lists.parquet"
SCHEMA = pa.schema(
    [
        ("contestant", pa.string()),
        ("userId", pa.string()),
        ("items", pa.list_(pa.string())),
        ("hits", pa.list_(pa.bool_())),
        ("relevant", pa.int32()),
    ]
)


def write_lists(path: Path, ranked: Mapping[str, npt.NDArray[np.int32]], target: Target, prepared: Prepared) -> None:
    """One row per contestant and test user: the list, which of its items were relevant, and how many there were.

    Written under a temporary name and renamed; one row group a contestant.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    users = pa.array([prepared.users[row] for row in target.users.tolist()], pa.string())
    items = pa.array(prepared.items, pa.string())
    # Columns are written as they are, with the ids as their dictionary; readers see text, as in SCHEMA.
    coded = SCHEMA.set(
        SCHEMA.get_field_index("items"), pa.field("items", pa.list_(pa.dictionary(pa.int32(), pa.string())))
    )
    with pq.ParquetWriter(partial, coded, compression="zstd", store_schema=False) as writer:
        for name, lists in ranked.items():
            there = lists != NO_ITEM
            offsets = pa.array(np.concatenate(([0], np.cumsum(there.sum(axis=1)))), pa.int32())
            columns = [
                pa.array([name] * len(users), pa.string()),
                users,
                pa.ListArray.from_arrays(offsets, pa.DictionaryArray.from_arrays(pa.array(lists[there]), items)),
                pa.ListArray.from_arrays(offsets, pa.array(target.hits(lists)[there])),
                pa.array(target.n_relevant, pa.int32()),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=coded))
    partial.replace(path)
