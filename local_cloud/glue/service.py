"""The played Glue: runs of the jobs whose definitions MiniStack keeps.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.glue.files import Objects
from local_cloud.glue.options import refuse_unplayed_job, refuse_unplayed_parameters, refuse_unplayed_run
from local_cloud.glue.runs import CLOSING_SECONDS, UNDER_WAY, JobRun
from local_cloud.glue.spark import PYTHON
from local_cloud.sagemaker.logs import CloudWatchLogs, LogDelivery, Logs
from local_cloud.sagemaker.slots import Slots
from local_cloud.service import Place, PlayedService, Record, page
from local_cloud.storage import S3Storage

Definitions = Callable[[str], dict[str, Any] | None]
DEFAULT_TIMEOUT = 480  # minutes, of Glue 5.0 and newer
LOG_GROUP = "/aws-glue/jobs"
# Data processing units of a worker: https://docs.aws.amazon.com/glue/latest/dg/add-job.html.
_DPUS = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0}
_INTERRUPTED = "InternalServiceException: The local cloud was stopped in the middle of the run."


class Glue(PlayedService):
    """Plays StartJobRun, GetJobRun, GetJobRuns and BatchStopJobRun.

    Args:
        place: where the local cloud stands.
        definitions: gives the definition of a job by its name, None where there is none.
        storage: S3; the default reaches it at `place.endpoint`.
        logs: CloudWatch Logs; the default reaches it at `place.endpoint`.
        python: the interpreter that has Spark.
    """

    model_names = ("glue",)

    def __init__(
        self,
        place: Place,
        *,
        definitions: Definitions,
        storage: Objects | None = None,
        logs: Logs | None = None,
        python: Path = PYTHON,
    ) -> None:
        super().__init__(place)
        self.folder = place.folder / "glue"
        self.python = python
        self.storage: Objects = storage or S3Storage(endpoint=place.endpoint, region=place.region)
        self.delivery = LogDelivery(logs or CloudWatchLogs(place), undelivered=self.folder / "undelivered_logs")
        # Spark takes all cores of a laptop: one run works, others wait in STARTING.
        self.slots = Slots(1)
        self.closing = threading.Event()
        self._definitions = definitions
        self._runs: dict[str, tuple[JobRun, threading.Thread]] = {}

    def start_job_run(self, request: dict[str, Any]) -> dict[str, Any]:
        refuse_unplayed_run(request)
        job = self._definitions(request["JobName"])
        if job is None:
            raise ServiceError("EntityNotFoundException", "Failed to start job run due to missing metadata")
        refuse_unplayed_job(job)
        refuse_unplayed_parameters({**job.get("DefaultArguments", {}), **request.get("Arguments", {})})
        run = JobRun(self, self._record(job, request), job)
        most = int((job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns", 1))
        thread = threading.Thread(target=self._carry_out, args=(run,), name=f"glue-{run.record['Id']}", daemon=True)
        with self.records.lock:
            kept = self.records.of("JobRun")
            if sum(self._is_under_way(one, request["JobName"]) for one in kept.values()) >= most:
                exceeded = f"Concurrent runs exceeded for {request['JobName']}"
                raise ServiceError("ConcurrentRunsExceededException", exceeded)
            kept[run.record["Id"]] = run.record
            self._runs[run.record["Id"]] = (run, thread)
        thread.start()
        return {"JobRunId": run.record["Id"]}

    def get_job_run(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return {"JobRun": dict(self._run(request["JobName"], request["RunId"]))}

    def get_job_runs(self, request: dict[str, Any]) -> dict[str, Any]:
        """The newest first, 200 a page at most."""
        name = request["JobName"]
        if self._definitions(name) is None:
            raise ServiceError("EntityNotFoundException", f"Job {name} not found")
        with self.records.lock:
            runs = [dict(run) for run in self.records.of("JobRun").values() if run["JobName"] == name]
        size, token = request.get("MaxResults", 200), request.get("NextToken")
        rows, following = page(reversed(runs), size=size, token=token, invalid="InvalidInputException")
        return {"JobRuns": rows, **({"NextToken": following} if following else {})}

    def batch_stop_job_run(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["JobName"]
        stopped, errors = [], []
        for run_id in request["JobRunIds"]:
            row = {"JobName": name, "JobRunId": run_id}
            try:
                self._stop(name, run_id)
                stopped.append(row)
            except ServiceError as error:
                errors.append({**row, "ErrorDetail": {"ErrorCode": error.code, "ErrorMessage": error.message}})
        return {"SuccessfulSubmissions": stopped, "Errors": errors}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back a snapshot: runs that were under way have failed."""
        super().restore(state)
        for record in self.records.of("JobRun").values():
            if record["JobRunState"] in UNDER_WAY:
                self.end(record, "FAILED", _INTERRUPTED)

    def close(self) -> None:
        """End every run's process; records keep the state that they had."""
        self.closing.set()
        with self.records.lock:
            threads = [thread for _, thread in self._runs.values()]
        for thread in threads:
            thread.join(timeout=2 * CLOSING_SECONDS)
        self.delivery.close()

    def change(self, record: Record, **changes: Any) -> None:
        """Change `record` at a moment that no snapshot and no answer can split; a run that stops goes on stopping."""
        with self.records.lock:
            if record["JobRunState"] == "STOPPING" and changes.get("JobRunState") == "RUNNING":
                return
            record.update({"LastModifiedOn": _now(), **changes})

    def end(self, record: Record, state: str, message: str, *, execution_time: int = 0) -> None:
        """Give a run its end, after `execution_time` seconds of work."""
        told = {"ErrorMessage": message} if message else {}
        now = _now()  # once: it was changed last when it completed
        self.change(
            record, JobRunState=state, CompletedOn=now, LastModifiedOn=now, ExecutionTime=execution_time, **told
        )

    def _carry_out(self, run: JobRun) -> None:
        try:
            run.carry_out()
        finally:
            with self.records.lock:
                self._runs.pop(run.record["Id"], None)

    def _record(self, job: dict[str, Any], request: dict[str, Any]) -> Record:
        arguments = {**job.get("DefaultArguments", {}), **request.get("Arguments", {})}
        workers = int(request.get("NumberOfWorkers") or job.get("NumberOfWorkers") or 2)
        worker_type = request.get("WorkerType") or job.get("WorkerType") or "G.1X"
        units = workers * _DPUS.get(worker_type, 1.0)
        now = _now()
        return {
            "Id": f"jr_{secrets.token_hex(32)}",
            "Attempt": 0,
            "JobName": request["JobName"],
            "StartedOn": now,
            "LastModifiedOn": now,
            "JobRunState": "STARTING",
            "Arguments": dict(request.get("Arguments", {})),
            "PredecessorRuns": [],
            "AllocatedCapacity": int(units),
            "ExecutionTime": 0,
            "Timeout": int(request.get("Timeout") or job.get("Timeout") or DEFAULT_TIMEOUT),
            "MaxCapacity": units,
            "WorkerType": worker_type,
            "NumberOfWorkers": workers,
            "LogGroupName": arguments.get("--custom-logGroup-prefix", LOG_GROUP),
            "GlueVersion": str(job.get("GlueVersion")),
            "ExecutionClass": "STANDARD",
        }

    def _run(self, name: str, run_id: str) -> Record:
        record = self.records.of("JobRun").get(run_id)
        if record is None or record["JobName"] != name:
            raise ServiceError("EntityNotFoundException", f"JobRun not found: {run_id}")
        return record

    def _stop(self, name: str, run_id: str) -> None:
        with self.records.lock:
            record = self._run(name, run_id)
            if record["JobRunState"] not in UNDER_WAY:
                ended = f"Job Run in State {record['JobRunState']} cannot be stopped"
                raise ServiceError("JobRunInTerminalStateException", ended)
            self.change(record, JobRunState="STOPPING")
            running = self._runs.get(run_id)
        if running is not None:
            running[0].stop_asked.set()

    @staticmethod
    def _is_under_way(record: Record, name: str) -> bool:
        return record["JobName"] == name and record["JobRunState"] in UNDER_WAY


def _now() -> float:
    """Seconds since 1970, to the millisecond."""
    return round(time.time(), 3)
