"""Reads what a person reads of an item, many items at a time, each only once per process."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bakeoff.errors import CloudError
from bakeoff.serving.attributes import from_item
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.reads import LATE, answered

_KEYS_A_CALL = 100  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
_FIRST_PAUSE = 0.02
_MOST_KEPT = 50_000  # about 20 MB


@dataclass(frozen=True, kw_only=True)
class Title:
    """What the items table holds of an item."""

    title: str | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()


class Titles:
    """The items table.

    Args:
        dynamodb: a low-level botocore client.
        table: key ``key`` = ``<dataVersion>#<itemId>``; attributes ``title``, ``year``, ``genres``.
        executor: runs the calls, so that the deadline holds.
        sleep: pauses, in seconds, before unprocessed keys are asked for again.
    """

    def __init__(
        self,
        dynamodb: Any,
        *,
        table: str,
        executor: ThreadPoolExecutor,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._executor = executor
        self._sleep = sleep
        self._kept: dict[str, Title] = {}

    def of(
        self, item_ids: Collection[str], *, data_version: str, deadline: Deadline
    ) -> tuple[dict[str, Title], list[str]]:
        """The titles that could be read in time, by item id, and what kept the others from being read (nothing: []).

        An item without a row is left out; that is no fault.
        """
        keys = {item_id: f"{data_version}#{item_id}" for item_id in item_ids}
        known = {key: self._kept[key] for key in keys.values() if key in self._kept}
        read, faults = self._read_all([key for key in keys.values() if key not in known], deadline)
        self._keep(read)
        known |= read
        return {item_id: known[key] for item_id, key in keys.items() if key in known}, faults

    def _read_all(self, keys: list[str], deadline: Deadline) -> tuple[dict[str, Title], list[str]]:
        futures = [self._executor.submit(self._read, chunk, deadline) for chunk in _chunks(keys)]
        wait(futures, timeout=deadline.remaining())
        read: dict[str, Title] = {}
        faults: list[str] = []
        for future in futures:
            if not future.done():
                future.cancel()
                faults.append(LATE)
                continue
            try:
                read |= future.result()
            except CloudError as error:
                faults.append(str(error))
        return read, sorted(set(faults))

    def _read(self, keys: list[str], deadline: Deadline) -> dict[str, Title]:
        """One call's titles; keys that DynamoDB leaves unprocessed are asked for again, ever later."""
        # 'key' and 'year' are reserved words of DynamoDB's expressions.
        asked: dict[str, Any] = {
            self._table: {
                "Keys": [{"key": {"S": key}} for key in keys],
                "ProjectionExpression": "#key, #title, #year, #genres",
                "ExpressionAttributeNames": {"#key": "key", "#title": "title", "#year": "year", "#genres": "genres"},
            }
        }
        titles: dict[str, Title] = {}
        pause = _FIRST_PAUSE
        while asked:
            answer = answered(self._dynamodb.batch_get_item, RequestItems=asked)
            titles.update(_title(from_item(item)) for item in answer["Responses"].get(self._table, []))
            asked = answer.get("UnprocessedKeys") or {}
            if asked and deadline.remaining() <= pause:
                raise CloudError("DynamoDB left titles unprocessed until the deadline.")
            if asked:
                self._sleep(pause)
                pause *= 2
        return titles

    def _keep(self, titles: Mapping[str, Title]) -> None:
        """Titles of one preparation never change, so a warm function asks only for those it has not yet seen."""
        if len(self._kept) + len(titles) > _MOST_KEPT:
            self._kept = {}
        self._kept.update(titles)


def _title(item: Mapping[str, Any]) -> tuple[str, Title]:
    year = item.get("year")
    genres = tuple(str(genre) for genre in item.get("genres") or ())
    return item["key"], Title(title=item.get("title"), year=None if year is None else int(year), genres=genres)


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _KEYS_A_CALL)):
        yield chunk
