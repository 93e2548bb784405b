"""Writes the prepared folder that jobs, Amazon Personalize, Autopilot and the serving tables read."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pyarrow as pa

from bakeoff.contracts.naming import event_type
from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.engines import Engine
from bakeoff.data.outputs import personalize
from bakeoff.data.outputs.autopilot import AutopilotTable, Entity, named_features, write_specifications
from bakeoff.data.outputs.by_user import Histories, Matrices, PersonalizeInteractions, SplitHash
from bakeoff.data.outputs.features import features
from bakeoff.data.outputs.rows import COLUMNS, Rows, whole_groups
from bakeoff.data.outputs.tastes import Tastes
from bakeoff.data.outputs.texts import json_text
from bakeoff.data.preparation import BY_ITEM, BY_USER, Preparation
from bakeoff.data.settings import GLOBAL_TIME
from bakeoff.data.writing import FolderWriter, RotatingFile

ROWS_AT_ONCE = 1 << 18


def write(
    preparation: Preparation,
    engine: Engine,
    writer: FolderWriter,
    *,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Write everything and return the manifest, which is written last: with it the folder is complete.

    Args:
        preparation: made with the engine.
        engine: has the interactions.
        writer: of an empty folder.
        progress: told what begins.
    """
    users, items = _entities(preparation)
    for name, feature in named_features(users, items):
        progress(f"column {name} is {'selected' if feature.selected else 'not selected'}: {feature.why}")
    progress("writing matrices and histories")
    split_hash, histories = _by_user(preparation, engine, writer)
    progress("writing imports and tables")
    _interactions(preparation, engine, writer, split_hash=split_hash)
    _autopilot(preparation, engine, writer, users=users, items=items)
    _personalize(preparation, writer, users=users, items=items)
    serving_items = _items(preparation, writer)
    writer.json(layout.USERS, preparation.users)
    with ExitStack() as files:
        preparation.rejects.write(writer, files)
    manifest = {
        "format": layout.FORMAT,
        **describe(preparation, split_hash=split_hash),
        "engine": engine.versions(),
        "files": dict(sorted(writer.files.items())),
        "parts": {"items": serving_items, "histories": histories},
    }
    writer.finish(layout.MANIFEST, manifest)
    return manifest


def describe(preparation: Preparation, *, split_hash: str) -> dict[str, Any]:
    """The manifest's facts, without those of engine and files."""
    settings, documents = preparation.settings, preparation.catalogue.documents
    parameters: dict[str, Any] = {name: value for name, value in vars(settings.split).items() if name != "strategy"}
    if settings.split.strategy == GLOBAL_TIME and preparation.cutoffs:
        validation_from, test_from = preparation.cutoffs
        parameters |= {"validation_from": validation_from, "test_from": test_from}
    n_tested = int(preparation.tested.sum())
    return {
        "dataset": settings.dataset,
        "mapping": preparation.mapping.name,
        "likedThreshold": float(preparation.liked_threshold),
        "split": {"strategy": settings.split.strategy, "hash": split_hash, "parameters": parameters},
        "counts": {
            "users": len(preparation.users),
            "items": len(documents),
            "interactions": sum(preparation.sizes),
            **dict(zip(layout.PARTS, preparation.sizes, strict=True)),
            "candidates": preparation.n_candidates,
            "testUsers": n_tested,
            "itemsWithPlot": sum(bool(document.plot) for document in documents),
            "itemsWithDirectors": sum(bool(document.directors) for document in documents),
            "rejects": preparation.rejects.n_rejected,
        },
        "rejects": preparation.rejects.by_reason(),
        "testUsers": n_tested,
        "maxHistory": settings.max_history,
    }


