"""Reads the raw files through an engine: what is there, what is missing, the catalogue and its documents."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from bakeoff.data.definition import items as definition
from bakeoff.data.documents import Document
from bakeoff.data.engines import LONGEST_RECORD, ROW, Engine, RawFile
from bakeoff.data.fields import names, persons, text, title_and_year, year
from bakeoff.data.mapping import DataMapping, Field, Join, Source
from bakeoff.data.raw_files import RawFiles
from bakeoff.data.rejects import Rejects

_PERSONS = ("directors", "writers", "actors")


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """The items.

    Args:
        table: kept; item, item_column and the columns of fields and features.
        rows: the same, in memory, in column order.
        documents: one per row.
    """

    table: ibis.Table
    rows: pa.Table
    documents: list[Document]

    @property
    def ids(self) -> list[str]:
        return [document.item_id for document in self.documents]


def read_catalogue(engine: Engine, raw: RawFiles, mapping: DataMapping, rejects: Rejects) -> Catalogue:
    """Read the items' file and all that is joined to it."""
    file = raw.file(mapping.items.source)
    wanted = [*mapping.item_columns(), *(column.column for column in mapping.items.columns)]
    own = [name for name in dict.fromkeys(wanted) if name in file.header]
    checked = _keep_checked(engine, raw, file, id_column=mapping.items.id, columns=own, rejects=rejects)
    items = engine.keep("item_ids", definition.catalogue(checked))
    there = set(own)
    for number, join in enumerate(mapping.items.joins):
        columns = [name for name in dict.fromkeys(wanted) if name in raw.file(join.source).header and name not in there]
        there.update(columns)
        items = _joined(engine, raw, items, join, columns=columns, number=number, rejects=rejects)
    table = engine.keep("items", items, order_by=["item_column"])
    rows = engine.collect(table.order_by("item_column"))
    entries = _entries(engine, raw, mapping, table, rejects)
    return Catalogue(table=table, rows=rows, documents=list(_documents(rows, mapping, entries)))


def read_users(engine: Engine, raw: RawFiles, mapping: DataMapping, user_ids: pa.Array, rejects: Rejects) -> pa.Table:
    """The users' columns, one row per id in that order; empty cells where the users' file has no row."""
    if mapping.users is None or not raw.has(mapping.users.source):
        return pa.table({"user": user_ids})
    file = raw.file(mapping.users.source)
    columns = [column.column for column in mapping.users.columns if column.column in file.header]
    checked = _keep_checked(
        engine, raw, file, id_column=mapping.users.id, columns=columns, rejects=rejects, name="user"
    )
    found = engine.collect(checked.filter(checked.reason.isnull()).drop("reason", ROW))
    position = pc.index_in(user_ids, value_set=pc.cast(found.column("user").combine_chunks(), user_ids.type))
    return pa.table(
        {"user": user_ids, **{name: found.column(name).combine_chunks().take(position) for name in columns}}
    )


def _keep_checked(
    engine: Engine,
    raw: RawFiles,
    file: RawFile,
    *,
    id_column: str,
    columns: list[str],
    rejects: Rejects,
    name: str = "item",
) -> ibis.Table:
    table = engine.read(file, list(dict.fromkeys([id_column, *columns])), numbered=True)
    # Kept before it is looked at: windows over a file being read would read it again.
    numbered = engine.keep(f"{name}s_as_read", table)
    checked = definition.check_ids(numbered, id_column=id_column, name=name)
    checked = engine.keep(f"{name}s_checked", checked.select(name, "reason", ROW, *columns))
    raw.note_rows(file, engine, numbered, rejects)
    broken = engine.collect(checked.filter(checked.reason.notnull()).order_by(ROW))
    rejects.add(
        file.name,
        broken.column("reason").to_pylist(),
        ["" if value is None else str(value)[:LONGEST_RECORD] for value in broken.column(name).to_pylist()],
    )
    return checked


def _joined(
    engine: Engine, raw: RawFiles, items: ibis.Table, spec: Join, *, columns: list[str], number: int, rejects: Rejects
) -> ibis.Table:
    file = raw.file(spec.source)
    table = engine.read(file, list(dict.fromkeys([spec.right, *columns])), numbered=True)
    kept = engine.keep(f"join_{number}", table)
    raw.note_rows(file, engine, kept, rejects)
    left = spec.left if spec.left in items.columns else "item"
    return engine.keep(f"joined_{number}", definition.join(items, kept, spec, columns, left=left))


def _entries(
    engine: Engine, raw: RawFiles, mapping: DataMapping, items: ibis.Table, rejects: Rejects
) -> dict[str, dict[int, list[str]]]:
    """Per field and item column the entries of further tables, in the order of the tables' rows."""
    found: dict[str, dict[int, list[str]]] = {}
    kept: dict[Source, ibis.Table] = {}
    for spec in mapping.items.entries:
        through = spec.through
        for source in (spec.source, *([through.source] if through else [])):
            if source not in kept:
                table = engine.read(raw.file(source), raw.columns(source), numbered=True)
                kept[source] = engine.keep(f"entries_{len(kept)}", table)
                raw.note_rows(raw.file(source), engine, kept[source], rejects)
        table = definition.entries(
            kept[spec.source], spec, items=items, through=kept[through.source] if through else None
        )
        rows = engine.collect(table.order_by(ROW, "item_column", "entry"))
        of_field = found.setdefault(spec.field, {})
        for column, entry in zip(rows.column("item_column").to_pylist(), rows.column("entry").to_pylist(), strict=True):
            of_field.setdefault(column, []).append(entry)
    return found


def _documents(rows: pa.Table, mapping: DataMapping, entries: dict[str, dict[int, list[str]]]) -> Iterator[Document]:
    cells = {name: rows.column(name).to_pylist() for name in rows.column_names}
    cells[mapping.items.id] = cells["item"]
    fields = {name: mapping.items.fields.get(name, Field()) for name in ("title", "year", "plot", "genres", *_PERSONS)}

    def of(name: str, row: int) -> list[object]:
        return [cells[column][row] for column in fields[name].columns]

    def people(name: str, row: int) -> tuple[str, ...]:
        listed = entries.get(name, {}).get(row, [])
        return tuple(dict.fromkeys([*persons(of(name, row), fields[name]), *listed]))

    for row, item in enumerate(cells["item"]):
        title, in_title = text(of("title", row)), None
        if fields["year"].from_title:
            title, in_title = title_and_year(title)
        genres = [*names(of("genres", row), fields["genres"]), *entries.get("genres", {}).get(row, [])]
        yield Document(
            item_id=item,
            title=title,
            year=year([in_title, *of("year", row)]),
            genres=tuple(dict.fromkeys(genres)),
            directors=people("directors", row),
            writers=people("writers", row),
            actors=people("actors", row),
            plot=text(of("plot", row)),
        )
