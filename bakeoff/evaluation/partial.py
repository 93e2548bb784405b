"""Means over the users for whom a value is defined, with intervals: for slices and what not every list has."""

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, drawn_means, estimate

Floats = npt.NDArray[np.float64]


def estimate_where_defined(values: Floats, bootstrap: Bootstrap) -> list[Estimate | None]:
    """The mean of each column over its numbers, with its percentile interval.

    All users are drawn, as for every other metric; a draw's mean is taken over those of them who have a value (a ratio
    estimator). A draw in which nobody has one says nothing and is left out.

    Args:
        values: shape (n_users, n_columns); NaN where a user has no value.
        bootstrap: how intervals are drawn.

    Returns:
        One estimate a column; None for a column without any number.
    """
    defined = np.isfinite(values)
    patterns, which = _distinct_columns(defined)
    filled = np.where(defined, values, 0.0)
    drawn = drawn_means(np.column_stack([filled, defined[:, patterns]]), bootstrap)
    sums, shares = drawn[:, : values.shape[1]], drawn[:, values.shape[1] :][:, which]
    counts = defined.sum(axis=0)
    return [
        _estimate(filled[:, column], int(counts[column]), sums[:, column], shares[:, column], bootstrap)
        for column in range(values.shape[1])
    ]


def _estimate(filled: Floats, n: int, sums: Floats, shares: Floats, bootstrap: Bootstrap) -> Estimate | None:
    if not n:
        return None
    somebody = shares > 0
    return estimate(float(filled.sum() / n), sums[somebody] / shares[somebody], n=n, bootstrap=bootstrap)


def _distinct_columns(defined: npt.NDArray[np.bool_]) -> tuple[list[int], npt.NDArray[np.int64]]:
    """Columns with different patterns, and for every column the place of its pattern: slices share a few patterns."""
    places: dict[bytes, int] = {}
    first: list[int] = []
    which = np.empty(defined.shape[1], np.int64)
    for column, packed in enumerate(np.packbits(defined, axis=0).T):
        pattern = packed.tobytes()
        if pattern not in places:
            places[pattern] = len(first)
            first.append(column)
        which[column] = places[pattern]
    return first, which
