"""Counts that features and outputs need: sums of scaled integers, so that every engine gives the same bytes."""

import ibis

# Values are summed as whole multiples of 1 / SCALE.
SCALE = 10_000


def sums(split_rows: ibis.Table, by: str) -> ibis.Table:
    """Per user_row or item_column, part and fold: n and total, the sum of the values times `SCALE`."""
    scaled = (split_rows.value.cast("float64") * SCALE).round().cast("int64")
    table = split_rows.select(by, "part", "fold", scaled=scaled)
    grouped = table.group_by(by, "part", "fold")
    return grouped.aggregate(n=table.count(), total=table.scaled.sum().cast("int64"))


def part_sizes(split_rows: ibis.Table) -> ibis.Table:
    """Interactions per part: part, n."""
    return split_rows.group_by("part").aggregate(n=split_rows.count())
