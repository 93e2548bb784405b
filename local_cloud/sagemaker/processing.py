"""Processing jobs: inputs at their local paths, the command, and the upload of the outputs when it has ended well."""

import json
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.channels import download_input, upload_folder
from local_cloud.sagemaker.containers import Container, Outcome, container, run
from local_cloud.sagemaker.images import refuse_unplayed_image
from local_cloud.sagemaker.jobs import JobFailedError, JobKind, JobRun, Jobs, JobStoppedError
from local_cloud.sagemaker.locations import checked
from local_cloud.storage import StorageError

PROCESSING = JobKind(
    word="processing",
    group="/aws/sagemaker/ProcessingJobs",
    not_found="Could not find requested job with name: {name}",
    summary=("ProcessingEndTime", "FailureReason", "ExitMessage"),
    order="Ascending",
)
DEFAULT_MAX_RUNTIME = 86_400  # seconds: one day
LONGEST_EXIT_MESSAGE = 1024
LOCAL_PATHS = "/opt/ml/processing/"


class ProcessingRun(JobRun):
    """One processing job on its way."""

    kind = PROCESSING

    def work(self) -> None:
        self.pause()
        with container(self.folder) as box:
            self.service.update(self.record, ProcessingStartTime=now(), LastModifiedTime=now())
            self._download(box)
            self.pause()
            outcome = self._process(box)
            self.check()
            self._keep_exit_message(box)
            if outcome.out_of_time:
                raise JobStoppedError("MaxRuntimeExceeded")
            if outcome.exit_code:
                raise JobFailedError(
                    f"AlgorithmError: See job logs for more information, exit code: {outcome.exit_code}"
                )
            self._upload(box)

    def at_end(self, status: str, *, detail: str) -> dict[str, Any]:
        changes: dict[str, Any] = {"ProcessingEndTime": now()} if "ProcessingStartTime" in self.record else {}
        if status == "Stopped" and detail:
            longest = self.record["StoppingCondition"]["MaxRuntimeInSeconds"]
            changes["ExitMessage"] = f"The job ran longer than MaxRuntimeInSeconds={longest} and was stopped"
        return changes

    def _download(self, box: Container) -> None:
        for row in self.record.get("ProcessingInputs", []):
            source = row["S3Input"]
            try:
                download_input(
                    self.service.storage,
                    uri=source["S3Uri"],
                    kind=source["S3DataType"],
                    folder=box.path(source["LocalPath"]),
                )
            except StorageError as error:
                raise JobFailedError(f"ClientError: Data download failed: {error}") from error
            self.check()
        for row in self._outputs():
            box.path(row["LocalPath"]).mkdir(parents=True, exist_ok=True)
        (box.opt_ml / "output").mkdir(exist_ok=True)
        _write_configuration(self.record, box)

    def _process(self, box: Container) -> Outcome:
        app = self.record["AppSpecification"]
        return run(
            [box.moved(text) for text in app["ContainerEntrypoint"] + app.get("ContainerArguments", [])],
            inside=box,
            environment=box.environment(self.record.get("Environment", {}), region=self.service.place.region),
            write=self.write,
            stop=self.stopped,
            longest=self.record["StoppingCondition"]["MaxRuntimeInSeconds"],
            grace=self.grace,
        )

    def _keep_exit_message(self, box: Container) -> None:
        """``ExitMessage`` is what the container wrote to `/opt/ml/output/message`, up to 1 KB."""
        file = box.opt_ml / "output" / "message"
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            self.service.update(self.record, ExitMessage=text[:LONGEST_EXIT_MESSAGE])

    def _upload(self, box: Container) -> None:
        for row in self._outputs():
            upload_folder(self.service.storage, box.path(row["LocalPath"]), uri=row["S3Uri"])

    def _outputs(self) -> list[dict[str, Any]]:
        return [row["S3Output"] for row in self.record.get("ProcessingOutputConfig", {}).get("Outputs", [])]


class ProcessingJobs(Jobs):
    """The operations on processing jobs."""

    def create_processing_job(self, request: dict[str, Any]) -> dict[str, Any]:
        refuse_unplayed_image(request["AppSpecification"]["ImageUri"], serving=False)
        if "ContainerEntrypoint" not in request["AppSpecification"]:
            raise NotPlayedError("CreateProcessingJob without ContainerEntrypoint (the image's own entry point)")
        _check_paths(request)
        created = now()
        record = {
            **{name: value for name, value in request.items() if name != "Tags"},
            "ProcessingJobArn": self.arn("processing-job", request["ProcessingJobName"]),
            "StoppingCondition": request.get("StoppingCondition", {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME}),
            "ProcessingJobStatus": "InProgress",
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        exists = "Job name must be unique within an AWS account and region, and a job with this name already exists"
        answer = self.begin(ProcessingRun(self, record), exists=exists)
        self.keep_tags(answer["ProcessingJobArn"], request)
        return answer

    def describe_processing_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._describe_job(PROCESSING, request)

    def list_processing_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._list_jobs(PROCESSING, request)

    def stop_processing_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._stop_job(PROCESSING, request)


def _check_paths(request: dict[str, Any]) -> None:
    """Each input and output has its own folder below /opt/ml/processing.

    Raises:
        ServiceError: ``ValidationException``.
    """
    rows = [("S3Input", row) for row in request.get("ProcessingInputs", [])]
    rows += [("S3Output", row) for row in request.get("ProcessingOutputConfig", {}).get("Outputs", [])]
    taken: set[str] = set()
    for member, row in rows:
        place = row.get(member, {})
        path = place.get("LocalPath", "").rstrip("/")
        if not path.startswith(LOCAL_PATHS) or ".." in path.split("/"):
            raise ServiceError("ValidationException", f"{member}.LocalPath '{path}' must begin with {LOCAL_PATHS}")
        if path in taken:
            raise ServiceError("ValidationException", f"The local path '{path}' is used more than once")
        taken.add(path)
        checked(place["S3Uri"])


def _write_configuration(record: dict[str, Any], box: Container) -> None:
    """The files of `/opt/ml/config`.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
    """
    folder = box.opt_ml / "config"
    folder.mkdir(exist_ok=True)
    instance = record["ProcessingResources"]["ClusterConfig"].get("InstanceType", "local")
    resources = {"current_host": "algo-1", "current_instance_type": instance, "hosts": ["algo-1"]}
    (folder / "resourceconfig.json").write_text(json.dumps(resources), encoding="utf-8")
    content = json.dumps(record, default=str)
    (folder / "processingjobconfig.json").write_text(content, encoding="utf-8")
