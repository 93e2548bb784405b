"""Runs the definition on an engine: raw files in, the frozen split kept by the engine, small tables in memory."""

from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bakeoff.data import layout
from bakeoff.data.catalogue import Catalogue
from bakeoff.data.definition import split as splitting
from bakeoff.data.definition import statistics
from bakeoff.data.engines import Engine
from bakeoff.data.mapping import DataMapping
from bakeoff.data.mappings import choose_mapping
from bakeoff.data.outputs.autopilot import sample_below
from bakeoff.data.outputs.rows import COLUMNS
from bakeoff.data.outputs.statistics import Statistics
from bakeoff.data.reading import Progress, Reading, read
from bakeoff.data.rejects import Rejects
from bakeoff.data.settings import GLOBAL_TIME, NEW_USERS, PreparationSettings
from bakeoff.errors import DataError

BY_USER, BY_ITEM = "split", "by_item"


@dataclass(frozen=True, kw_only=True, eq=False)
class Preparation:
    """What the definition gave: small tables in memory, the interactions kept by the engine as `BY_USER`, `BY_ITEM`.

    Args:
        settings: what it was told; liked_threshold filled in.
        mapping: how the raw files were read.
        rejects: what could not be used.
        liked_threshold: values at or above it are liked.
        users: ids in row order.
        catalogue: the items.
        sizes: interactions per part, in the order of ``layout.PARTS``.
        tested: bool, shape (n_users,).
        user_statistics: of users.
        item_statistics: of items.
        user_columns: what is known of users beside, one row per user.
        cutoffs: for global time, the first timestamps of validation and test.
    """

    settings: PreparationSettings
    mapping: DataMapping
    rejects: Rejects
    liked_threshold: float
    users: list[str]
    catalogue: Catalogue
    sizes: list[int]
    tested: npt.NDArray[np.bool_]
    user_statistics: Statistics
    item_statistics: Statistics
    user_columns: pa.Table
    cutoffs: tuple[int, int] | None

    @property
    def n_candidates(self) -> int:
        """How many items may be recommended: those with an interaction that is trained on in the end."""
        return int((self.item_statistics.known[0] > 0).sum())


def prepare(
    engine: Engine, settings: PreparationSettings, *, folder: str, progress: Progress = lambda step: None
) -> Preparation:
    """Reject what cannot be used, split the rest, choose the test users.

    Args:
        engine: has the raw files and keeps what is large.
        settings: what to do.
        folder: what errors call the raw folder.
        progress: told what begins.

    Raises:
        DataError: files or columns are missing, too many rows are rejected, or there is too little to compare on.
    """
    mapping = choose_mapping(engine.files(), name=settings.mapping, folder=folder)
    reading = read(engine, mapping, folder=folder, seed=settings.split.seed, progress=progress)
    progress("splitting")
    return split(engine, reading, settings)


def split(engine: Engine, reading: Reading, settings: PreparationSettings) -> Preparation:
    """Split what was read and choose the test users.

    Raises:
        DataError: too many rows are rejected, or there is too little to compare on.
    """
    if settings.liked_threshold is None:
        settings = replace(settings, liked_threshold=reading.mapping.interactions.liked_threshold)
    reading.rejects.stop_at_too_many(reading.raw.rows_read, max_share=settings.max_rejected_share)
    rows, cutoffs = _keep_split(engine, reading.kept, reading.users, settings)
    users, catalogue = reading.user_ids.to_pylist(), reading.catalogue
    preparation = Preparation(
        settings=settings,
        mapping=reading.mapping,
        rejects=reading.rejects,
        users=users,
        catalogue=catalogue,
        user_columns=reading.user_columns,
        cutoffs=cutoffs,
        **_facts(engine, rows, reading.users, n_items=len(catalogue.documents), n_users=len(users), settings=settings),
    )
    _stop_at_too_few(preparation, file=reading.interactions_file)
    return preparation


