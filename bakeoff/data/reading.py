"""Reads the raw files through an engine: items, interactions and users; rejects are counted and judged later."""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import pyarrow as pa

from bakeoff.data.catalogue import Catalogue, read_catalogue, read_users
from bakeoff.data.definition import interactions
from bakeoff.data.engines import Engine
from bakeoff.data.mapping import DataMapping
from bakeoff.data.raw_files import RawFiles, find_files
from bakeoff.data.rejects import Rejects

ROWS_AT_ONCE = 1 << 18
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What the raw files hold.

    Args:
        mapping: how they were read.
        raw: the files, with the rows of each.
        rejects: what could not be used.
        catalogue: the items.
        users: with a usable interaction; kept: user_row, user.
        user_ids: the same in row order, in memory.
        user_columns: what is known of users beside, one row per user.
        kept: one row per user and item: user_row, item_column, value, timestamp.
    """

    mapping: DataMapping
    raw: RawFiles
    rejects: Rejects
    catalogue: Catalogue
    users: ibis.Table
    user_ids: pa.Array
    user_columns: pa.Table
    kept: ibis.Table

    @property
    def interactions_file(self) -> str:
        return self.raw.file(self.mapping.interactions.source).name


def read(
    engine: Engine, mapping: DataMapping, *, folder: str, seed: int, progress: Progress = lambda step: None
) -> Reading:
    """Read items, interactions and users; count and keep what is rejected.

    Args:
        engine: over the raw folder.
        mapping: how to read it.
        folder: named in errors.
        seed: of the split.
        progress: told what begins.

    Raises:
        DataError: files or columns are missing, or a file breaks off inside a quoted field.
    """
    raw, rejects = find_files(engine, mapping, folder=folder), Rejects()
    progress("reading the items")
    catalogue = read_catalogue(engine, raw, mapping, rejects)
    columns, file = mapping.interactions, raw.file(mapping.interactions.source)
    progress("reading the interactions")
    table = engine.read(file, raw.columns(columns.source))
    checked = engine.keep("checked", interactions.check(table, columns, seed=seed))
    raw.note_rows(file, engine, checked, rejects)
    users = engine.keep("users", interactions.user_ids(checked, catalogue.table), order_by=["user_row"])
    placed = engine.keep("placed", interactions.place(checked, users=users, items=catalogue.table, columns=columns))
    engine.keep("rejects", interactions.rejects(checked, placed, users=users, items=catalogue.table))
    progress("collecting the rejects")
    for batch in engine.batches("rejects", ["reason", "record"], rows=ROWS_AT_ONCE):
        rejects.add(file.name, batch.column("reason").to_pylist(), batch.column("record").to_pylist())
    user_ids = engine.collect(users.order_by("user_row")).column("user").combine_chunks()
    return Reading(
        mapping=mapping,
        raw=raw,
        rejects=rejects,
        catalogue=catalogue,
        users=users,
        user_ids=user_ids,
        user_columns=read_users(engine, raw, mapping, user_ids, rejects),
        kept=interactions.kept(placed),
    )
