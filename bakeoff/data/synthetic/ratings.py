"""ratings.csv as text: whole columns at a time, spoilt where a row is to be bad."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bakeoff.data.rejects import (
    MISSING_ITEM,
    MISSING_USER,
    TIMESTAMP_OUT_OF_RANGE,
    UNKNOWN_ITEM,
    UNREADABLE_TIMESTAMP,
    UNREADABLE_VALUE,
    VALUE_OUT_OF_RANGE,
)
from bakeoff.data.synthetic.bad_rows import WRONG_NUMBER_OF_FIELDS, Marked
from bakeoff.data.synthetic.streams import Ints
from bakeoff.data.synthetic.world import World

HEADER = b"userId,movieId,rating,timestamp\n"
HALF_STARS = [f"{half_stars / 2:.1f}" for half_stars in range(11)]
UNREADABLE_VALUES = ["four", "n/a", "*****", ""]
VALUES_OUT_OF_RANGE = ["0.0", "5.5", "10.0", "-1.0"]
UNREADABLE_TIMESTAMPS = ["yesterday", "2009-11-23 08:15:00", "none", ""]
TIMESTAMPS_OUT_OF_RANGE = ["0", "-1", "-86400", "-1259000000"]
TOO_MANY = ",0"


class RatingsText:
    """Turns rows into lines.

    Args:
        world: gives the item ids.
        unknown: ids that no item has.
    """

    def __init__(self, world: World, unknown: Ints) -> None:
        self._item_ids = pa.array(world.item_ids).cast(pa.string())
        self._unknown = [str(number) for number in unknown]

    def lines(self, marked: Marked, generator: np.random.Generator) -> bytes:
        """The lines of a chunk, each with its end."""
        rows = marked.rows
        user = pa.array(rows.user + 1).cast(pa.string())
        item = self._item_ids.take(pa.array(rows.item))
        value = pa.array(HALF_STARS).take(pa.array(rows.half_stars))
        timestamp = pa.array(rows.timestamp).cast(pa.string())
        spoilt = marked.spoilt
        user = _replaced(user, spoilt[MISSING_USER], [""], generator)
        item = _replaced(item, spoilt[MISSING_ITEM], [""], generator)
        item = _replaced(item, spoilt[UNKNOWN_ITEM], self._unknown, generator)
        value = _replaced(value, spoilt[UNREADABLE_VALUE], UNREADABLE_VALUES, generator)
        value = _replaced(value, spoilt[VALUE_OUT_OF_RANGE], VALUES_OUT_OF_RANGE, generator)
        timestamp = _replaced(timestamp, spoilt[UNREADABLE_TIMESTAMP], UNREADABLE_TIMESTAMPS, generator)
        timestamp = _replaced(timestamp, spoilt[TIMESTAMP_OUT_OF_RANGE], TIMESTAMPS_OUT_OF_RANGE, generator)
        timestamp = _wrong_fields(timestamp, spoilt[WRONG_NUMBER_OF_FIELDS])
        # A missing timestamp takes its comma with it: a row of three fields.
        lines = pc.binary_join_element_wise(user, item, value, timestamp, ",", null_handling="skip")
        whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
        text: bytes = pc.binary_join(whole, "\n")[0].as_buffer().to_pybytes()
        return text + b"\n"


def _replaced(column: pa.Array, rows: Ints, texts: list[str], generator: np.random.Generator) -> pa.Array:
    chosen = generator.integers(0, len(texts), len(rows))
    return _put(column, rows, [texts[number] for number in chosen])


def _wrong_fields(timestamp: pa.Array, rows: Ints) -> pa.Array:
    """Every second row gets a field too many, the others have one too few."""
    more, fewer = rows[::2], rows[1::2]
    timestamp = _put(timestamp, more, [f"{text}{TOO_MANY}" for text in timestamp.take(pa.array(more)).to_pylist()])
    return _put(timestamp, fewer, [None] * len(fewer))


def _put(column: pa.Array, rows: Ints, texts: list[str] | list[None]) -> pa.Array:
    if not len(rows):
        return column
    mask = np.zeros(len(column), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))
