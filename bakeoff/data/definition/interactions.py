"""Which raw interactions are usable: a row is rejected by the first rule that it breaks; then one per pair is kept."""

import ibis
import ibis.expr.types as ir

from bakeoff.data.definition.values import epoch_seconds, identifier, number, record
from bakeoff.data.engines import LONGEST_RECORD
from bakeoff.data.mapping import STRONGEST, InteractionColumns
from bakeoff.data.rejects import (
    LONG_USER,
    MALFORMED_USER,
    MISSING_ITEM,
    MISSING_USER,
    OLDER_DUPLICATE,
    TIMESTAMP_OUT_OF_RANGE,
    UNKNOWN_EVENT,
    UNKNOWN_ITEM,
    UNREADABLE_TIMESTAMP,
    UNREADABLE_VALUE,
    VALUE_OUT_OF_RANGE,
)

# Seconds; from this one on (the year 2100) they are taken for milliseconds or nonsense.
LATEST_TIMESTAMP = 4_102_444_800
# docs.aws.amazon.com/personalize/latest/dg/limits.html
LONGEST_ID = 256
# Statistics of a row come from the rows of the other folds.
FOLDS = 4
_KEY_LENGTH = 8
_HEX = "0123456789abcdef"
# Control characters break lines of CSV and JSON wherever the id goes.
CONTROL = r"[\x00-\x1f\x7f]"


def check(raw: ibis.Table, columns: InteractionColumns, *, seed: int) -> ibis.Table:
    """One row per raw row: user, item, value, timestamp, key; reason and record where it is rejected, else missing.

    ``key`` shuffles: the first 8 hex digits of MD5 over the seed, the user id and the item id, one a line.
    """
    value, reason = _value(raw, columns)
    low, high = columns.value_range
    table = raw.mutate(
        _user=identifier(raw[columns.user]),
        _item=identifier(raw[columns.item]),
        _value=value,
        _timestamp=epoch_seconds(raw[columns.timestamp], form=columns.timestamp_format),
    )
    table = table.mutate(
        _reason=ibis.cases(
            (table["_user"].isnull(), MISSING_USER),
            (table["_item"].isnull(), MISSING_ITEM),
            (table["_user"].length() > LONGEST_ID, LONG_USER),
            (table["_value"].isnull(), reason),
            (~table["_value"].between(low, high), VALUE_OUT_OF_RANGE),
            (table["_timestamp"].isnull(), UNREADABLE_TIMESTAMP),
            ((table["_timestamp"] <= 0) | (table["_timestamp"] >= LATEST_TIMESTAMP), TIMESTAMP_OUT_OF_RANGE),
        )
    )
    shown = record(_shown(table, columns), longest=LONGEST_RECORD)
    return table.select(
        user="_user",
        item="_item",
        value="_value",
        timestamp="_timestamp",
        reason="_reason",
        key=_key(table["_user"], table["_item"], seed=seed),
        record=ibis.ifelse(table["_reason"].isnull(), ibis.null("string"), shown),
    )


def _key(user: ir.StringColumn, item: ir.StringColumn, *, seed: int) -> ir.StringColumn:
    return (ibis.literal(f"{seed}\n") + user + "\n" + item).hexdigest("md5").substr(0, _KEY_LENGTH)


def user_ids(checked: ibis.Table, items: ibis.Table) -> ibis.Table:
    """Users with a usable interaction: user_row, user; in the order of `in_id_order`."""
    usable = checked.filter(checked.reason.isnull()).semi_join(items, "item")
    users = usable.select("user").distinct()
    users = users.filter(~users.user.re_search(CONTROL))
    return in_id_order(users, "user", row="user_row")


def in_id_order(table: ibis.Table, column: str, *, row: str) -> ibis.Table:
    """The table with its rows numbered from 0: shorter ids first, then by code point, so that numbers are in theirs."""
    order = [table[column].length(), table[column]]
    return table.mutate(ibis.row_number().over(order_by=order).cast("int32").name(row))


def place(checked: ibis.Table, *, users: ibis.Table, items: ibis.Table, columns: InteractionColumns) -> ibis.Table:
    """Usable rows by number: user_row, item_column, value, timestamp, key, repeat (0 for the row that is kept)."""
    usable = checked.filter(checked.reason.isnull()).drop("reason", "record")
    placed = usable.inner_join(items.select("item", "item_column"), "item").inner_join(users, "user")
    newest_first = [ibis.desc("timestamp"), ibis.desc("value")]
    strongest_first = newest_first[::-1]
    pair = ibis.window(
        group_by=["user_row", "item_column"],
        order_by=strongest_first if columns.repeats == STRONGEST else newest_first,
    )
    placed = placed.mutate(repeat=ibis.row_number().over(pair))
    return placed.select(
        "user_row",
        "item_column",
        "timestamp",
        "key",
        value=placed.value.cast("float32"),
        repeat=placed.repeat.cast("int32"),
    )


def kept(placed: ibis.Table) -> ibis.Table:
    """One row per user and item."""
    return placed.filter(placed.repeat == 0).drop("repeat")


def rejects(checked: ibis.Table, placed: ibis.Table, *, users: ibis.Table, items: ibis.Table) -> ibis.Table:
    """Every row that is not kept, with reason and record."""
    broken = checked.filter(checked.reason.notnull()).select("reason", "record")
    usable = checked.filter(checked.reason.isnull())
    strangers = usable.anti_join(items, "item")
    malformed = usable.semi_join(items, "item").anti_join(users, "user")
    older = placed.filter(placed.repeat > 0)
    older = older.inner_join(users, "user_row").inner_join(items.select("item", "item_column"), "item_column")
    return ibis.union(
        broken,
        _rejected(strangers, UNKNOWN_ITEM),
        _rejected(malformed, MALFORMED_USER),
        _rejected(older, OLDER_DUPLICATE),
    )


def fold(key: ir.StringColumn) -> ir.IntegerColumn:
    """Which of the `FOLDS` a row is in, by a digit of its key that orders nothing but exact ties."""
    return (ibis.literal(_HEX).find(key.substr(_KEY_LENGTH - 1, 1)) % FOLDS).cast("int8")


def _value(raw: ibis.Table, columns: InteractionColumns) -> tuple[ir.FloatingColumn, str]:
    """The value, and the reason for which a row without one is rejected."""
    if columns.event is None:
        assert columns.value is not None
        return number(raw[columns.value]), UNREADABLE_VALUE
    event = raw[columns.event].cast("string").strip()
    weights = [(event == name, weight) for name, weight in columns.weights.items()]
    return ibis.cases(*weights, else_=ibis.null("float64")), UNKNOWN_EVENT


def _shown(raw: ibis.Table, columns: InteractionColumns) -> list[ir.Column]:
    named = (columns.user, columns.item, columns.value or columns.event, columns.timestamp)
    return [raw[name] for name in named if name]


def _rejected(rows: ibis.Table, reason: str) -> ibis.Table:
    shown = [rows.user, rows.item, rows.timestamp]
    return rows.select(reason=ibis.literal(reason), record=record(shown, longest=LONGEST_RECORD))
