"""What all resources of the played Personalize share: names, statuses that walk, lists by pages, tags, restarts."""

import copy
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.personalize.kinds import KINDS, SCHEMA, Kind
from local_cloud.personalize.lifecycle import ClosingError, JobFailedError, Scheduler
from local_cloud.personalize.recipes.contract import Model
from local_cloud.personalize.rows import RowStore
from local_cloud.service import Place, PlayedService, Record, page
from local_cloud.storage import S3Storage, Storage

PENDING, IN_PROGRESS, ACTIVE, FAILED = "CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE", "CREATE FAILED"
DELETE_PENDING, DELETE_IN_PROGRESS = "DELETE PENDING", "DELETE IN_PROGRESS"
RISING = (PENDING, IN_PROGRESS)
PAGE_SIZE = 100
MOST_TAGS = 50
_logger = logging.getLogger(__name__)


class Resources(PlayedService):
    """The frame below every group of operations.

    Records are kept by kind and ARN and hold what Describe answers, so that nothing has to be translated.
    `jobs` and `removals` say, per kind, what has to be done before a resource is ACTIVE and when one is gone.
    """

    model_names = ("personalize", "personalize-runtime", "personalize-events")

    def __init__(self, place: Place, *, storage: Storage | None = None) -> None:
        super().__init__(place)
        self.storage: Storage = storage or S3Storage(endpoint=place.endpoint, region=place.region)
        self.folder = place.folder / "personalize"
        self.rows = RowStore(self.folder / "rows")
        self.scheduler = Scheduler(place.pace)
        self.open_models: dict[str, Model] = {}
        self.jobs: dict[str, Callable[[Record], Mapping[str, Any]]] = {}
        self.removals: dict[str, Callable[[Record], None]] = {}

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return super().call(operation, parameters)

    def close(self) -> None:
        self.scheduler.close()

    def restore(self, state: dict[str, Any]) -> None:
        """Take back a snapshot: what was ripening goes on, jobs that were under way begin again, deletions end."""
        super().restore(state)
        for kind in KINDS:
            for arn, record in list(self.records.of(kind.name).items()):
                status = record.get("status", ACTIVE)
                if status in RISING:
                    record["status"] = PENDING
                    self._bring_up(kind, arn)
                elif status in (DELETE_PENDING, DELETE_IN_PROGRESS):
                    self._take_down(kind, arn)

    def arn_of(self, kind: Kind, name: str) -> str:
        return self.place.arn("personalize", f"{kind.name}/{name}")

    def create(self, kind: Kind, arn: str, record: Record, tags: list[Record] | None = None) -> dict[str, Any]:
        """Keep `record` under `arn`, let it ripen, and answer with its ARN."""
        if arn in self.records.of(kind.name):
            raise ServiceError("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists.")
        self.put_tags(arn, tags or [])
        now = timestamp()
        status = {} if kind is SCHEMA else {"status": PENDING}
        self.records.of(kind.name)[arn] = {
            kind.arn_member: arn,
            **record,
            **status,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        if status:
            self._bring_up(kind, arn)
        return {kind.arn_member: arn}

    def get(self, kind: Kind, arn: str) -> Record:
        """The record itself.

        Raises:
            ServiceError: ``ResourceNotFoundException``.
        """
        record = self.records.of(kind.name).get(arn)
        if record is None:
            raise ServiceError("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
        return record

    def get_active(self, kind: Kind, arn: str) -> Record:
        """The record of a resource that others may be built on.

        Raises:
            ServiceError: ``ResourceNotFoundException``, ``ResourceInUseException`` while it is on its way, or
                ``InvalidInputException`` when it never became ACTIVE.
        """
        record = self.get(kind, arn)
        if record["status"] != ACTIVE:
            code = "InvalidInputException" if record["status"] == FAILED else "ResourceInUseException"
            raise ServiceError(code, f"The {kind.words} {arn} is not ACTIVE: its status is {record['status']}.")
        return record

    def describe(self, kind: Kind, request: Record) -> dict[str, Any]:
        return {kind.member: copy.deepcopy(self.get(kind, request[kind.arn_member]))}

    def listed(
        self, kind: Kind, request: Record, *, only: Callable[[Record], bool] = lambda record: True
    ) -> dict[str, Any]:
        """One page of summaries, oldest first."""
        rows = [record for record in self.records.of(kind.name).values() if only(record)]
        chosen, token = page(rows, size=request.get("maxResults", PAGE_SIZE), token=request.get("nextToken"))
        answer: dict[str, Any] = {kind.listed: [self.summary(kind, record) for record in chosen]}
        return answer | ({"nextToken": token} if token else {})

    def summary(self, kind: Kind, record: Record) -> Record:
        shape: Any = self.models["personalize"].shape_for(kind.summary)
        return {name: copy.deepcopy(record[name]) for name in shape.members if name in record}

    def children(self, kind: Kind, member: str, arn: str) -> list[Record]:
        """Records of `kind` whose `member` is `arn`."""
        return [record for record in self.records.of(kind.name).values() if record.get(member) == arn]

    def delete(self, kind: Kind, arn: str, *, unless: Iterable[tuple[Kind, Record]] = ()) -> dict[str, Any]:
        """Begin to delete a resource that nothing in `unless` depends on.

        Raises:
            ServiceError: ``ResourceNotFoundException``, or ``ResourceInUseException`` naming what uses it.
        """
        record = self.get(kind, arn)
        users = [f"{other.words} {user[other.arn_member]}" for other, user in unless]
        if users:
            raise ServiceError(
                "ResourceInUseException", f"The {kind.words} {arn} is in use by {', '.join(users)}: delete these first."
            )
        if record["status"] not in (ACTIVE, FAILED):
            raise ServiceError(
                "ResourceInUseException", f"The {kind.words} {arn} cannot be deleted: its status is {record['status']}."
            )
        record["status"] = DELETE_PENDING
        self._take_down(kind, arn)
        return {}

    def forget(self, kind: Kind, arn: str) -> None:
        """Remove the record, its tags and what it left on disk."""
        record = self.records.of(kind.name).pop(arn, None)
        self.records.of("tags").pop(arn, None)
        if record and kind.name in self.removals:
            self.removals[kind.name](record)

    def put_tags(self, arn: str, tags: list[Record]) -> None:
        kept = self.records.of("tags").get(arn, {}) | {tag["tagKey"]: tag["tagValue"] for tag in tags}
        if len(kept) > MOST_TAGS:
            raise ServiceError("TooManyTagsException", f"{arn} can have {MOST_TAGS} tags, not {len(kept)}.")
        if kept:
            self.records.of("tags")[arn] = kept

    def set_status(self, kind: Kind, arn: str, status: str, *, when: Iterable[str], **more: Any) -> bool:
        """Change the status if it is one of `when`; whether it was."""
        with self.records.lock:
            record = self.records.of(kind.name).get(arn)
            if record is None or record["status"] not in when:
                return False
            record.update(more, status=status, lastUpdatedDateTime=timestamp())
            return True

    def _bring_up(self, kind: Kind, arn: str) -> None:
        def begin() -> None:
            if self.set_status(kind, arn, IN_PROGRESS, when=RISING):
                if kind.name in self.jobs:
                    self.scheduler.work(lambda: self._run_job(kind, arn))
                else:
                    self.scheduler.after(lambda: self._ripe(kind, arn))

        self.scheduler.after(begin)

    def _ripe(self, kind: Kind, arn: str) -> None:
        self.set_status(kind, arn, ACTIVE, when=RISING)

    def _run_job(self, kind: Kind, arn: str) -> None:
        with self.records.lock:
            record = copy.deepcopy(self.records.of(kind.name).get(arn))
        if record is None:
            return
        try:
            more = self.jobs[kind.name](record)
        except ClosingError:
            return
        except JobFailedError as failure:
            self.set_status(kind, arn, FAILED, when=RISING, failureReason=str(failure))
        except Exception as error:
            _logger.exception("The %s %s failed", kind.words, arn)
            self.set_status(kind, arn, FAILED, when=RISING, failureReason=f"Internal failure: {error}")
        else:
            self.set_status(kind, arn, ACTIVE, when=RISING, **more)

    def _take_down(self, kind: Kind, arn: str) -> None:
        def begin() -> None:
            if self.set_status(kind, arn, DELETE_IN_PROGRESS, when=(DELETE_PENDING, DELETE_IN_PROGRESS)):
                self.scheduler.after(end)

        def end() -> None:
            with self.records.lock:
                self.forget(kind, arn)

        self.scheduler.after(begin)


def picked(request: Mapping[str, Any], *names: str) -> Record:
    """The members of `request` among `names` that were given."""
    return {name: request[name] for name in names if name in request}


def timestamp() -> float:
    """Now, in seconds since the epoch with milliseconds, as the service's JSON writes times."""
    return round(time.time(), 3)
