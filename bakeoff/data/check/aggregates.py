"""What the check counts, as Ibis expressions: however many interactions, few rows come back."""

import ibis


def activity(kept: ibis.Table) -> ibis.Table:
    """How many users have how many interactions: n, users."""
    of_user = kept.group_by("user_row").aggregate(n=kept.count())
    return of_user.group_by("n").aggregate(users=of_user.count())


def items(kept: ibis.Table, *, middle: int) -> ibis.Table:
    """Per item with interactions: item_column, n, first (the oldest timestamp), early (how many before `middle`)."""
    early = ibis.ifelse(kept.timestamp < middle, 1, 0)
    table = kept.select("item_column", "timestamp", early=early)
    return table.group_by("item_column").aggregate(
        n=table.count(), first=table.timestamp.min(), early=table.early.sum().cast("int64")
    )


def span(kept: ibis.Table) -> ibis.Table:
    """One row: oldest and newest timestamp, missing where there are no interactions."""
    return kept.aggregate(oldest=kept.timestamp.min(), newest=kept.timestamp.max())
