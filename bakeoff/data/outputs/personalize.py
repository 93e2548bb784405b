"""Amazon Personalize's Items and Users datasets and the schemas of all three, each file checked against its schema."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from bakeoff.contracts.personalize import (
    INTERACTIONS_SCHEMA,
    ITEM_DESCRIPTION,
    ITEM_NAME,
    LONGEST_CATEGORY,
    LONGEST_NAME,
    LONGEST_TEXT,
    field_name,
    header_faults,
    metadata_schema,
)
from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.outputs.features import Feature
from bakeoff.data.outputs.texts import json_text
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import DataError

KINDS = {"number": "float", "money": "float", "category": "category", "list": "category", "text": "text"}


def write_items(
    writer: FolderWriter,
    documents: Sequence[Document],
    features: Sequence[Feature],
    *,
    text_column: str | None = None,
) -> None:
    """Write ``personalize/items`` with its schema: the features, every item's name and a description of it.

    Semantic-Similarity needs name and description. Where the data has no column of free text, genres and year stand
    for it.

    Args:
        writer: of the prepared folder.
        documents: of the rows.
        features: leaking ones and dates are left out.
        text_column: the one column of free text that is imported.

    Raises:
        DataError: the names of the columns are none that Personalize takes.
    """
    cells = {ITEM_NAME: [(one.title or one.item_id)[:LONGEST_NAME] for one in documents]}
    kinds = {ITEM_NAME: "name"}
    if not any(_is_used(one, text_column) and one.column.type == "text" for one in features):
        cells[ITEM_DESCRIPTION] = [_described(one) for one in documents]
        kinds[ITEM_DESCRIPTION] = "text"
    ids = [one.item_id for one in documents]
    _write(writer, "Items", ids, [one for one in features if _is_used(one, text_column)], kinds=kinds, cells=cells)


def write_users(writer: FolderWriter, ids: Sequence[str], features: Sequence[Feature]) -> None:
    """Write ``personalize/users`` with its schema; nothing where there is no metadata to import.

    Args:
        writer: of the prepared folder.
        ids: of the rows.
        features: leaking ones, dates and texts are left out.

    Raises:
        DataError: the names of the columns are none that Personalize takes.
    """
    used = [one for one in features if _is_used(one, None)]
    if used:
        _write(writer, "Users", ids, used, kinds={}, cells={})


def _write(
    writer: FolderWriter,
    kind: str,
    ids: Sequence[str],
    features: Sequence[Feature],
    *,
    kinds: Mapping[str, str],
    cells: Mapping[str, Sequence[str]],
) -> None:
    """One dataset's file and schema; `kinds` and `cells` are of further columns, by field name."""
    columns = {**{field_name(one.name): KINDS[one.column.type] for one in features}, **kinds}
    schema = metadata_schema(kind, columns)
    header = [field["name"] for field in schema["fields"]]
    check_header(schema, [schema["fields"][0]["name"], *(field_name(one.name) for one in features), *kinds])
    content = io.StringIO(newline="")
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(header)
    rows.writerows(zip(ids, *(_cells(one) for one in features), *cells.values(), strict=True))
    with writer.file(layout.PERSONALIZE_METADATA.format(kind.lower())) as file:
        file.write(content.getvalue().encode())
    write_schema(writer, schema)


def _described(document: Document) -> str:
    """What is known of an item that nobody describes, in one sentence; empty where nothing is."""
    known = [*document.genres, *([str(document.year)] if document.year else [])]
    return f"{', '.join(known)}." if known else ""


def write_interactions_schema(writer: FolderWriter) -> None:
    """Write the schema of the interactions, checked against the header that they are written with."""
    check_header(INTERACTIONS_SCHEMA, ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"])
    write_schema(writer, INTERACTIONS_SCHEMA)


def write_schema(writer: FolderWriter, schema: dict[str, Any]) -> None:
    with writer.file(layout.PERSONALIZE_SCHEMA.format(schema["name"].lower())) as file:
        file.write(json_text(schema).encode() + b"\n")


def check_header(schema: dict[str, Any], header: Sequence[str]) -> None:
    """Stop before Personalize does, hours later.

    Raises:
        DataError: names every fault.
    """
    faults = header_faults(schema, header)
    if faults:
        raise DataError(
            f"Amazon Personalize would refuse the {schema['name']} file: {' '.join(faults)} "
            "Rename or leave out these columns in the mapping."
        )


def _is_used(feature: Feature, text_column: str | None) -> bool:
    if feature.column.leaking or feature.column.type == "date":
        return False
    return feature.column.type != "text" or feature.name == text_column


def _cells(feature: Feature) -> list[str]:
    values: pa.Array = feature.values
    return ["" if value is None else _cell(feature, value) for value in values.to_pylist()]


def _cell(feature: Feature, value: Any) -> str:
    if feature.column.type in ("number", "money"):
        return repr(float(value))
    text = " ".join(str(value).split())
    if feature.column.type == "text":
        return text[:LONGEST_TEXT]
    if feature.column.type == "category":
        return text.replace("|", " ")[:LONGEST_CATEGORY]
    return _entries(text, feature.column.separator)


def _entries(text: str, separator: str) -> str:
    """The entries of a list with ``|`` between them, as many as fit."""
    entries = [found for entry in text.split(separator) if (found := entry.strip())]
    listed = "|".join(entries)
    while len(listed) > LONGEST_CATEGORY:
        entries.pop()
        listed = "|".join(entries)
    return listed
