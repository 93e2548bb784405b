"""Split interactions as parallel arrays, in batches that hold whole users or whole items."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Rows:
    """Interactions; all arrays have shape (n_rows,).

    Args:
        user_row: int32.
        item_column: int32.
        value: float32.
        timestamp: int64, seconds.
        part: int8, an index into ``layout.PARTS``.
        fold: int8.
    """

    user_row: npt.NDArray[np.int32]
    item_column: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    timestamp: npt.NDArray[np.int64]
    part: npt.NDArray[np.int8]
    fold: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.user_row)

    def where(self, chosen: npt.NDArray[np.bool_] | slice) -> "Rows":
        return Rows(*(getattr(self, name)[chosen] for name in COLUMNS))

    @classmethod
    def concatenated(cls, rows: "Sequence[Rows]") -> "Rows":
        """All rows of one or more."""
        if len(rows) == 1:
            return rows[0]
        return cls(*(np.concatenate([getattr(entry, name) for entry in rows]) for name in COLUMNS))

    @cached_property
    def value_codes(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The distinct values, ascending, and each row's position among them: ratings have few."""
        distinct, codes = np.unique(self.value, return_inverse=True)
        return distinct, codes


COLUMNS = [entry.name for entry in fields(Rows)]


def whole_groups(batches: Iterable[pa.RecordBatch], *, by: str) -> Iterator[Rows]:
    """The rows of batches that are sorted by the column `by`, cut so that no value of it is in two of the results."""
    waiting: list[Rows] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        rows = _rows(batch)
        keys = getattr(rows, by)
        # Where the last group of the batch begins; it may go on in the next.
        last = int(np.searchsorted(keys, keys[-1]))
        if last:
            yield Rows.concatenated([*waiting, rows.where(slice(0, last))])
            waiting = []
        elif waiting and getattr(waiting[-1], by)[-1] != keys[0]:
            yield Rows.concatenated(waiting)
            waiting = []
        waiting.append(rows.where(slice(last, None)))
    if waiting:
        yield Rows.concatenated(waiting)


def _rows(batch: pa.RecordBatch) -> Rows:
    return Rows(*(batch.column(name).to_numpy(zero_copy_only=False) for name in COLUMNS))
