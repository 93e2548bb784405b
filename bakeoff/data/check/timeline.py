"""When interactions happened, and how far what is popular has moved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bakeoff.data.definition.split import SECONDS_A_DAY

Ints = npt.NDArray[np.int64]
MOST_MONTHS = 36
TOP = 100


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The time of the usable interactions, in UTC.

    Args:
        oldest: seconds since the epoch.
        newest: likewise.
        unit: ``month`` up to three years, else ``year``.
        buckets: interactions by month (``2024-05``) or year, in order; months without any have 0.
        new_items: share of the items with interactions whose first falls into the last tenth of the time.
        overlap: share of the `top` most popular items of the older half of the interactions that are among those of
            the newer half too; None where all happened on one day. The border between the halves is a midnight.
        top: 100, or the number of items that each half has, if smaller.
    """

    oldest: int
    newest: int
    unit: str
    buckets: tuple[tuple[str, int], ...]
    new_items: float
    overlap: float | None
    top: int

    @property
    def days(self) -> float:
        return (self.newest - self.oldest) / SECONDS_A_DAY


def timeline(
    by_day: Sequence[tuple[int, int]], *, span: pa.Table, first: Ints, early: Ints, n: Ints
) -> Timeline | None:
    """The timeline; None where there are no interactions.

    Args:
        by_day: pairs of the day since 1970 and its interactions, in order.
        span: one row: oldest, newest.
        first: of each item with interactions the oldest timestamp, shape (n_rated,).
        early: of each of them the interactions in the older half.
        n: of each of them all interactions.
    """
    if not by_day:
        return None
    oldest, newest = span.column("oldest")[0].as_py(), span.column("newest")[0].as_py()
    unit, buckets = _buckets(by_day)
    overlap, top = _overlap(early, n - early)
    return Timeline(
        oldest=oldest,
        newest=newest,
        unit=unit,
        buckets=buckets,
        new_items=float((first > oldest + 0.9 * (newest - oldest)).mean()),
        overlap=overlap,
        top=top,
    )


def day_of(timestamp: int) -> str:
    """``2024-05-31``, in UTC."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def _buckets(by_day: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[str, int], ...]]:
    counts: Counter[tuple[int, int]] = Counter()
    for day, n in by_day:
        at = datetime.fromtimestamp(day * SECONDS_A_DAY, UTC)
        counts[(at.year, at.month)] += n
    (first_year, first_month), (last_year, last_month) = min(counts), max(counts)
    n_months = (last_year - first_year) * 12 + last_month - first_month + 1
    if n_months <= MOST_MONTHS:
        months = [divmod(first_year * 12 + first_month - 1 + number, 12) for number in range(n_months)]
        return "month", tuple((f"{year}-{month + 1:02d}", counts[(year, month + 1)]) for year, month in months)
    of_year: Counter[int] = Counter()
    for (year, _), n in counts.items():
        of_year[year] += n
    return "year", tuple((str(year), of_year[year]) for year in range(first_year, last_year + 1))


def _overlap(early: Ints, late: Ints) -> tuple[float | None, int]:
    top = min(TOP, int((early > 0).sum()), int((late > 0).sum()))
    if not top:
        return None, 0
    popular = [set(np.argsort(-counts, kind="stable")[:top].tolist()) for counts in (early, late)]
    return len(popular[0] & popular[1]) / top, top
