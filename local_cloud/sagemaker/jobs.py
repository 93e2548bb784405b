"""What training, processing and transform jobs share: one thread a job, slots, stopping, honest ends, and answers."""

import hashlib
import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.archives import ArchiveError
from local_cloud.sagemaker.base import SageMakerBase, now
from local_cloud.sagemaker.listing import Listing
from local_cloud.service import Record
from local_cloud.storage import StorageError

LONGEST_REASON = 1024  # characters of a FailureReason
GRACE_SECONDS = 120  # between SIGTERM and SIGKILL on AWS; times the pace here
CLOSING_SECONDS = 1.0
FLUSH_SECONDS = 5
UNDER_WAY = ("InProgress", "Stopping")
INTERRUPTED = (
    "InternalServerError: We encountered an internal error. Please try again. "
    "(The local cloud was stopped in the middle of the job.)"
)


class JobFailedError(Exception):
    """The job fails; the text is its FailureReason."""


class JobStoppedError(Exception):
    """The job was stopped; the text says more than "stopped" where there is more to say."""


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """The words of one kind of job: ``TrainingJob``, ``ProcessingJob`` or ``TransformJob``."""

    word: str  # training
    group: str  # the log group
    not_found: str  # what AWS says of an unknown name
    summary: tuple[str, ...]
    order: str

    @property
    def title(self) -> str:
        return f"{self.word.capitalize()}Job"

    @property
    def name(self) -> str:
        return f"{self.title}Name"

    @property
    def status(self) -> str:
        return f"{self.title}Status"

    @property
    def arn(self) -> str:
        return f"{self.title}Arn"

    @property
    def listing(self) -> Listing:
        members = (self.name, self.arn, self.status, "CreationTime", "LastModifiedTime", *self.summary)
        answer = f"{self.title}Summaries"
        return Listing(name=self.name, status=self.status, answer=answer, members=members, order=self.order)


class JobRun(ABC):
    """One job on its way, from Starting to its end.

    Args:
        service: the played SageMaker.
        record: the job's record.
    """

    kind: ClassVar[JobKind]

    def __init__(self, service: SageMakerBase, record: Record) -> None:
        self.service = service
        self.record = record
        self.name: str = record[self.kind.name]
        self.folder: Path = service.folder / f"{self.kind.word}-jobs" / self.name
        self.stop_asked = threading.Event()

    @abstractmethod
    def work(self) -> None:
        """Do the job.

        Raises:
            JobFailedError: with the reason.
            JobStoppedError: it was asked to stop.
        """

    @abstractmethod
    def at_end(self, status: str, *, detail: str) -> dict[str, Any]:
        """What else changes in the record when the job ends as `status`."""

    def stopped(self) -> bool:
        return self.stop_asked.is_set() or self.service.closing.is_set()

    def pause(self) -> None:
        """Let a step of the life cycle take its time.

        Raises:
            JobStoppedError: the job was asked to stop.
        """
        deadline = time.monotonic() + self.service.place.pace
        while time.monotonic() < deadline and not self.stopped():
            self.stop_asked.wait(max(0.0, min(0.05, deadline - time.monotonic())))
        self.check()

    def check(self) -> None:
        if self.stopped():
            raise JobStoppedError

    def grace(self) -> float:
        """Seconds that a process has to end by itself; a local cloud that stops does not wait long."""
        return CLOSING_SECONDS if self.service.closing.is_set() else GRACE_SECONDS * self.service.place.pace

    @cached_property
    def write(self) -> Callable[[str], None]:
        """Takes a line of the job's log."""
        return self.service.delivery.stream(self.kind.group, self.stream_name)

    @cached_property
    def stream_name(self) -> str:
        return f"{self.name}/algo-1-{int(self.record['CreationTime'])}"


