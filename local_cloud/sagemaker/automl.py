"""AutoML jobs (SageMaker Autopilot): the search as a child process, its candidates, its life cycle."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.archives import pack
from local_cloud.sagemaker.automl_candidates import begun, best, completed, containers, failed
from local_cloud.sagemaker.automl_requests import (
    CSV,
    DEFAULT_VALIDATION_FRACTION,
    PARQUET,
    channels,
    check_problem,
    completion,
    families,
    features,
    refuse_missing_inputs,
    tabular,
)
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.channels import download_input
from local_cloud.sagemaker.containers import Outcome, container, run
from local_cloud.sagemaker.jobs import JobFailedError, JobKind, JobRun, Jobs, JobStoppedError
from local_cloud.sagemaker.listing import Listing
from local_cloud.sagemaker.locations import below, checked
from local_cloud.service import Record
from local_cloud.storage import StorageError

ROOT = Path(__file__).parents[2]
CANDIDATES = Listing(
    name="CandidateName",
    status="CandidateStatus",
    answer="Candidates",
    members=(
        "CandidateName",
        "FinalAutoMLJobObjectiveMetric",
        "ObjectiveStatus",
        "CandidateSteps",
        "CandidateStatus",
        "InferenceContainers",
        "CreationTime",
        "EndTime",
        "LastModifiedTime",
        "FailureReason",
        "CandidateProperties",
    ),
    order="Descending",
    keys={"FinalObjectiveMetricValue": "Value"},
)


@dataclass(frozen=True, kw_only=True)
class AutoMLKind(JobKind):
    """AutoML jobs, whose title is not the word in lower case."""

    @property
    def title(self) -> str:
        return "AutoMLJob"


AUTOML = AutoMLKind(
    word="AutoML",
    group="/aws/sagemaker/AutoMLJobs",
    not_found="Could not find requested job with name: {name}",
    summary=("AutoMLJobSecondaryStatus", "EndTime", "FailureReason"),
    order="Descending",
)


class AutoMLRun(JobRun):
    """One search on its way."""

    kind = AUTOML

    def work(self) -> None:
        self.failure = "The search ended without a reason; see the job's log"
        self.search_started = time.monotonic()
        self.pause()
        self._enter("AnalyzingData")
        self._download()
        self.pause()
        outcome = self._search()
        if self.service.closing.is_set():
            raise JobStoppedError
        self._end_candidates("Stopped")
        if outcome.exit_code and not outcome.out_of_time and not self.stop_asked.is_set():
            raise JobFailedError(f"ClientError: {self.failure}")
        self.check()
        found = best(self.record["Candidates"])
        if found is None:
            late = "No candidate was trained within MaxAutoMLJobRuntimeInSeconds"
            raise JobFailedError(f"ClientError: {late if outcome.out_of_time else self.failure}")
        last = "MaxAutoMLJobRuntimeReached" if outcome.out_of_time else "MaxCandidatesReached"
        self.service.update(self.record, Last=last)

    def at_end(self, status: str, *, detail: str) -> dict[str, Any]:
        self._end_candidates("Stopped")
        last = self.record.pop("Last", "Completed") if status == "Completed" else status
        return {"AutoMLJobSecondaryStatus": last, "EndTime": now()}

    def _enter(self, status: str) -> None:
        self.service.update(self.record, AutoMLJobSecondaryStatus=status, LastModifiedTime=now())

    def _download(self) -> None:
        for name, channel in channels(self.record).items():
            source = channel["DataSource"]["S3DataSource"]
            try:
                download_input(
                    self.service.storage, uri=source["S3Uri"], kind=source["S3DataType"], folder=self.folder / name
                )
            except StorageError as error:
                raise JobFailedError(f"ClientError: Data download failed: {error}") from error
            self.check()

    def _search(self) -> Outcome:
        criteria = self.record["Criteria"]
        (self.folder / "configuration.json").write_text(json.dumps(self._configuration()), encoding="utf-8")
        with container(self.folder / "container") as box:
            # The search is the local cloud's own program: it runs where the local cloud is installed.
            environment = {**box.environment({}, region=self.service.place.region), "PYTHONPATH": str(ROOT)}
            longest = criteria["MaxAutoMLJobRuntimeInSeconds"] - (time.monotonic() - self.search_started)
            return run(
                [sys.executable, "-m", "local_cloud.automl.search", "--work", str(self.folder.absolute())],
                inside=box,
                environment=environment,
                write=self._read,
                stop=self.stopped,
                longest=longest,
                grace=self.grace,
            )

    def _configuration(self) -> dict[str, Any]:
        config, criteria = tabular(self.record), self.record["Criteria"]
        names, kinds = features(self.service.storage, self.record)
        content_type = channels(self.record)["training"].get("ContentType", CSV)
        split = self.record.get("DataSplitConfig", {})
        return {
            "parquet": content_type == PARQUET,
            "target": config["TargetAttributeName"],
            "columns": names,
            "kinds": kinds,
            "families": families(self.record),
            "problem_type": config.get("ProblemType"),
            "objective": self.record.get("AutoMLJobObjective", {}).get("MetricName"),
            "most_candidates": criteria["MaxCandidates"],
            "most_seconds_a_training": criteria["MaxRuntimePerTrainingJobInSeconds"],
            "validation_fraction": split.get("ValidationFraction", DEFAULT_VALIDATION_FRACTION),
        }

    def _read(self, line: str) -> None:
        """One line of the search: a step, or what a library had to say."""
        self.write(line)
        try:
            step = json.loads(line)
            kind = step["step"]
        except (ValueError, TypeError, KeyError):
            return
        if kind == "Failed":
            self.failure = step["reason"]
        elif kind == "FeatureEngineering":
            self._resolve(step)
            self._enter(kind)
        elif kind == "ModelTuning":
            with self.service.records.lock:
                self.record["Candidates"].append(begun(self.service.place, self.name, step))
            self._enter(kind)
        elif kind == "CandidateFailed":
            candidate = self.record["Candidates"][step["number"]]
            self.service.update(candidate, **failed(f"AlgorithmError: {step['reason']}"))
        elif kind == "Trained":
            self._keep(step)

    def _resolve(self, step: dict[str, Any]) -> None:
        resolved = {
            "AutoMLJobObjective": {"MetricName": step["objective"]},
            "CompletionCriteria": self.record["Criteria"],
            "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": step["problemType"]}},
        }
        self.service.update(self.record, ResolvedAttributes=resolved)

    def _keep(self, step: dict[str, Any]) -> None:
        """Store a candidate's archives and show it as completed."""
        resolved = self.record["ResolvedAttributes"]
        candidate = self.record["Candidates"][step["number"]]
        output = below(self.record["OutputDataConfig"]["S3OutputPath"], self.name)
        pipeline = f"{self.name}-dpp{step['pipeline']}"
        features_url = f"{output}/data-processor-models/{pipeline}/output/model.tar.gz"
        algorithm_url = f"{output}/tuning/{pipeline}/{candidate['CandidateName']}/output/model.tar.gz"
        try:
            self._store(self.folder / "pipelines" / str(step["pipeline"]), features_url)
            self._store(self.folder / "candidates" / str(step["number"]), algorithm_url)
        except StorageError as error:
            self.failure = f"The candidate could not be stored: {error}"
            self.service.update(candidate, **failed(f"ClientError: {self.failure}"))
            return
        problem = resolved["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"]["ProblemType"]
        parts = containers(
            region=self.service.place.region,
            family=step["family"],
            problem_type=problem,
            features_url=features_url,
            algorithm_url=algorithm_url,
        )
        objective = resolved["AutoMLJobObjective"]["MetricName"]
        changes = completed(step, objective=objective)
        self.service.update(candidate, InferenceContainers=parts, **changes)

    def _store(self, folder: Path, url: str) -> None:
        archive = folder.with_suffix(".tar.gz")
        if not archive.exists():
            pack(folder, archive)
            self.service.storage.write(url, archive)

    def _end_candidates(self, status: str) -> None:
        with self.service.records.lock:
            for candidate in self.record["Candidates"]:
                if candidate["CandidateStatus"] == "InProgress":
                    candidate.update(CandidateStatus=status, ObjectiveStatus="Failed", EndTime=now())


