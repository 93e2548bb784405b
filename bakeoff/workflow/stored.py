"""Which rows of the table of lists a backend needs, and which are to be deleted with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.stored_rows import StoredRows, part_key
from bakeoff.workflow.cloud import Cloud


def rows_to_load(backend: Mapping[str, Any]) -> dict[str, Any]:
    """``rows`` and ``parts``, how many files are to be loaded before the backend serves, and ``loadedKey``, the mark
    that all rows are there. Not the files: those of many contestants are more than a state may hand on."""
    rows = StoredRows.of(backend)
    return {**rows.to_json(), "loadedKey": rows.mark}


def rows_to_delete(
    cloud: Cloud, backends: Sequence[Mapping[str, Any]], *, needed: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The files of rows that only `backends` have; the marks that they are loaded go first.

    Where the files were deleted, nobody knows the rows any more, and they stay.
    """
    kept = {StoredRows.of(backend).path for backend in needed}
    gone = {rows.path: rows for rows in map(StoredRows.of, backends) if rows.parts and rows.path not in kept}
    found: list[dict[str, Any]] = []
    for rows in gone.values():
        cloud.client("dynamodb").delete_item(TableName=cloud.settings.lists_table, Key={"key": {"S": rows.mark}})
        found += rows.to_delete() if cloud.exists(part_key(rows.path, 0)) else []
    return found
