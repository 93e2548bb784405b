"""Many lines of text at once: Arrow joins columns of texts into one run of bytes without a Python object per row."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# json.dumps makes an encoder for every call that asks for anything but its defaults.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def taken(texts: pa.Array, positions: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """The texts at the positions."""
    return texts.take(pa.array(positions))


def whole_numbers(numbers: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Decimal digits of each number."""
    return pc.cast(pa.array(numbers), pa.string())


def decimals(values: npt.NDArray[np.float32]) -> list[str]:
    """The shortest decimal that is read as the same float32, with a point: 4.0."""
    return [str(text) for text in values.astype(str)]


def joined(columns: Sequence[pa.Array], separator: str = "") -> pa.Array:
    """One text per row: the columns' texts with the separator between them."""
    return pc.binary_join_element_wise(*columns, separator)


def joined_groups(texts: pa.Array, sizes: npt.NDArray[np.int64], separator: str = ",") -> pa.Array:
    """One text per group: the texts of `sizes[0]` rows, then of `sizes[1]` ..., joined."""
    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts), separator)


def as_bytes(texts: pa.Array) -> memoryview:
    """All texts, one behind the other."""
    if not len(texts):
        return memoryview(b"")
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(texts.buffers()[2])[int(offsets[0]) : int(offsets[-1])]


def csv_fields(texts: Sequence[str]) -> list[str]:
    """Each text as a field of a CSV file (RFC 4180): in quotes where it has to be."""
    return ['"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text for text in texts]


def json_text(value: object) -> str:
    """Compact JSON, in UTF-8 rather than escapes."""
    return _JSON.encode(value)
