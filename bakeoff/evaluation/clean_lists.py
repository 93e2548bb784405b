"""Reads many lists at once where nothing is wrong with them; which ones that are not is told, not why.

A run has hundreds of millions of entries. Arrow parses them in C++ and on all cores; whatever is not plainly sound is
left to the reader of single lines, which knows every fault by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

_ITEM = pa.struct([("itemId", pa.string()), ("score", pa.float64())])
_PARSED = pj.ParseOptions(
    explicit_schema=pa.schema([("userId", pa.string()), ("items", pa.list_(_ITEM))]),
    unexpected_field_behavior="ignore",
)
_OTHER_FORMAT = '"input"'  # a key of Amazon Personalize's answers
_READ = pj.ReadOptions(block_size=4 * 2**20)  # bytes that one thread parses at a time


@dataclass(frozen=True, eq=False)
class CleanLists:
    """What was read of a block of lines in batch transform's format.

    Args:
        places: of the users, shape (n_lines,); -1 for a line that has to be looked at by itself.
        indptr: shape (n_lines + 1,); the list of line i is ``columns[indptr[i]:indptr[i + 1]]``.
        columns: of the items, int32.
    """

    places: npt.NDArray[np.int64]
    indptr: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]


def read_clean(lines: Sequence[str], *, users: pa.Array, items: pa.Array) -> CleanLists | None:
    """The lists of `lines`, none of them blank; None where the block as a whole is not in this format.

    A line counts as clean if its user is known and stands in no other line of the block, its items are known and stand
    there once, and its scores are finite and do not rise.

    Args:
        users: ids, in the order of their places.
        items: ids, in the order of their columns.
    """
    text = "".join(lines)
    if _OTHER_FORMAT in text:
        return None
    try:
        table = pj.read_json(pa.BufferReader(text.encode()), read_options=_READ, parse_options=_PARSED)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    listed = table["items"].combine_chunks()
    if len(table) != len(lines) or listed.null_count:
        return None
    entries = listed.flatten()
    indptr = np.asarray(listed.offsets, np.int64) - listed.offsets[0].as_py()
    columns = _index(entries.field("itemId"), items)
    places = _index(table["userId"].combine_chunks(), users)
    rows = np.repeat(np.arange(len(lines)), np.diff(indptr))
    suspect = np.zeros(len(lines), np.bool_)
    suspect[rows[(columns < 0) | _rises(entries.field("score"), rows)]] = True
    suspect[rows[_repeated(rows * (len(items) + 1) + columns)]] = True
    suspect |= _repeated(places)
    return CleanLists(np.where(suspect, -1, places), indptr, columns.astype(np.int32))


def _index(ids: pa.Array, known: pa.Array) -> npt.NDArray[np.int64]:
    """The place of each id among the known ones; -1 for an unknown or missing one."""
    found: npt.NDArray[np.int64] = np.asarray(pc.fill_null(pc.index_in(ids, value_set=known, skip_nulls=True), -1))
    return found.astype(np.int64)


def _rises(scores: pa.Array, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Entries whose score is missing, not finite, or above that of the entry before it in the same list."""
    values = np.asarray(pc.fill_null(scores, float("nan")))
    found: npt.NDArray[np.bool_] = ~np.isfinite(values)
    found[1:] |= (values[1:] > values[:-1]) & (rows[1:] == rows[:-1])
    return found


def _repeated(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether each key stands there more than once."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    found = np.zeros(len(keys), np.bool_)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found
