"""The scoreboard: the contestants of the run that serves with their figures, why it serves, and what was kept back."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.session import Session

from bakeoff.contracts.naming import NEWEST_RUN
from bakeoff.errors import CloudError
from bakeoff.serving import log
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import NotServingError
from bakeoff.serving.reads import CLIENT_CONFIG, within
from bakeoff.serving.run_records import RunRecords, unreadable
from bakeoff.serving.settings import BoardSettings

_THREADS = 4
_PERCENTILES = ("p50", "p95", "p99", "n")


class Board:
    """Reads the records that the scoreboard is made of; made once per process.

    Args:
        dynamodb: a low-level botocore client.
        ssm: a low-level botocore client.
    """

    def __init__(self, settings: BoardSettings, *, dynamodb: Any, ssm: Any) -> None:
        self._records = RunRecords(
            dynamodb=dynamodb, ssm=ssm, table=settings.runs_table, parameter=settings.promoted_run_parameter
        )
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="board")

    @classmethod
    def from_session(cls, settings: BoardSettings, session: Session) -> "Board":
        """A board in the session's region, at the addresses that the session's own rules find."""
        dynamodb = session.create_client("dynamodb", config=CLIENT_CONFIG)
        return cls(settings, dynamodb=dynamodb, ssm=session.create_client("ssm", config=CLIENT_CONFIG))

    def read(self, deadline: Deadline) -> dict[str, Any]:
        """The scoreboard as it stands now.

        Raises:
            NotServingError: no run is promoted, its record cannot be read, or SSM or DynamoDB failed or was late.
        """
        try:
            return within(deadline, self._read, executor=self._executor)
        except CloudError as error:
            log.write("degraded", what="scoreboard", message=str(error))
            raise NotServingError("run_unavailable", "The promoted run cannot be read now; ask again.") from error

    def close(self) -> None:
        """End the threads that wait."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> dict[str, Any]:
        record = self._records.promoted()
        newest = self._records.record(NEWEST_RUN)
        try:
            return scoreboard(record, newest)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.write("unexpected", run=record.get("runId"), **log.describe(error))
            raise unreadable(record.get("runId")) from error


def scoreboard(record: Mapping[str, Any], newest: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body of the answer.

    Args:
        record: of the promoted run.
        newest: what was decided last, as the workflow notes it; None where nothing was.

    Raises:
        KeyError, TypeError, AttributeError: it is not a run record.
    """
    is_other = newest is not None and newest["of"] != record["runId"]
    return {
        "runId": record["runId"],
        "default": record.get("default"),
        "dataset": record["dataset"],
        "dataVersion": record["dataVersion"],
        "split": record["split"],
        "formerRunId": record.get("formerRunId"),
        "gate": record.get("gate"),
        "contestants": [_contestant(one) for one in record["contestants"]],
        "newest": {"runId": newest["of"], "promoted": newest["promoted"], "reason": newest["reason"]}
        if newest is not None and is_other
        else None,
    }


def _contestant(value: Mapping[str, Any]) -> dict[str, Any]:
    latency = value.get("latency")
    return {
        "name": value["name"],
        "title": value["title"],
        "status": value["status"],
        "reason": value.get("reason"),
        "answers": value.get("answers") or [],
        "twin": bool(value["twin"]),
        "learnsFrom": value.get("learnsFrom"),
        "reactsToEvents": bool(value["reactsToEvents"]),
        "needsHistory": bool(value["needsHistory"]),
        "modelVersion": value.get("modelVersion"),
        "trainingSeconds": value.get("trainingSeconds"),
        "metrics": value.get("metrics") or {},
        "latency": {name: latency.get(name) for name in _PERCENTILES} if latency else None,
    }