class AutoMLJobs(Jobs):
    """The operations on AutoML jobs."""

    def create_auto_ml_job_v2(self, request: dict[str, Any]) -> dict[str, Any]:
        families(request)
        check_problem(request)
        checked(request["OutputDataConfig"]["S3OutputPath"])
        refuse_missing_inputs(self.storage, request)
        features(self.storage, request)
        created = now()
        record: Record = {
            **{name: value for name, value in request.items() if name != "Tags"},
            "AutoMLJobArn": self.arn("automl-job", request["AutoMLJobName"]),
            "AutoMLProblemTypeConfigName": "Tabular",
            "AutoMLJobStatus": "InProgress",
            "AutoMLJobSecondaryStatus": "Starting",
            "CreationTime": created,
            "LastModifiedTime": created,
            "Criteria": completion(request),
            "Candidates": [],
        }
        exists = "AutoML job names must be unique within an AWS account and region, and a job with this name exists"
        answer = self.begin(AutoMLRun(self, record), exists=exists)
        self.keep_tags(answer["AutoMLJobArn"], request)
        return answer

    def describe_auto_ml_job_v2(self, request: dict[str, Any]) -> dict[str, Any]:
        record = self._automl_job(request)
        answer = self.answer("DescribeAutoMLJobV2", record)
        with self.records.lock:
            found = best(record["Candidates"])
            shown = {name: found[name] for name in CANDIDATES.members if name in found} if found else None
            return {**answer, **({"BestCandidate": shown} if shown else {})}

    def list_auto_ml_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._list_jobs(AUTOML, {"SortBy": "Name", **request})

    def list_candidates_for_auto_ml_job(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = request.get("CandidateNameEquals")
        with self.records.lock:
            candidates = self._automl_job(request)["Candidates"]
            kept = [dict(candidate) for candidate in candidates if wanted in (None, candidate["CandidateName"])]
            return CANDIDATES.answered(kept, request)

    def stop_auto_ml_job(self, request: dict[str, Any]) -> dict[str, Any]:
        self._automl_job(request)
        return self._stop_job(AUTOML, request, AutoMLJobSecondaryStatus="Stopping")

    def _automl_job(self, request: dict[str, Any]) -> Record:
        try:
            return self.job(AUTOML, request)
        except ServiceError as error:
            raise ServiceError("ResourceNotFound", error.message) from error
