"""A published evaluation read back: lists.parquet as arrays, aligned to chosen users."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

K = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class PublishedLists:
    """One contestant's lists, a row a user.

    Args:
        users: their ids.
        items: ids, the best first; a list array, one list a user.
        hits: whether the items at the first `K` ranks were relevant; shape (n_users, K), False where a list has ended.
        n_relevant: relevant items per user, shape (n_users,).
    """

    users: list[str]
    items: pa.ListArray
    hits: npt.NDArray[np.bool_]
    n_relevant: npt.NDArray[np.int64]

    def of_users(self, users: Sequence[str]) -> "PublishedLists":
        """The lists of `users`, all of whom have one, in their order."""
        place = {user: row for row, user in enumerate(self.users)}
        rows = np.array([place[user] for user in users], np.int64)
        return PublishedLists(
            users=list(users),
            items=self.items.take(pa.array(rows)),
            hits=self.hits[rows],
            n_relevant=self.n_relevant[rows],
        )


def read_published(file: BinaryIO) -> Mapping[str, PublishedLists]:
    """By contestant, what `bakeoff.evaluation.lists_table.write_lists` wrote; one row group is read at a time."""
    parquet = pq.ParquetFile(file)
    groups = (parquet.read_row_group(group) for group in range(parquet.num_row_groups))
    return {table["contestant"][0].as_py(): _lists(table) for table in groups if len(table)}


def _lists(table: pa.Table) -> PublishedLists:
    items, hits = (table[name].combine_chunks() for name in ("items", "hits"))
    return PublishedLists(
        users=table["userId"].to_pylist(),
        items=items,
        hits=_first_ranks(hits),
        n_relevant=table["relevant"].to_numpy().astype(np.int64),
    )


def _first_ranks(hits: pa.ListArray) -> npt.NDArray[np.bool_]:
    """Shape (n_users, K)."""
    lengths = pc.list_value_length(hits).to_numpy()
    flat = np.append(hits.flatten().to_numpy(zero_copy_only=False).astype(np.bool_), False)
    begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    ranks = np.arange(K)
    there = ranks < lengths[:, None]
    first: npt.NDArray[np.bool_] = flat[np.where(there, begins[:, None] + ranks, -1)]
    return first
