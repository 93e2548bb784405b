"""Batch transform jobs: a model server of their own, asked for every record of the input; answers to S3."""

from functools import cached_property
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.batches import TooLargeError, assembled, batches
from local_cloud.sagemaker.channels import NoObjectsError, inputs_of
from local_cloud.sagemaker.jobs import JobFailedError, JobKind, JobRun, Jobs, instance_name
from local_cloud.sagemaker.locations import below, checked, download_below
from local_cloud.sagemaker.models import Models, definitions_of
from local_cloud.sagemaker.pipelines import ModelServer, bring_models, start_model
from local_cloud.sagemaker.serving import NoAnswerError, NotHealthyError, SlowAnswerError
from local_cloud.storage import StorageError

TRANSFORM = JobKind(
    word="transform",
    group="/aws/sagemaker/TransformJobs",
    not_found="Could not find requested job with name: {name}",
    summary=("TransformEndTime", "FailureReason"),
    order="Descending",
)
STARTUP_SECONDS = 1800.0
DEFAULT_INVOCATION_SECONDS = 600
DEFAULT_PAYLOAD_MB = 6
CLIENT_ERROR = "ClientError: See job logs for more information"
ALGORITHM_ERROR = "AlgorithmError: See job logs for more information"


class TransformRun(JobRun):
    """One transform job on its way."""

    kind = TRANSFORM

    @cached_property
    def stream_name(self) -> str:
        return f"{self.name}/{instance_name(self.record['TransformJobArn'], self.record['CreationTime'])}"

    def work(self) -> None:
        self.pause()
        self.service.update(self.record, TransformStartTime=now())
        definitions = self.record["Definitions"]
        try:
            bring_models(self.service.storage, definitions, folder=self.folder)
            found = self._inputs()
        except NoObjectsError as error:
            raise JobFailedError(f"ClientError: {error}") from error
        except StorageError as error:
            raise JobFailedError(f"ClientError: Data download failed: {error}") from error
        process = start_model(
            self.folder,
            definitions,
            extra=self.record.get("Environment"),
            region=self.service.place.region,
            write=self.write,
        )
        try:
            self._transform_all(process, found)
        finally:
            process.stop(grace=self.grace() if self.stopped() else 0)

    def at_end(self, status: str, *, detail: str) -> dict[str, Any]:
        return {"TransformEndTime": now()} if "TransformStartTime" in self.record else {}

    def _inputs(self) -> list[tuple[str, str]]:
        source = self.record["TransformInput"]["DataSource"]["S3DataSource"]
        return inputs_of(self.service.storage, uri=source["S3Uri"], kind=source["S3DataType"])

    def _transform_all(self, process: ModelServer, found: list[tuple[str, str]]) -> None:
        try:
            process.wait_until_healthy(timeout=STARTUP_SECONDS, stop=self.stopped)
        except NotHealthyError as error:
            self.check()
            raise JobFailedError(
                "AlgorithmError: Model container failed to respond to ping. Please ensure /ping endpoint is "
                "implemented and responds with an HTTP 200 status code"
            ) from error
        for location, name in found:
            self._transform(process, location, name)
        self.pause()

    def _transform(self, process: ModelServer, location: str, name: str) -> None:
        """One object in, one object out; it is stored only when all of it was answered."""
        source, target = self.folder / "input" / "data", self.folder / "output" / "data.out"
        download_below(self.service.storage, location, folder=source.parent, name=source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = self.record["TransformInput"].get("SplitType", "None") == "Line"
        by_line = self.record["TransformOutput"].get("AssembleWith", "None") == "Line"
        limit = self.record.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MB) * 1024 * 1024
        single = self.record.get("BatchStrategy", "MultiRecord") == "SingleRecord"
        try:
            with target.open("wb") as file:
                for body in batches(source, lines=lines, single=single, limit=limit):
                    file.write(assembled(self._ask(process, location, body), by_line=by_line))
        except TooLargeError as error:
            raise self._failed(location, str(error), CLIENT_ERROR) from error
        self.service.storage.write(below(self.record["TransformOutput"]["S3OutputPath"], f"{name}.out"), target)
        _remove(source, target)

    def _ask(self, process: ModelServer, location: str, body: bytes) -> bytes:
        self.check()
        client = self.record.get("ModelClientConfig", {})
        try:
            answer = process.invoke(
                body,
                content_type=self.record["TransformInput"].get("ContentType"),
                accept=self.record["TransformOutput"].get("Accept"),
                attributes=None,
                timeout=client.get("InvocationsTimeoutInSeconds", DEFAULT_INVOCATION_SECONDS),
            )
        except (NoAnswerError, SlowAnswerError) as error:
            raise self._failed(location, f"Unable to get response from algorithm: {error}", ALGORITHM_ERROR) from error
        if answer.status != 200:
            said = f"Bad HTTP status received from algorithm: {answer.status}\n{answer.body.decode(errors='replace')}"
            raise self._failed(location, said, CLIENT_ERROR)
        return answer.body

    def _failed(self, location: str, said: str, reason: str) -> JobFailedError:
        """The job's error; what happened goes to the log that AWS keeps beside the model's own."""
        write = self.service.delivery.stream(TRANSFORM.group, f"{self.stream_name}/data-log")
        for line in said.splitlines():
            write(f"{location.removeprefix('s3://')}: {line}")
        return JobFailedError(reason)


class TransformJobs(Jobs, Models):
    """The operations on transform jobs."""

    def create_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        definitions = definitions_of(self.model(request["ModelName"]))
        checked(request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        checked(request["TransformOutput"]["S3OutputPath"])
        created = now()
        record = {
            **{name: value for name, value in request.items() if name != "Tags"},
            "TransformJobArn": self.arn("transform-job", request["TransformJobName"]),
            "TransformJobStatus": "InProgress",
            "CreationTime": created,
            "LastModifiedTime": created,
            "Definitions": definitions,
        }
        exists = "Job name must be unique within an AWS account and region, and a job with this name already exists"
        answer = self.begin(TransformRun(self, record), exists=exists)
        self.keep_tags(answer["TransformJobArn"], request)
        return answer

    def describe_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._describe_job(TRANSFORM, request)

    def list_transform_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._list_jobs(TRANSFORM, request)

    def stop_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._stop_job(TRANSFORM, request)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink()
