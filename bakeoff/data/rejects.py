"""Rejected rows: each is kept with its file, row, reason and value; too many of them stop the preparation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bakeoff.errors import DataError

COLUMNS = ["file", "row", "reason", "value"]

MISSING_USER = "missing user id"
MISSING_ITEM = "missing item id"
UNREADABLE_VALUE = "unreadable rating"
VALUE_OUT_OF_RANGE = "rating out of range"
UNREADABLE_TIMESTAMP = "unreadable timestamp"
TIMESTAMP_OUT_OF_RANGE = "timestamp out of range"
UNKNOWN_ITEM = "item not in the catalogue"
OLDER_DUPLICATE = "older duplicate of user and item"
DUPLICATE_ITEM = "duplicate item id"


def rejects(
    *,
    file: str,
    rows: Sequence[int] | npt.NDArray[np.integer[Any]] | pd.Series,
    reasons: Sequence[str] | npt.NDArray[np.object_] | str,
    values: Sequence[object] | npt.NDArray[np.object_] | pd.Series,
) -> pd.DataFrame:
    """A frame of rejected rows with the columns of rejects.csv; the arguments are parallel."""
    frame = pd.DataFrame({"row": np.asarray(rows, np.int64), "value": np.asarray(values, object)})
    return frame.assign(file=file, reason=reasons)[COLUMNS]


def stop_at_too_many(rejected: pd.DataFrame, *, rows_read: Mapping[str, int], max_share: float) -> None:
    """Stop where a file is not what it is taken for.

    Raises:
        DataError: names every file with more than `max_share` rejected rows, its reasons and one example.
    """
    faults = []
    for file, n_rows in rows_read.items():
        here = rejected[rejected["file"] == file]
        if len(here) > max_share * n_rows:
            reasons = ", ".join(f"{count} x {reason}" for reason, count in here["reason"].value_counts().items())
            first = here.iloc[0]
            faults.append(
                f"{file}: {len(here)} of {n_rows} rows ({len(here) / n_rows:.1%}): {reasons}; the first is row "
                f"{first['row']}: {first['reason']}, value {first['value']!r}."
            )
    if faults:
        raise DataError(
            f"Too many rows are rejected. {' '.join(faults)} At most {max_share:.1%} may be (maxRejectedShare). "
            "Mend the file, or raise the share if the rows may be left out."
        )
