"""The frozen split: which interaction is train, validation or test, in each of four strategies."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from bakeoff.data.definition.interactions import fold
from bakeoff.data.layout import PARTS
from bakeoff.data.settings import GLOBAL_TIME, LEAVE_LAST_OUT, NEW_USERS, SplitSettings

TRAIN, VALIDATION, TEST, VALIDATION_FOLD_IN, TEST_FOLD_IN = range(len(PARTS))
SECONDS_A_DAY = 86_400


def split(
    kept: ibis.Table,
    settings: SplitSettings,
    *,
    groups: ibis.Table | None = None,
    cutoffs: tuple[int, int] | None = None,
    sample_below: str | None = None,
) -> ibis.Table:
    """user_row, item_column, value, timestamp, position, part, fold, sampled.

    ``position`` counts a user's rows from 0, oldest first, equal timestamps in the order of the key.

    Args:
        kept: one row per user and item.
        groups: for new users, `user_groups`.
        cutoffs: for global time, the first timestamps of validation and of test.
        sample_below: rows with a smaller key are sampled; None where all are.
    """
    of_user = ibis.window(group_by="user_row", order_by=["timestamp", "key", "item_column"])
    ordered = kept.mutate(
        position=ibis.row_number().over(of_user).cast("int32"),
        n=kept.count().over(ibis.window(group_by="user_row")).cast("int32"),
        fold=fold(kept.key),
        sampled=ibis.literal(True) if sample_below is None else kept.key < sample_below,
    ).drop("key")
    if settings.strategy == GLOBAL_TIME:
        assert cutoffs is not None
        part = _by_time(ordered, cutoffs)
    elif settings.strategy == NEW_USERS:
        assert groups is not None
        ordered = ordered.inner_join(groups, "user_row")
        part = _by_group(ordered, settings)
    else:
        part = _newest(ordered, settings)
    return ordered.mutate(part=part.cast("int8")).drop("n", *(["group"] if "group" in ordered.columns else []))


def user_groups(kept: ibis.Table, users: ibis.Table, settings: SplitSettings) -> ibis.Table:
    """For new users: user_row and group. Of the users with min_activity, a seeded share is test, another validation."""
    activity = kept.group_by("user_row").aggregate(n=kept.count())
    table = users.inner_join(activity, "user_row").mutate(key=user_key(users.user, seed=settings.seed))
    eligible = table.n >= settings.min_activity
    place = ibis.row_number().over(ibis.window(group_by=eligible, order_by=["key", "user_row"]))
    n_eligible = ibis.ifelse(eligible, 1, 0).sum().over(ibis.window())
    n_test, n_validation = _share(n_eligible, settings.test_fraction), _share(n_eligible, settings.validation_fraction)
    table = table.mutate(place=place, n_test=n_test, n_validation=n_validation, eligible=eligible)
    return table.select(
        "user_row",
        group=ibis.cases(
            (~table.eligible, TRAIN),
            (table.place < table.n_test, TEST),
            (table.place < table.n_test + table.n_validation, VALIDATION),
            else_=TRAIN,
        ).cast("int8"),
    )


def user_key(user: ir.StringColumn, *, seed: int) -> ir.StringColumn:
    """A text that shuffles users: MD5 over the seed and the id, one a line."""
    return (ibis.literal(f"{seed}\n") + user).hexdigest("md5")


def days(kept: ibis.Table) -> ibis.Table:
    """Interactions per day since 1970: day, n. At most a few ten thousand rows."""
    day = (kept.timestamp / SECONDS_A_DAY).floor().cast("int64")
    table = kept.select(day=day)
    return table.group_by("day").aggregate(n=table.count())


def seconds(kept: ibis.Table, day: int) -> ibis.Table:
    """Interactions per second of a day: timestamp, n."""
    table = kept.filter(kept.timestamp.between(day * SECONDS_A_DAY, (day + 1) * SECONDS_A_DAY - 1))
    return table.group_by("timestamp").aggregate(n=table.count())


def crossing(counts: Sequence[tuple[int, int]], *, target: int) -> tuple[int, int]:
    """The first key at which the running sum of counts passes `target`, and the sum before it.

    Args:
        counts: pairs of key and count, in the order of the keys; their sum is above `target`.
    """
    before = 0
    for key, n in counts:
        if before + n > target:
            return key, before
        before += n
    raise AssertionError("the counts do not reach the target")


def test_users(
    split_rows: ibis.Table, users: ibis.Table, settings: SplitSettings, *, liked: float, most: int
) -> ibis.Table:
    """user_row of the users who are tested: with something known, a liked test item that is a candidate, min_activity.

    Of more than `most` a seeded sample. Candidates are the items with an interaction that is trained on in the end.
    """
    rows = split_rows
    candidates = rows.filter(rows.part.isin([TRAIN, VALIDATION, VALIDATION_FOLD_IN])).select("item_column").distinct()
    relevant = rows.filter((rows.part == TEST) & (rows.value >= liked)).semi_join(candidates, "item_column")
    activity = rows.group_by("user_row").aggregate(n=rows.count(), known=(rows.part != TEST).sum())
    able = activity.filter((activity.n >= settings.min_activity) & (activity.known > 0))
    tested = users.semi_join(relevant, "user_row").semi_join(able, "user_row")
    tested = tested.mutate(key=user_key(tested.user, seed=settings.seed))
    return tested.order_by("key", "user_row").limit(most).select("user_row")


def _newest(rows: ibis.Table, settings: SplitSettings) -> ir.IntegerColumn:
    if settings.strategy == LEAVE_LAST_OUT:
        n_test = n_validation = ibis.literal(1)
    else:
        n_test, n_validation = _share(rows.n, settings.test_fraction), _share(rows.n, settings.validation_fraction)
    # 1 for a user's newest interaction, 2 for the one before it ...
    age = rows.n - rows.position
    return ibis.cases(
        (rows.n < settings.min_activity, TRAIN),
        (age <= n_test, TEST),
        (age <= n_test + n_validation, VALIDATION),
        else_=TRAIN,
    )


def _by_time(rows: ibis.Table, cutoffs: tuple[int, int]) -> ir.IntegerColumn:
    validation_from, test_from = cutoffs
    return ibis.cases((rows.timestamp >= test_from, TEST), (rows.timestamp >= validation_from, VALIDATION), else_=TRAIN)


def _by_group(rows: ibis.Table, settings: SplitSettings) -> ir.IntegerColumn:
    is_held_out = rows.n - rows.position <= _share(rows.n, settings.held_out_fraction)
    return ibis.cases(
        (rows.group == TRAIN, TRAIN),
        ((rows.group == TEST) & is_held_out, TEST),
        (rows.group == TEST, TEST_FOLD_IN),
        (is_held_out, VALIDATION),
        else_=VALIDATION_FOLD_IN,
    )


def _share(n: ir.IntegerColumn, fraction: float) -> ir.IntegerColumn:
    # 0.1 * 30 is a little more or less than 3 in binary; a share that is whole on paper must not lose one to that.
    return ibis.greatest((n * fraction + 1e-9).floor().cast("int64"), 1)
