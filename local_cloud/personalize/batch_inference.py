"""Batch inference jobs: one line of JSON per user or item in, one with its list out."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.imports import check_location
from local_cloud.personalize.kinds import BATCH_JOB, FILTER, SOLUTION_VERSION
from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.recommendations import RecommendationOperations, results_asked
from local_cloud.personalize.resources import picked
from local_cloud.service import Record
from local_cloud.storage import StorageError, split_location

OPTIONS = ("jobName", "solutionVersionArn", "filterArn", "numResults", "jobInput", "jobOutput", "roleArn")


class BatchInferenceOperations(RecommendationOperations):
    def create_batch_inference_job(self, request: dict[str, Any]) -> dict[str, Any]:
        _refuse_options(request)
        version = self.get_active(SOLUTION_VERSION, request["solutionVersionArn"])
        self.filter_for(version, request.get("filterArn"))
        record = picked(request, *OPTIONS)
        record |= {"numResults": results_asked(request), "batchInferenceJobMode": "BATCH_INFERENCE"}
        check_location(_path(record, "jobInput"), f"Invalid S3 input path {_path(record, 'jobInput')}")
        check_location(_path(record, "jobOutput"), f"Invalid S3 output path {_path(record, 'jobOutput')}")
        return self.create(BATCH_JOB, self.arn_of(BATCH_JOB, request["jobName"]), record, request.get("tags"))

    def describe_batch_inference_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(BATCH_JOB, request)

    def list_batch_inference_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        version = request.get("solutionVersionArn")
        return self.listed(BATCH_JOB, request, only=lambda record: version in (None, record["solutionVersionArn"]))

    def infer(self, job: Record) -> Mapping[str, Any]:
        """The work of a batch job; runs on a worker. The output is ``<output path>/<input file>.out``."""
        with self.records.lock:
            version = dict(self.get(SOLUTION_VERSION, job["solutionVersionArn"]))
            chosen_filter = self.records.of(FILTER.name).get(job.get("filterArn", ""))
        source = _path(job, "jobInput")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self.storage.read(source) as stream:
                lines = stream.read().decode("utf-8").splitlines()
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                output = Path(scratch) / "answers"
                with output.open("w", encoding="utf-8") as file:
                    for line in filter(str.strip, lines):
                        self.scheduler.check()
                        file.write(json.dumps(self._answer(line, job, version, chosen_filter)) + "\n")
                self.storage.write(_output_of(source, _path(job, "jobOutput")), output)
        except StorageError as error:
            raise JobFailedError(f"Invalid S3 input path or Invalid S3 output path. {error}") from error
        except UnicodeDecodeError as error:
            raise JobFailedError(f"{source} is not text in UTF-8: {error}") from error
        return {}

    def _answer(self, line: str, job: Record, version: Record, chosen_filter: Record | None) -> dict[str, Any]:
        """One line of the output; a line that cannot be answered says why and does not end the job."""
        try:
            asked = json.loads(line)
        except ValueError as error:
            return {"input": line, "output": None, "error": f"The line is not JSON: {error}"}
        asks = self.asks(version)
        if not isinstance(asked, dict) or not isinstance(asked.get(asks), str) or not asked[asks]:
            return {"input": asked, "output": None, "error": f"The line has no {asks}, which this recipe needs."}
        try:
            chosen = self.recommend(
                version,
                asked=asked,
                n=job["numResults"],
                chosen_filter=chosen_filter,
                filter_values=asked.get("filterValues", {}),
            )
        except ServiceError as error:
            return {"input": asked, "output": None, "error": error.message}
        output: dict[str, Any] = {"recommendedItems": [item.item_id for item in chosen]}
        scores = [item.score for item in chosen if item.score is not None]
        return {"input": asked, "output": output | ({"scores": scores} if scores else {}), "error": None}


def _output_of(source: str, folder: str) -> str:
    name = split_location(source)[1].rpartition("/")[2]
    bucket, prefix = split_location(folder)
    return "/".join(part for part in (f"s3://{bucket}", prefix.strip("/"), f"{name}.out") if part)


def _path(record: Record, direction: str) -> str:
    member = "s3DataSource" if direction == "jobInput" else "s3DataDestination"
    return str(record[direction][member]["path"])


def _refuse_options(request: dict[str, Any]) -> None:
    if request.get("batchInferenceJobMode", "BATCH_INFERENCE") != "BATCH_INFERENCE":
        raise NotPlayedError("CreateBatchInferenceJob batchInferenceJobMode THEME_GENERATION")
    for option in ("batchInferenceJobConfig", "themeGenerationConfig"):
        if request.get(option):
            raise NotPlayedError(f"CreateBatchInferenceJob {option}")
    for location in (request["jobInput"]["s3DataSource"], request["jobOutput"]["s3DataDestination"]):
        if "kmsKeyArn" in location:
            raise NotPlayedError("CreateBatchInferenceJob kmsKeyArn")
