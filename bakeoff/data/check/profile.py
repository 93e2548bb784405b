"""The facts about somebody's raw data: counts and shares, judged by nobody yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt

from bakeoff.data.check import aggregates
from bakeoff.data.check.columns import ColumnFacts, column_facts
from bakeoff.data.check.coverage import Coverage, coverage
from bakeoff.data.check.timeline import Timeline, timeline
from bakeoff.data.definition import split as splitting
from bakeoff.data.engines import Engine
from bakeoff.data.reading import Reading
from bakeoff.data.rejects import OLDER_DUPLICATE
from bakeoff.data.settings import PreparationSettings

MOST_SAMPLES = 3
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """A file: its rows, without the header; how many are rejected, repeats aside; the columns that are not read."""

    name: str
    rows: int
    rejected: int
    unread: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RejectFacts:
    """A reason in one file, with the first few records that were rejected for it."""

    file: str
    reason: str
    n: int
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Popularity:
    """How interactions fall on items.

    Args:
        items: of the catalogue.
        rated: those with interactions; the shares and the Gini coefficient are over them.
        top_1: share of the interactions that the most popular 1 % have, at least one item.
        top_10: likewise for 10 %.
        gini: 0 where all items have the same number of interactions, near 1 where one has all.
    """

    items: int
    rated: int
    top_1: float
    top_10: float
    gini: float


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Interactions per user; percentiles are nearest-rank. `below` counts users with fewer than `min_activity`."""

    users: int
    least: int
    median: int
    p90: int
    most: int
    with_two: int
    below: int
    min_activity: int


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything that is known of a raw folder.

    Args:
        mapping: its name.
        title: the mapping's, for people.
        folder: what was looked at.
        files: in the order in which the mapping names them.
        rejects: by file and reason.
        interactions: usable ones, one a user and item.
        repeats: interactions of a user with an item beside the one that is kept.
        popularity: of items.
        activity: of users.
        timeline: None where there is no usable interaction.
        joins: coverage by further table.
        fields: coverage by named field; those of which the mapping says nothing have no columns.
        columns: of items and users.
        max_rejected_share: of a file; more stop the preparation.
    """

    mapping: str
    title: str
    folder: str
    files: tuple[FileFacts, ...]
    rejects: tuple[RejectFacts, ...]
    interactions: int
    repeats: int
    popularity: Popularity
    activity: Activity
    timeline: Timeline | None
    joins: tuple[Coverage, ...]
    fields: tuple[Coverage, ...]
    columns: tuple[ColumnFacts, ...]
    max_rejected_share: float

    def rejected_for(self, reason: str) -> int:
        return sum(entry.n for entry in self.rejects if entry.reason == reason)


def profile(engine: Engine, reading: Reading, settings: PreparationSettings, *, folder: str) -> Profile:
    """The facts about what was read; aggregates are the engine's, small tables are looked at here.

    Args:
        engine: keeps the interactions.
        reading: made with it.
        settings: of the preparation.
        folder: for people.
    """
    kept = reading.kept
    by_day = _pairs(engine, splitting.days(kept), "day", "n")
    middle = _middle(by_day)
    of_items = engine.collect(aggregates.items(kept, middle=middle).order_by("item_column"))
    positions = of_items.column("item_column").to_numpy()
    counts = np.zeros(len(reading.catalogue.documents), np.int64)
    counts[positions] = of_items.column("n").to_numpy()
    return Profile(
        mapping=reading.mapping.name,
        title=reading.mapping.title,
        folder=folder,
        files=_files(reading),
        rejects=_rejects(reading),
        interactions=int(counts.sum()),
        repeats=reading.rejects.by_reason().get(OLDER_DUPLICATE, 0),
        popularity=popularity(counts),
        activity=activity(_pairs(engine, aggregates.activity(kept), "n", "users"), settings.split.min_activity),
        timeline=timeline(
            by_day,
            span=engine.collect(aggregates.span(kept)),
            first=of_items.column("first").to_numpy(),
            early=of_items.column("early").to_numpy(),
            n=of_items.column("n").to_numpy(),
        ),
        **coverage(reading, counts),
        columns=column_facts(reading, counts),
        max_rejected_share=settings.max_rejected_share,
    )


def popularity(counts: Ints) -> Popularity:
    """From the interactions of each item of the catalogue, shape (n_items,)."""
    rated = np.sort(counts[counts > 0])
    n, total = len(rated), int(rated.sum())
    if not n:
        return Popularity(items=len(counts), rated=0, top_1=0.0, top_10=0.0, gini=0.0)
    rank = np.arange(1, n + 1)
    return Popularity(
        items=len(counts),
        rated=n,
        top_1=float(rated[-max(1, n // 100) :].sum() / total),
        top_10=float(rated[-max(1, n // 10) :].sum() / total),
        # Of sorted counts x: (2 sum(i x_i) / (n sum(x))) - (n + 1) / n.
        gini=float(2 * (rank * rated).sum() / (n * total) - (n + 1) / n),
    )


def activity(histogram: Sequence[tuple[int, int]], min_activity: int) -> Activity:
    """From pairs of interactions and users who have so many, in ascending order."""
    ns = np.array([n for n, _ in histogram], np.int64)
    users = np.array([users for _, users in histogram], np.int64)
    total = int(users.sum())

    def percentile(share: float) -> int:
        return int(ns[np.searchsorted(np.cumsum(users), share * total)]) if total else 0

    return Activity(
        users=total,
        least=int(ns[0]) if total else 0,
        median=percentile(0.5),
        p90=percentile(0.9),
        most=int(ns[-1]) if total else 0,
        with_two=int(users[ns >= 2].sum()),
        below=int(users[ns < min_activity].sum()),
        min_activity=min_activity,
    )


def _middle(by_day: Sequence[tuple[int, int]]) -> int:
    """The first second of the day in which the newer half of the interactions begins."""
    total = sum(n for _, n in by_day)
    return splitting.crossing(by_day, target=total // 2)[0] * splitting.SECONDS_A_DAY if total else 0


def _files(reading: Reading) -> tuple[FileFacts, ...]:
    rejected: dict[str, int] = {}
    for (file, reason), n in reading.rejects.counts.items():
        rejected[file] = rejected.get(file, 0) + (n if reason != OLDER_DUPLICATE else 0)
    read = _read_columns(reading)
    headers = {reading.raw.file(source).name: reading.raw.file(source).header for source in reading.mapping.sources()}
    return tuple(
        FileFacts(
            name=name,
            rows=reading.raw.rows_read.get(name, 0),
            rejected=rejected.get(name, 0),
            unread=tuple(column for column in header if column not in read[name]),
        )
        for name, header in headers.items()
    )


def _read_columns(reading: Reading) -> Mapping[str, set[str]]:
    """By file the columns that the mapping names; what it names of items may stand in any file of the items."""
    mapping = reading.mapping
    of_items = {mapping.items.source, *(join.source for join in mapping.items.joins)}
    read: dict[str, set[str]] = {}
    for source, columns in mapping.sources().items():
        named = {*columns, *(mapping.item_columns() if source in of_items else ())}
        read.setdefault(reading.raw.file(source).name, set()).update(named)
    return read


def _rejects(reading: Reading) -> tuple[RejectFacts, ...]:
    rejects = reading.rejects
    return tuple(
        RejectFacts(
            file=file, reason=reason, n=n, samples=tuple(sorted(rejects.records[(file, reason)])[:MOST_SAMPLES])
        )
        for (file, reason), n in sorted(rejects.counts.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1]))
    )


def _pairs(engine: Engine, table: ibis.Table, key: str, value: str) -> list[tuple[int, int]]:
    rows = engine.collect(table.order_by(key))
    return list(zip(rows.column(key).to_pylist(), rows.column(value).to_pylist(), strict=True))
