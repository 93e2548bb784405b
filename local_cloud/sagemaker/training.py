"""Training jobs: the `/opt/ml` folder of a training container, its command, its model, its life cycle."""

import json
import os
from contextlib import nullcontext
from functools import cached_property
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.archives import pack
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.channels import NoObjectsError, download_input, inputs_of
from local_cloud.sagemaker.checkpoints import Checkpoints, check_checkpoints, local_path
from local_cloud.sagemaker.containers import Container, Outcome, container, run
from local_cloud.sagemaker.images import refuse_unplayed_image
from local_cloud.sagemaker.jobs import LONGEST_REASON, JobFailedError, JobKind, JobRun, Jobs, JobStoppedError
from local_cloud.sagemaker.locations import below, checked
from local_cloud.sagemaker.metrics import MetricReader
from local_cloud.storage import StorageError, split_location

TRAINING = JobKind(
    word="training",
    group="/aws/sagemaker/TrainingJobs",
    not_found="Requested resource not found.",
    summary=("TrainingEndTime", "SecondaryStatus"),
    order="Ascending",
)
DEFAULT_MAX_RUNTIME = 86_400  # seconds: one day
MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Stopping": "Stopping the training job",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


class TrainingRun(JobRun):
    """One training job on its way."""

    kind = TRAINING

    def work(self) -> None:
        self.pause()
        with container(self.folder) as box:
            self.enter("Downloading", TrainingStartTime=now())
            self.pause()
            self._download(box)
            checkpoints = self._checkpoints(box)
            self.enter("Training")
            self.pause()
            with nullcontext() if checkpoints is None else checkpoints.kept(pace=self.service.place.pace):
                outcome = self._train(box)
            if self.service.closing.is_set():
                raise JobStoppedError
            if outcome.exit_code and not outcome.out_of_time and not self.stop_asked.is_set():
                raise JobFailedError(_failure(box, outcome.exit_code))
            self.enter("Uploading")
            self._upload(box)
        if outcome.out_of_time:
            raise JobStoppedError("MaxRuntimeExceeded")
        self.check()

    def enter(self, status: str, **changes: Any) -> None:
        """Walk to the next secondary status."""
        with self.service.records.lock:
            self.record.update(
                SecondaryStatus=status,
                LastModifiedTime=now(),
                SecondaryStatusTransitions=transitions(self.record, status),
                **changes,
            )

    def at_end(self, status: str, *, detail: str) -> dict[str, Any]:
        ended = now()
        last = detail if status == "Stopped" and detail else status
        passed = transitions(self.record, last)
        passed[-1]["EndTime"] = ended
        changes: dict[str, Any] = {"SecondaryStatus": last, "SecondaryStatusTransitions": passed}
        started = self.record.get("TrainingStartTime")
        if started is not None:
            seconds = max(1, round(ended - started))
            changes.update(TrainingEndTime=ended, TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)
        return changes

    @cached_property
    def metrics(self) -> MetricReader:
        return MetricReader(self.record["AlgorithmSpecification"].get("MetricDefinitions", []))

    def _download(self, box: Container) -> None:
        for folder in ("input/config", "input/data", "model", "output/data", "code"):
            (box.opt_ml / folder).mkdir(parents=True, exist_ok=True)
        for name, content in _configuration(self.record, box).items():
            (box.opt_ml / "input" / "config" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        for channel in self.record.get("InputDataConfig", []):
            source = channel["DataSource"]["S3DataSource"]
            try:
                download_input(
                    self.service.storage,
                    uri=source["S3Uri"],
                    kind=source["S3DataType"],
                    folder=box.opt_ml / "input" / "data" / channel["ChannelName"],
                )
            except StorageError as error:
                raise JobFailedError(f"ClientError: Data download failed: {error}") from error
            self.check()

    def _checkpoints(self, box: Container) -> Checkpoints | None:
        """What a former job left of its training, brought into the container."""
        config = self.record.get("CheckpointConfig")
        if config is None:
            return None
        found = Checkpoints(config, box=box, storage=self.service.storage)
        try:
            found.download()
        except StorageError as error:
            raise JobFailedError(f"ClientError: Data download failed: {error}") from error
        return found

    def _train(self, box: Container) -> Outcome:
        algorithm = self.record["AlgorithmSpecification"]
        extra = {
            "TRAINING_JOB_NAME": self.name,
            "TRAINING_JOB_ARN": self.record["TrainingJobArn"],
            **_folders(self.record),
            **self.record.get("Environment", {}),
        }
        outcome = run(
            [box.moved(text) for text in algorithm["ContainerEntrypoint"] + algorithm.get("ContainerArguments", [])],
            inside=box,
            environment=box.environment(extra, region=self.service.place.region),
            write=self._read,
            stop=self.stopped,
            longest=self.record["StoppingCondition"]["MaxRuntimeInSeconds"],
            grace=self.grace,
        )
        self.service.update(self.record, FinalMetricDataList=self.metrics.final())
        return outcome

    def _read(self, line: str) -> None:
        self.metrics.read(line)
        self.write(line)

    def _upload(self, box: Container) -> None:
        """Store the model, and what else was written, where there is any."""
        target = below(self.record["OutputDataConfig"]["S3OutputPath"], f"{self.name}/output")
        for folder, name in (("model", "model.tar.gz"), ("output/data", "output.tar.gz")):
            if any((box.opt_ml / folder).iterdir()):
                pack(box.opt_ml / folder, self.folder / name)
                self.service.storage.write(f"{target}/{name}", self.folder / name)
        artifacts = {"S3ModelArtifacts": f"{target}/model.tar.gz"}
        self.service.update(self.record, ModelArtifacts=artifacts)


class TrainingJobs(Jobs):
    """The operations on training jobs."""

    def create_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        algorithm = request["AlgorithmSpecification"]
        refuse_unplayed_image(algorithm.get("TrainingImage", ""), serving=False)
        if "ContainerEntrypoint" not in algorithm:
            raise NotPlayedError("CreateTrainingJob without ContainerEntrypoint (the image's own script mode)")
        checked(request["OutputDataConfig"]["S3OutputPath"])
        if "CheckpointConfig" in request:
            check_checkpoints(request["CheckpointConfig"])
        check_spot(request)
        self._refuse_missing_inputs(request)
        created = now()
        record = {
            **{name: value for name, value in request.items() if name != "Tags"},
            "TrainingJobArn": self.arn("training-job", request["TrainingJobName"]),
            "StoppingCondition": {
                "MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME,
                **request.get("StoppingCondition", {}),
            },
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        record["SecondaryStatusTransitions"] = transitions(record, "Starting")
        exists = (
            "Training job names must be unique within an AWS account and region, "
            "and a training job with this name already exists"
        )
        one = TrainingRun(self, record)
        one.metrics.final()  # a metric's expression that cannot be read is refused now
        answer = self.begin(one, exists=exists)
        self.keep_tags(answer["TrainingJobArn"], request)
        return answer

    def describe_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._describe_job(TRAINING, request)

    def list_training_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        for unplayed in ("WarmPoolStatusEquals", "TrainingPlanArnEquals"):
            if unplayed in request:
                raise NotPlayedError(f"The option {unplayed} of ListTrainingJobs")
        return self._list_jobs(TRAINING, request)

    def stop_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            record = self.job(TRAINING, request)
            passed = transitions(record, "Stopping")
            return self._stop_job(TRAINING, request, SecondaryStatus="Stopping", SecondaryStatusTransitions=passed)

    def _refuse_missing_inputs(self, request: dict[str, Any]) -> None:
        """SageMaker looks for a training job's inputs before it accepts the job."""
        for channel in request.get("InputDataConfig", []):
            source = channel["DataSource"].get("S3DataSource")
            if source is None:
                raise ServiceError("ValidationException", f"The channel {channel['ChannelName']} has no S3DataSource")
            bucket, _ = split_location(checked(source["S3Uri"]))
            if source["S3DataType"] != "S3Prefix":
                continue
            try:
                inputs_of(self.storage, uri=source["S3Uri"], kind="S3Prefix")
            except NoObjectsError as error:
                wanted = (
                    f"Please ensure that the bucket exists in the selected region ({self.place.region}), that objects "
                    f'exist under that S3 prefix, and that the role "{request["RoleArn"]}" has "s3:ListBucket" '
                    f'permissions on bucket "{bucket}".'
                )
                raise ServiceError("ValidationException", f"{error} {wanted}") from error
            except StorageError as error:
                raise ServiceError("ValidationException", f"S3 could not be asked: {error}") from error


def check_spot(request: dict[str, Any]) -> None:
    """Spot capacity needs a longest wait, and that at least the longest run.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html

    Raises:
        ServiceError: ``ValidationException``.
    """
    stopping = request.get("StoppingCondition", {})
    longest = stopping.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
    waits = stopping.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if waits is not None:
            raise ServiceError("ValidationException", "MaxWaitTimeInSeconds needs EnableManagedSpotTraining")
    elif waits is None or waits < longest:
        raise ServiceError(
            "ValidationException", f"MaxWaitTimeInSeconds must be at least MaxRuntimeInSeconds, which is {longest}"
        )


def transitions(record: dict[str, Any], status: str) -> list[dict[str, Any]]:
    """``SecondaryStatusTransitions`` with `status` entered now."""
    at = now()
    passed = [dict(row) for row in record.get("SecondaryStatusTransitions", [])]
    if passed:
        passed[-1].setdefault("EndTime", at)
    return [*passed, {"Status": status, "StartTime": at, "StatusMessage": MESSAGES[status]}]


def _failure(box: Container, exit_code: int) -> str:
    """``AlgorithmError: <what the job wrote to /opt/ml/output/failure>, exit code: <n>``."""
    file = box.opt_ml / "output" / "failure"
    text = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
    end = f", exit code: {exit_code}"
    return f"AlgorithmError: {text}"[: LONGEST_REASON - len(end)] + end


def _folders(record: dict[str, Any]) -> dict[str, str]:
    """The script-mode variables that name folders: here they are how a job learns where its `/opt/ml` lies."""
    return {
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_INPUT_DIR": "/opt/ml/input",
        "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
        "SM_OUTPUT_DIR": "/opt/ml/output",
        "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
        "SM_CURRENT_HOST": "algo-1",
        "SM_HOSTS": '["algo-1"]',
        "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_NUM_GPUS": "0",
        "SM_HPS": json.dumps(record.get("HyperParameters", {})),
        **({"SM_CHECKPOINT_DIR": local_path(record["CheckpointConfig"])} if "CheckpointConfig" in record else {}),
        **{
            f"SM_CHANNEL_{channel['ChannelName'].upper()}": f"/opt/ml/input/data/{channel['ChannelName']}"
            for channel in record.get("InputDataConfig", [])
        },
    }


def _configuration(record: dict[str, Any], box: Container) -> dict[str, Any]:
    """The files of `/opt/ml/input/config`.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
    """
    instance = record.get("ResourceConfig", {}).get("InstanceType", "local")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": ["algo-1"]}
    mode = record["AlgorithmSpecification"]["TrainingInputMode"]
    return {
        "hyperparameters": {name: box.moved(value) for name, value in record.get("HyperParameters", {}).items()},
        "resourceconfig": {
            "current_host": "algo-1",
            "current_instance_type": instance,
            "current_group_name": "homogeneousCluster",
            "hosts": ["algo-1"],
            "instance_groups": [group],
            "network_interface_name": "lo",
        },
        "inputdataconfig": {
            channel["ChannelName"]: {
                "TrainingInputMode": channel.get("InputMode", mode),
                "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
            }
            for channel in record.get("InputDataConfig", [])
        },
    }
