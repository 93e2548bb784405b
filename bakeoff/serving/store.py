"""Reads the promoted run and a user's history, and leads to the titles; every read ends at the request's deadline."""

import json
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.session import Session

from bakeoff.contracts.interactions import Event
from bakeoff.errors import CloudError
from bakeoff.serving import log
from bakeoff.serving.deadline import Clock, Deadline
from bakeoff.serving.errors import NotServingError
from bakeoff.serving.reads import CLIENT_CONFIG, within
from bakeoff.serving.run import Run
from bakeoff.serving.run_records import RunRecords, get_item, unreadable
from bakeoff.serving.settings import Settings
from bakeoff.serving.titles import Title, Titles

_THREADS = 16
_T = TypeVar("_T")


class Store:
    """What the front reads; made once per process.

    Args:
        dynamodb: a low-level botocore client.
        ssm: a low-level botocore client.
        clock: reads seconds, for the age of the run that is kept.
        sleep: pauses, in seconds, before unprocessed keys are asked for again.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        dynamodb: Any,
        ssm: Any,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._dynamodb = dynamodb
        self._records = RunRecords(
            dynamodb=dynamodb, ssm=ssm, table=settings.runs_table, parameter=settings.promoted_run_parameter
        )
        self._clock = clock
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")
        self._titles = Titles(dynamodb, table=settings.items_table, executor=self._executor, sleep=sleep)
        self._run: Run | None = None
        self._run_expires = 0.0
        self._run_lock = threading.Lock()

    @classmethod
    def from_session(cls, settings: Settings, session: Session) -> "Store":
        """A store in the session's region, at the addresses that the session's own rules find."""
        dynamodb = session.create_client("dynamodb", config=CLIENT_CONFIG)
        return cls(settings, dynamodb=dynamodb, ssm=session.create_client("ssm", config=CLIENT_CONFIG))

    def promoted_run(self, deadline: Deadline) -> Run:
        """The run that serves, read anew every `run_cache_seconds`; when that fails, the one read last serves on.

        Raises:
            NotServingError: no run is promoted, its record cannot be read, or SSM or DynamoDB failed at the first try.
        """
        with self._run_lock:
            kept, expires = self._run, self._run_expires
        if kept is not None and self._clock() < expires:
            return kept
        try:
            run = self._within(deadline, self._read_promoted_run)
        except CloudError as error:
            log.write("degraded", what="promoted run", message=str(error), servesOn=kept is not None)
            if kept is None:
                raise NotServingError("run_unavailable", "The promoted run cannot be read now; ask again.") from error
            run = kept
        with self._run_lock:
            self._run, self._run_expires = run, self._clock() + self._settings.run_cache_seconds
        return run

    def history(self, user_id: str, *, data_version: str, deadline: Deadline) -> tuple[Event, ...]:
        """The user's newest events, oldest first; empty for a user without any.

        Raises:
            CloudError: DynamoDB refused, failed or was late, or what it holds is no history.
        """
        key = {"key": {"S": f"{data_version}#{user_id}"}}
        item = self._within(deadline, lambda: get_item(self._dynamodb, self._settings.histories_table, key))
        if item is None:
            return ()
        try:
            events = [Event.from_json(event) for event in json.loads(item["history"])]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CloudError(f"A stored history cannot be read ({type(error).__name__}).") from error
        return tuple(events[-self._settings.max_history :])

    def titles(
        self, item_ids: Collection[str], *, data_version: str, deadline: Deadline
    ) -> tuple[dict[str, Title], list[str]]:
        """See `Titles.of`."""
        return self._titles.of(item_ids, data_version=data_version, deadline=deadline)

    def close(self) -> None:
        """End the threads that wait."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _read_promoted_run(self) -> Run:
        record = self._records.promoted()
        try:
            return Run.from_json(record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.write("unexpected", run=record.get("runId"), **log.describe(error))
            raise unreadable(record.get("runId")) from error

    def _within(self, deadline: Deadline, read: Callable[[], _T]) -> _T:
        return within(deadline, read, executor=self._executor)
