"""Writes the rows of one prepared file into a DynamoDB table, or takes them out again."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from bakeoff.contracts.stored_rows import LISTS_TABLE, part_key, row_key
from bakeoff.errors import CloudError
from bakeoff.serving.attributes import to_item
from bakeoff.workflow.cloud import Cloud

ROWS_PER_REQUEST = 25  # the most that BatchWriteItem takes
MOST_ATTEMPTS = 8


def load_part(
    cloud: Cloud, part: Mapping[str, Any], *, action: str, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Put or delete every row of `part`; doing it twice does no harm.

    Args:
        part: ``table`` (``items``, ``histories`` or ``lists``), the file, and what begins its rows' keys: ``key`` and
            ``dataVersion``, or of lists ``number`` and ``rows``.
        action: ``put`` or ``delete``.
        sleep: pauses, in seconds, before rows that DynamoDB left over are sent again.

    Returns:
        How many rows were written.
    """
    tables = {
        "items": cloud.settings.items_table,
        "histories": cloud.settings.histories_table,
        LISTS_TABLE: cloud.settings.lists_table,
    }
    to_request = {"put": _put_request, "delete": _delete_request}[action]
    rows = (to_request(part, json.loads(line)) for line in cloud.read(_file_key(part)).splitlines())
    written = 0
    while batch := list(islice(rows, ROWS_PER_REQUEST)):
        _write(cloud, tables[part["table"]], batch, sleep)
        written += len(batch)
    return {"rows": written}


def _file_key(part: Mapping[str, Any]) -> str:
    # JSONata's numbers may come as 3.0.
    return part_key(part["rows"], int(part["number"])) if part["table"] == LISTS_TABLE else part["key"]


def _row_key(part: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if part["table"] == LISTS_TABLE:
        return row_key(part["rows"], row["userId"])
    return f"{part['dataVersion']}#{row['itemId' if part['table'] == 'items' else 'userId']}"


def _put_request(part: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    if part["table"] == "items":
        values = {name: value for name, value in row.items() if name != "itemId" and value is not None}
    elif part["table"] == LISTS_TABLE:
        values = {name: _as_text(value) for name, value in row.items() if name != "userId"}
    else:
        # As one string: nothing ever asks for half of it, and a list of maps names the type of every single value.
        values = {"history": json.dumps(row["history"], separators=(",", ":"))}
    return {"PutRequest": {"Item": to_item({"key": _row_key(part, row), **values})}}


def _as_text(value: Any) -> str:
    """A list as one string of JSON, for the reason that histories are; a body as it is."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _delete_request(part: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {"key": {"S": _row_key(part, row)}}}}


def _write(cloud: Cloud, table: str, batch: list[dict[str, Any]], sleep: Callable[[float], None]) -> None:
    for pause in _pauses():
        left = cloud.client("dynamodb").batch_write_item(RequestItems={table: batch})["UnprocessedItems"]
        if not left:
            return
        batch = left[table]
        sleep(pause)
    raise CloudError(f"DynamoDB left {len(batch)} rows of {table} unwritten after {MOST_ATTEMPTS} attempts; run again.")


def _pauses() -> Iterator[float]:
    """Exponential backoff, as the documentation of BatchWriteItem asks for: 0.05 s to 6.4 s."""
    return (0.05 * 2**attempt for attempt in range(MOST_ATTEMPTS))