def _entities(preparation: Preparation) -> tuple[Entity, Entity]:
    mapping, catalogue = preparation.mapping, preparation.catalogue
    users = Entity(
        kind="user",
        ids=pa.array(preparation.users, pa.string()),
        features=features(preparation.user_columns, mapping.users.columns if mapping.users else ()),
        statistics=preparation.user_statistics,
    )
    items = Entity(
        kind="item",
        ids=pa.array(catalogue.ids, pa.string()),
        features=features(catalogue.rows, mapping.items.columns, chosen=mapping.items.selected),
        statistics=preparation.item_statistics,
    )
    return users, items


def _by_user(preparation: Preparation, engine: Engine, writer: FolderWriter) -> tuple[str, list[str]]:
    """Write what is in the order of users; the split's hash and the histories' files."""
    users, items = preparation.users, preparation.catalogue.ids
    digest = SplitHash(preparation.settings.split, users=users, items=items)
    with ExitStack() as files:
        matrices = Matrices(writer, files, n_users=len(users), sizes=preparation.sizes)
        histories = Histories(
            writer,
            files,
            users=users,
            items=items,
            max_history=preparation.settings.max_history,
            tested=preparation.tested,
        )
        for rows in _rows(engine, BY_USER, by="user_row"):
            matrices.add(rows)
            digest.add(rows)
            histories.add(rows)
        matrices.close()
    return digest.hexdigest(), histories.serving.paths


def _interactions(preparation: Preparation, engine: Engine, writer: FolderWriter, *, split_hash: str) -> None:
    """A pass of its own: every row names the split, whose hash is known only when all rows have been seen."""
    users, items = preparation.users, preparation.catalogue.ids
    with ExitStack() as files:
        of_split = event_type(split_hash)
        imports = PersonalizeInteractions(writer, files, event_type=of_split, users=users, items=items)
        for rows in _rows(engine, BY_USER, by="user_row"):
            imports.add(rows)


def _autopilot(preparation: Preparation, engine: Engine, writer: FolderWriter, *, users: Entity, items: Entity) -> None:
    with ExitStack() as files:
        tastes = Tastes(
            files,
            users=users.statistics,
            items=items.statistics,
            documents=preparation.catalogue.documents,
            by_user=lambda: _rows(engine, BY_USER, by="user_row"),
        )
        table = AutopilotTable(writer, files, users=users, items=items, tastes=tastes)
        for rows in _rows(engine, BY_ITEM, by="item_column"):
            table.add(rows)
        table.close()
    write_specifications(writer, users=users, items=items, tastes=tastes)


def _personalize(preparation: Preparation, writer: FolderWriter, *, users: Entity, items: Entity) -> None:
    plot = preparation.mapping.items.fields.get("plot")
    text_column = plot.columns[0] if plot and plot.columns else None
    personalize.write_interactions_schema(writer)
    personalize.write_items(writer, preparation.catalogue.documents, items.features, text_column=text_column)
    personalize.write_users(writer, preparation.users, users.features)
    writer.json_lines(layout.REQUEST_ITEMS, ({"itemId": item_id} for item_id in preparation.catalogue.ids))


def _items(preparation: Preparation, writer: FolderWriter) -> list[str]:
    """Write the catalogue's ids, documents and serving rows; the files of the latter."""
    documents = preparation.catalogue.documents
    writer.json(layout.ITEMS, preparation.catalogue.ids)
    writer.json_lines(layout.DOCUMENTS, (document.to_json() for document in documents))
    path = f"{layout.SERVING_ITEMS}/{layout.SERVING_PART}"
    with ExitStack() as files:
        serving = RotatingFile(writer, files, path, lines_per_part=layout.SERVING_ITEMS_PER_PART)
        serving.write_lines(pa.array([_serving_line(document) for document in documents], pa.string()))
    return serving.paths


def _serving_line(document: Document) -> str:
    shown = {
        "itemId": document.item_id,
        "title": document.title,
        "year": document.year,
        "genres": list(document.genres),
    }
    return json_text(shown) + "\n"


def _rows(engine: Engine, name: str, *, by: str) -> Iterator[Rows]:
    return whole_groups(engine.batches(name, COLUMNS, rows=ROWS_AT_ONCE), by=by)
