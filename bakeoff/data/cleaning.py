"""Which raw interactions are usable: one ordered list of rules; a row is rejected by the first that it breaks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bakeoff.data import rejects as reasons
from bakeoff.data.rejects import rejects
from bakeoff.data.tables import ROW

# Timestamps are seconds; from this one on (the year 2100) they are taken for milliseconds or nonsense.
LATEST_TIMESTAMP = 4_102_444_800


@dataclass(frozen=True, kw_only=True, eq=False)
class Usable:
    """Usable interactions as parallel arrays.

    Args:
        users: user ids in the order of the rows; sorted.
        items: item ids in the order of the columns; sorted, the whole catalogue.
        user: row of each interaction.
        item: column of each interaction.
        value: rating.
        timestamp: seconds since the epoch.
    """

    users: list[str]
    items: list[str]
    user: npt.NDArray[np.int64]
    item: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    timestamp: npt.NDArray[np.int64]


def in_id_order(ids: list[str]) -> list[str]:
    """Shorter ids first, then by code point: numbers come in their order, and the order needs no knowledge of them."""
    return sorted(ids, key=lambda text: (len(text), text))


def keep_usable(
    interactions: pd.DataFrame, *, file: str, items: list[str], value_range: tuple[float, float]
) -> tuple[Usable, pd.DataFrame]:
    """Split raw interactions into usable ones and rejects.

    Of several interactions of a user with an item, the newest is kept (at equal timestamps the later row).

    Args:
        interactions: columns user and item (categories of text), value, timestamp, row.
        file: named in the rejects.
        items: the catalogue's ids, in column order.
        value_range: the least and the greatest value that is no mistake.
    """
    value = pd.to_numeric(interactions["value"], errors="coerce").to_numpy(np.float64)
    timestamp = pd.to_numeric(interactions["timestamp"], errors="coerce").to_numpy(np.float64)
    user: npt.NDArray[np.int64] = interactions["user"].cat.codes.to_numpy().astype(np.int64)
    item = _columns(interactions["item"], items)
    low, high = value_range
    rules = [
        (user < 0, reasons.MISSING_USER, "user"),
        (interactions["item"].isna().to_numpy(), reasons.MISSING_ITEM, "item"),
        (np.isnan(value), reasons.UNREADABLE_VALUE, "value"),
        ((value < low) | (value > high), reasons.VALUE_OUT_OF_RANGE, "value"),
        (np.isnan(timestamp), reasons.UNREADABLE_TIMESTAMP, "timestamp"),
        ((timestamp <= 0) | (timestamp >= LATEST_TIMESTAMP), reasons.TIMESTAMP_OUT_OF_RANGE, "timestamp"),
        (item < 0, reasons.UNKNOWN_ITEM, "item"),
    ]
    broken = np.select([rule[0] for rule in rules], list(range(len(rules))), default=-1)
    # What passes is finite; the rest may not be cast.
    seconds = np.where(broken < 0, timestamp, 0).astype(np.int64)
    repeated = _older_duplicates(user, item, seconds, usable=broken < 0)
    rejected = [
        rejects(file=file, rows=here[ROW], reasons=reason, values=here[column].astype(object))
        for number, (_, reason, column) in enumerate(rules)
        if len(here := interactions[broken == number])
    ]
    rejected.append(_rejected_duplicates(interactions[repeated], file=file))
    keep = (broken < 0) & ~repeated
    users, rows = _user_rows(interactions["user"].cat.categories, user[keep])
    usable = Usable(users=users, items=items, user=rows, item=item[keep], value=value[keep], timestamp=seconds[keep])
    return usable, pd.concat(rejected).sort_values("row", kind="stable", ignore_index=True)


def _columns(item: "pd.Series[Any]", items: list[str]) -> npt.NDArray[np.int64]:
    """The column of every interaction; -1 where the item is missing or not in the catalogue."""
    of_category = pd.Index(items, dtype=object).get_indexer(item.cat.categories.astype(object))
    # Code -1, a missing id, takes the entry appended last.
    return np.append(of_category, -1)[item.cat.codes.to_numpy()].astype(np.int64)


def _older_duplicates(
    user: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    timestamp: npt.NDArray[np.int64],
    *,
    usable: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    candidates = np.flatnonzero(usable)
    order = candidates[np.lexsort((timestamp[usable], item[usable], user[usable]))]
    older = (user[order[1:]] == user[order[:-1]]) & (item[order[1:]] == item[order[:-1]])
    repeated = np.zeros(len(user), np.bool_)
    repeated[order[:-1][older]] = True
    return repeated


def _rejected_duplicates(here: pd.DataFrame, *, file: str) -> pd.DataFrame:
    pairs = here["user"].astype(str) + " " + here["item"].astype(str)
    return rejects(file=file, rows=here[ROW], reasons=reasons.OLDER_DUPLICATE, values=pairs)


def _user_rows(categories: "pd.Index[Any]", codes: npt.NDArray[np.int64]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The ids of the users that occur, in id order, and the row of every interaction."""
    occurring = np.unique(codes)
    users = in_id_order([str(categories[code]) for code in occurring])
    row_of = {user: row for row, user in enumerate(users)}
    row_of_code = np.zeros(len(categories), np.int64)
    row_of_code[occurring] = [row_of[str(categories[code])] for code in occurring]
    return users, row_of_code[codes]
