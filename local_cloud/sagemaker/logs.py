"""Brings the lines that jobs and endpoints print to CloudWatch Logs, in batches and without ever holding them up."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.service import Place

LONGEST_LINE = 200_000  # bytes; CloudWatch Logs refuses events above 256 KB, and text can grow as JSON
LARGEST_BATCH = 500  # events a call; CloudWatch Logs takes 10,000 events and 1 MB
LARGEST_BATCH_BYTES = 900_000
BATCH_SECONDS = 0.25  # how long a line waits for company
_LOGGER = logging.getLogger(__name__)


class LogsError(Exception):
    """CloudWatch Logs did not take the events."""


@dataclass(frozen=True)
class Event:
    """One line: milliseconds since 1970 and its text."""

    timestamp: int
    message: str


class Logs(Protocol):
    """What is needed of CloudWatch Logs."""

    def put(self, *, group: str, stream: str, events: list[Event]) -> None:
        """Append `events` to a stream, which is made on first use.

        Raises:
            LogsError: they were not taken.
        """
        ...


class CloudWatchLogs:
    """CloudWatch Logs at the gateway of a local cloud.

    Args:
        place: where it stands.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._made: set[tuple[str, str]] = set()

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "logs",
            endpoint_url=self._place.endpoint,
            region_name=self._place.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 2, "mode": "standard"}),
        )

    def put(self, *, group: str, stream: str, events: list[Event]) -> None:
        try:
            if (group, stream) not in self._made:
                self._make(group, stream)
                self._made.add((group, stream))
            rows = [{"timestamp": event.timestamp, "message": event.message} for event in events]
            self._client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=rows)
        except (ClientError, BotoCoreError) as error:
            raise LogsError(str(error)) from error

    def _make(self, group: str, stream: str) -> None:
        exists = self._client.exceptions.ResourceAlreadyExistsException
        with suppress(exists):
            self._client.create_log_group(logGroupName=group)
        with suppress(exists):
            self._client.create_log_stream(logGroupName=group, logStreamName=stream)


class LogDelivery:
    """Delivers lines from one background thread.

    Lines that CloudWatch Logs does not take are kept in files of the folder `undelivered`, one file a stream, and
    said once a stream on the program's own log.
    """

    def __init__(self, logs: Logs, *, undelivered: Path) -> None:
        self._logs = logs
        self._undelivered = undelivered
        self._queue: queue.SimpleQueue[tuple[str, str, Event] | threading.Event | None] = queue.SimpleQueue()
        self._troubled: set[str] = set()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def stream(self, group: str, stream: str) -> Callable[[str], None]:
        """A function that sends one line to `stream`; it returns at once."""

        def write(line: str) -> None:
            text = line.encode()[:LONGEST_LINE].decode(errors="ignore") or " "  # an empty message is refused
            self._started().put((group, stream, Event(int(time.time() * 1000), text)))

        return write

    def flush(self, *, timeout: float) -> bool:
        """Wait, `timeout` seconds at most, until what was written before is delivered; says whether it is."""
        if self._thread is None:
            return True
        delivered = threading.Event()
        self._queue.put(delivered)
        return delivered.wait(timeout)

    def close(self) -> None:
        """Deliver what is left, for two seconds at most."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=2)

    def _started(self) -> "queue.SimpleQueue[tuple[str, str, Event] | threading.Event | None]":
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._deliver, name="sagemaker-logs", daemon=True)
                self._thread.start()
        return self._queue

    def _deliver(self) -> None:
        while True:
            batches: dict[tuple[str, str], list[Event]] = {}
            flushed, last = self._collect(batches)
            for (group, stream), events in batches.items():
                self._send(group, stream, events)
            for event in flushed:
                event.set()
            if last:
                return

    def _collect(self, batches: dict[tuple[str, str], list[Event]]) -> tuple[list[threading.Event], bool]:
        """Fill `batches` with what is waiting; gives who waits for a flush and whether this was the last batch."""
        size = count = 0
        item = self._queue.get()
        deadline = time.monotonic() + BATCH_SECONDS
        while True:
            if item is None:
                return [], True
            if isinstance(item, threading.Event):
                return [item], False
            group, stream, event = item
            batches.setdefault((group, stream), []).append(event)
            count, size = count + 1, size + len(event.message.encode())
            if count >= LARGEST_BATCH or size >= LARGEST_BATCH_BYTES - LONGEST_LINE:
                return [], False
            try:
                item = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return [], False

    def _send(self, group: str, stream: str, events: list[Event]) -> None:
        try:
            self._logs.put(group=group, stream=stream, events=events)
        except LogsError as error:
            path = self._undelivered / f"{group.strip('/')}/{stream}.log"
            if str(path) not in self._troubled:
                self._troubled.add(str(path))
                _LOGGER.warning("CloudWatch Logs did not take lines of %s; they are in %s: %s", stream, path, error)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.writelines(f"{event.timestamp} {event.message}\n" for event in events)
