"""The catalogue: the items' file, deduplicated, joined with what is known of each item elsewhere."""

from collections.abc import Sequence

import ibis

from bakeoff.data.definition.interactions import CONTROL, LONGEST_ID, in_id_order
from bakeoff.data.definition.values import digits, identifier
from bakeoff.data.engines import ROW
from bakeoff.data.mapping import Entries, Join
from bakeoff.data.rejects import (
    DUPLICATE_ITEM,
    DUPLICATE_USER,
    LONG_ITEM,
    LONG_USER,
    MALFORMED_ITEM,
    MALFORMED_USER,
    MISSING_ITEM,
    MISSING_USER,
)

# Why a row of the items' or the users' file is rejected: its id is missing, too long, malformed, there before.
_REASONS = {
    "item": (MISSING_ITEM, LONG_ITEM, MALFORMED_ITEM, DUPLICATE_ITEM),
    "user": (MISSING_USER, LONG_USER, MALFORMED_USER, DUPLICATE_USER),
}


def check_ids(raw: ibis.Table, *, id_column: str, name: str = "item") -> ibis.Table:
    """The rows with their id in the column `name` (item or user), and the reason why one is rejected, else missing."""
    missing, too_long, malformed, duplicate = _REASONS[name]
    table = raw.mutate(identifier(raw[id_column]).name(name))
    repeat = ibis.row_number().over(ibis.window(group_by=name, order_by=ROW))
    table = table.mutate(_repeat=repeat)
    reason = ibis.cases(
        (table[name].isnull(), missing),
        (table[name].length() > LONGEST_ID, too_long),
        (table[name].re_search(CONTROL), malformed),
        (table["_repeat"] > 0, duplicate),
    )
    return table.mutate(reason=reason).drop("_repeat")


def catalogue(checked: ibis.Table) -> ibis.Table:
    """Usable items with their item_column."""
    return in_id_order(checked.filter(checked.reason.isnull()).drop("reason", ROW), "item", row="item_column")


def join(items: ibis.Table, table: ibis.Table, spec: Join, columns: Sequence[str], *, left: str) -> ibis.Table:
    """The items with `columns` of a further table; missing where nothing matches.

    Args:
        items: has the column `left`.
        table: numbered; of several rows with one key the first counts.
        left: the items' column that is looked up.
    """
    key = digits if spec.key == "digits" else identifier
    keyed = table.mutate(_key=key(table[spec.right]))
    keyed = keyed.filter(keyed["_key"].notnull())
    first = keyed.mutate(_repeat=ibis.row_number().over(ibis.window(group_by="_key", order_by=ROW)))
    first = first.filter(first["_repeat"] == 0).select("_key", *columns)
    items = items.mutate(_key=key(items[left]))
    return items.left_join(first, "_key").drop("_key", "_key_right")


def entries(table: ibis.Table, spec: Entries, *, items: ibis.Table, through: ibis.Table | None) -> ibis.Table:
    """item_column, entry and ROW, the order of the file: one row per entry of an item."""
    rows = table
    for column, value in spec.where.items():
        rows = rows.filter(rows[column].cast("string") == value)
    rows = rows.select(ROW, entry=identifier(rows[spec.entry]), key=identifier(rows[spec.item]))
    rows = rows.filter(rows.entry.notnull())
    if through is not None and spec.through is not None:
        left, right = identifier(through[spec.through.left]), identifier(through[spec.through.right])
        keys = through.select(key=left, item=right).distinct()
    else:
        keys = items.select("item", key="item")
    keys = keys.inner_join(items.select("item", "item_column"), "item")
    return rows.inner_join(keys, "key").select("item_column", "entry", ROW)
