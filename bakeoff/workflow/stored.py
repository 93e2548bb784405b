"""Which rows of the table of lists a backend needs, and which are to be deleted with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.stored_rows import StoredRows
from bakeoff.workflow.cloud import Cloud


def rows_to_load(backend: Mapping[str, Any]) -> dict[str, Any]:
    """``parts``, the files to load before the backend serves, and ``loadedKey``, the mark that all rows are there."""
    rows = StoredRows.of(backend)
    return {"parts": rows.load_parts(), "loadedKey": rows.mark}


def rows_to_delete(
    cloud: Cloud, backends: Sequence[Mapping[str, Any]], *, needed: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """The files of rows that only `backends` have; the marks that they are loaded go first.

    Where the files were deleted, nobody knows the rows any more, and they stay.
    """
    kept = {StoredRows.of(backend).path for backend in needed}
    gone = {rows.path: rows for rows in map(StoredRows.of, backends) if rows.parts and rows.path not in kept}
    found: list[dict[str, str]] = []
    for rows in gone.values():
        cloud.client("dynamodb").delete_item(TableName=cloud.settings.lists_table, Key={"key": {"S": rows.mark}})
        parts = rows.load_parts()
        found += parts if cloud.exists(parts[0]["key"]) else []
    return found