def _keep_split(
    engine: Engine, kept: ibis.Table, users: ibis.Table, settings: PreparationSettings
) -> tuple[ibis.Table, tuple[int, int] | None]:
    strategy = settings.split.strategy
    n_rows = _count(engine, kept)
    cutoffs = _cutoffs(engine, kept, n_rows, settings) if strategy == GLOBAL_TIME else None
    groups = None
    if strategy == NEW_USERS:
        groups = engine.keep("groups", splitting.user_groups(kept, users, settings.split))
    below = sample_below(n_rows, most=settings.max_autopilot_rows)
    rows = splitting.split(kept, settings.split, groups=groups, cutoffs=cutoffs, sample_below=below)
    rows = engine.keep(BY_USER, rows, order_by=["user_row", "position"])
    sampled = rows.filter(rows.sampled) if below else rows
    engine.keep(BY_ITEM, sampled.select(*COLUMNS), order_by=["item_column", "user_row"])
    return rows, cutoffs


def _cutoffs(engine: Engine, kept: ibis.Table, n_rows: int, settings: PreparationSettings) -> tuple[int, int]:
    """The first timestamps of validation and test: at most the wanted shares of all interactions are newer."""
    by_day = _pairs(engine, splitting.days(kept), "day")

    def cutoff(share: float) -> int:
        target = int(n_rows * (1 - share) + 1e-9)
        day, before = splitting.crossing(by_day, target=min(target, n_rows - 1))
        seconds = _pairs(engine, splitting.seconds(kept, day), "timestamp")
        timestamp, at_cutoff = splitting.crossing(seconds, target=min(target, n_rows - 1) - before)
        # Rows of one second are never torn apart; the second that the border falls into is older, unless it ends there.
        return timestamp if at_cutoff + before == target else timestamp + 1

    fractions = settings.split
    return cutoff(fractions.test_fraction + fractions.validation_fraction), cutoff(fractions.test_fraction)


def _pairs(engine: Engine, table: ibis.Table, key: str) -> list[tuple[int, int]]:
    rows = engine.collect(table.order_by(key))
    return list(zip(rows.column(key).to_pylist(), rows.column("n").to_pylist(), strict=True))


def _count(engine: Engine, table: ibis.Table) -> int:
    n: int = engine.collect(table.aggregate(n=table.count())).column("n")[0].as_py()
    return n


def _facts(
    engine: Engine, rows: ibis.Table, users: ibis.Table, *, n_users: int, n_items: int, settings: PreparationSettings
) -> dict[str, Any]:
    """What of the split fits into memory, by the fields of `Preparation`."""
    liked, most = settings.liked_threshold, settings.max_test_users
    assert liked is not None
    tested = np.zeros(n_users, np.bool_)
    test_users = splitting.test_users(rows, users, settings.split, liked=liked, most=most)
    tested[engine.collect(test_users).column("user_row").to_numpy()] = True
    of_users = engine.collect(statistics.sums(rows, "user_row"))
    of_items = engine.collect(statistics.sums(rows, "item_column"))
    sizes = dict(_pairs(engine, statistics.part_sizes(rows), "part"))
    return {
        "liked_threshold": liked,
        "sizes": [sizes.get(part, 0) for part in range(len(layout.PARTS))],
        "tested": tested,
        "user_statistics": Statistics.of(of_users, by="user_row", n_rows=n_users),
        "item_statistics": Statistics.of(of_items, by="item_column", n_rows=n_items),
    }


def _stop_at_too_few(prepared: Preparation, *, file: str) -> None:
    settings = prepared.settings
    known = prepared.user_statistics.known[0]
    liked = f"users with a liked test item (rated {prepared.liked_threshold} or more)"
    least: list[tuple[int, int, str]] = [
        (int(known.sum()), settings.min_interactions, "train and validation interactions"),
        (int((known >= 2).sum()), settings.min_users, "users with two or more of them"),
        (int(prepared.tested.sum()), 1, liked),
    ]
    faults = [f"{there} {what}, at least {needed} are needed" for there, needed, what in least if there < needed]
    if faults:
        raise DataError(f"{file} holds too little to compare recommenders on: {'; '.join(faults)}. Bring more data.")