class Jobs(SageMakerBase):
    """Keeps the jobs that are under way."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._runs: dict[str, tuple[JobRun, threading.Thread]] = {}

    def begin(self, run: JobRun, *, exists: str) -> dict[str, Any]:
        """Register the job and start its thread.

        Raises:
            ServiceError: ``ResourceInUse``, with the words `exists`, for a name that was used before.
        """
        with self.records.lock:
            kept = self.records.of(run.kind.title)
            if run.name in kept:
                raise ServiceError("ResourceInUse", f"{exists} ({kept[run.name][run.kind.arn]})")
            kept[run.name] = run.record
            thread = threading.Thread(target=self._run, args=(run,), name=f"sagemaker-{run.name}", daemon=True)
            self._runs[run.record[run.kind.arn]] = (run, thread)
        thread.start()
        return {run.kind.arn: run.record[run.kind.arn]}

    def job(self, kind: JobKind, request: dict[str, Any]) -> Record:
        """The record of the job that `request` names.

        Raises:
            ServiceError: ``ValidationException`` in the words that AWS has for the kind (not ``ResourceNotFound``,
                which its model declares: https://github.com/aws/aws-sdk/issues/165).
        """
        with self.records.lock:
            record = self.records.of(kind.title).get(request[kind.name])
        if record is None:
            raise ServiceError("ValidationException", kind.not_found.format(name=request[kind.name]))
        return record

    def _describe_job(self, kind: JobKind, request: dict[str, Any]) -> dict[str, Any]:
        return self.answer(f"Describe{kind.title}", self.job(kind, request))

    def _list_jobs(self, kind: JobKind, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return kind.listing.answered(list(self.records.of(kind.title).values()), request)

    def _stop_job(self, kind: JobKind, request: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Ask a job to stop.

        Raises:
            ServiceError: ``ValidationException`` when it has ended.
        """
        record = self.job(kind, request)
        with self.records.lock:
            if record[kind.status] not in UNDER_WAY:
                refused = f"The request was rejected because the {kind.word} job is in status {record[kind.status]}."
                raise ServiceError("ValidationException", refused)
            if record[kind.status] == "Stopping":
                return {}
            record.update({kind.status: "Stopping", "LastModifiedTime": now(), **changes})
            running = self._runs.get(record[kind.arn])
        if running is not None:
            running[0].stop_asked.set()
        return {}

    def fail_interrupted(self, make: Callable[[SageMakerBase, Record], JobRun], kind: JobKind) -> None:
        """Give the jobs that a former local cloud left under way the end that they had."""
        with self.records.lock:
            for record in self.records.of(kind.title).values():
                if record[kind.status] in UNDER_WAY:
                    self._end(make(self, record), "Failed", INTERRUPTED)

    def join_jobs(self) -> None:
        """Wait for the threads of the jobs, which end as soon as the service is closing."""
        with self.records.lock:
            threads = [thread for _, thread in self._runs.values()]
        for thread in threads:
            thread.join(timeout=2 * CLOSING_SECONDS)

    def _run(self, run: JobRun) -> None:
        status, detail = "Failed", "InternalServerError: We encountered an internal error. Please try again."
        try:
            with self.slots.taken(unless=run.stopped) as held:
                if held:
                    run.work()
                else:
                    run.check()
            status, detail = "Completed", ""
        except JobStoppedError as stopped:
            status, detail = "Stopped", str(stopped)
        except JobFailedError as failed:
            detail = str(failed)
        except (StorageError, ArchiveError, ServiceError) as error:
            detail = f"ClientError: {error}"
        except OSError as error:
            detail = f"InternalServerError: {error}"
        finally:
            if not self.closing.is_set():
                self._tidy(run, status)
                self._end(run, status, detail)
            with self.records.lock:
                self._runs.pop(run.record[run.kind.arn], None)

    def _tidy(self, run: JobRun, status: str) -> None:
        """A failed job's folder is kept, so that its files can be looked at."""
        self.delivery.flush(timeout=FLUSH_SECONDS)
        if status != "Failed":
            shutil.rmtree(run.folder, ignore_errors=True)

    def _end(self, run: JobRun, status: str, detail: str) -> None:
        changes = {run.kind.status: status, "LastModifiedTime": now(), **run.at_end(status, detail=detail)}
        if status == "Failed":
            changes["FailureReason"] = detail[:LONGEST_REASON]
        self.update(run.record, **changes)


def instance_name(*parts: object) -> str:
    """A name like those of the instances that log streams are named after."""
    return f"i-{hashlib.sha256(repr(parts).encode()).hexdigest()[:17]}"
