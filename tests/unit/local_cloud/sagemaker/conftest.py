"""A played SageMaker on a folder: S3 is a folder, CloudWatch Logs a list, and a life cycle's step takes 5 ms."""

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from local_cloud.sagemaker import SageMaker
from local_cloud.sagemaker.logs import Event, LogsError
from local_cloud.service import Place
from local_cloud.storage import StorageError, split_location

REGISTRY = "dkr.ecr.us-east-1.amazonaws.com"
TORCH = f"763104351884.{REGISTRY}/pytorch:2.13-cpu-amzn2023-sagemaker"
SCIKIT = f"683313688378.{REGISTRY}/sagemaker-scikit-learn:1.9-0-cpu-py3"
ROLE = "arn:aws:iam::123456789012:role/jobs"
DEADLINE_SECONDS = 30.0
INFERENCE = """
import json, os, pathlib, sys, time
def model_fn(folder):
    return pathlib.Path(folder, "name").read_text()
def input_fn(body, content_type):
    return [json.loads(line) for line in (body if isinstance(body, str) else body.decode()).splitlines()]
def predict_fn(rows, model):
    for row in rows:
        if "raise" in row: raise ValueError(row["raise"])
        if "leave" in row: os._exit(9)
        if "sleep" in row: print("asleep", flush=True); time.sleep(row["sleep"])
    return [{"model": model, "row": row, "pid": os.getpid()} for row in rows]
def output_fn(answers, accept):
    return "\\n".join(json.dumps(answer) for answer in answers), accept
"""


class FolderStorage:
    """S3 in a folder; `broken` makes every call fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken = False

    def objects(self, uri: str) -> list[str]:
        bucket, prefix = self._split(uri)
        root = self.folder / bucket
        keys = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
        return [f"s3://{bucket}/{key}" for key in keys if key.startswith(prefix)]

    def read(self, uri: str) -> BinaryIO:
        try:
            return self._path(uri).open("rb")
        except FileNotFoundError as error:
            raise StorageError(f"{uri} does not exist") from error

    def write(self, uri: str, path: Path) -> None:
        self.put(uri, path.read_bytes())

    def put(self, uri: str, content: bytes | str) -> None:
        path = self._path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def get(self, uri: str) -> bytes:
        return self._path(uri).read_bytes()

    def members(self, uri: str) -> dict[str, bytes]:
        """The files in the `.tar.gz` at `uri`."""
        with tarfile.open(fileobj=io.BytesIO(self.get(uri))) as tar:
            files = {member.name: tar.extractfile(member) for member in tar.getmembers() if member.isfile()}
            return {name: file.read() for name, file in files.items() if file is not None}

    def _path(self, uri: str) -> Path:
        bucket, key = self._split(uri)
        return self.folder / bucket / key

    def _split(self, uri: str) -> tuple[str, str]:
        if self.broken:
            raise StorageError("S3 is down")
        return split_location(uri)


class ListLogs:
    """CloudWatch Logs in lists, by group and stream; `broken` makes every call fail."""

    def __init__(self) -> None:
        self.streams: dict[tuple[str, str], list[Event]] = {}
        self.broken = False

    def put(self, *, group: str, stream: str, events: list[Event]) -> None:
        if self.broken:
            raise LogsError("logs are down")
        self.streams.setdefault((group, stream), []).extend(events)

    def lines(self, group: str) -> list[str]:
        return [event.message for (name, _), events in self.streams.items() if name == group for event in events]


class World:
    """A played SageMaker and what lies around it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.options = options
        self.storage = FolderStorage(folder / "s3")
        self.logs = ListLogs()
        self.service = self._started()

    def restarted(self) -> SageMaker:
        """Snapshot, close, and a new service that has taken the snapshot back."""
        state = json.loads(json.dumps(self.service.snapshot()))
        self.service.close()
        self.service = self._started()
        self.service.restore(state)
        return self.service

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.service.call(operation, parameters)

    def until(self, seen: Callable[[], bool], *, seconds: float = DEADLINE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < deadline, "it did not come true in time"
            time.sleep(0.005)

    def ended(self, kind: str, name: str) -> dict[str, Any]:
        """The description of a job when it is no longer under way."""
        described: dict[str, Any] = {}

        def over() -> bool:
            described.update(self.call(f"Describe{kind}", **{f"{kind}Name": name}))
            return described[f"{kind}Status"] not in ("InProgress", "Stopping")

        self.until(over)
        return self.call(f"Describe{kind}", **{f"{kind}Name": name})

    def endpoint(self, name: str, *statuses: str) -> dict[str, Any]:
        """The description of an endpoint as soon as it has one of `statuses`."""
        self.until(lambda: self.call("DescribeEndpoint", EndpointName=name)["EndpointStatus"] in statuses)
        return self.call("DescribeEndpoint", EndpointName=name)

    def training(self, name: str, script: str, **changes: Any) -> dict[str, Any]:
        """A CreateTrainingJob request that runs `script`."""
        request: dict[str, Any] = {
            "TrainingJobName": name,
            "AlgorithmSpecification": {
                "TrainingImage": TORCH,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "-c", script],
            },
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        return {**request, **changes}

    def train(self, name: str, script: str, **changes: Any) -> dict[str, Any]:
        """Run `script` as a training job and describe its end."""
        self.service.call("CreateTrainingJob", self.training(name, script, **changes))
        return self.ended("TrainingJob", name)

    def model(self, name: str, *, code: str = INFERENCE, before: str = "", image: str = SCIKIT) -> dict[str, Any]:
        """Store a model archive and create a model of it; `before` is code that runs before its own."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            for path, text in {"code/inference.py": before + code, "name": name}.items():
                member = tarfile.TarInfo(path)
                member.size = len(text.encode())
                tar.addfile(member, io.BytesIO(text.encode()))
        self.storage.put(f"s3://bucket/{name}/model.tar.gz", buffer.getvalue())
        container = {
            "Image": image,
            "ModelDataUrl": f"s3://bucket/{name}/model.tar.gz",
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        }
        return self.call("CreateModel", ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)

    def config(self, name: str, model: str, **changes: Any) -> dict[str, Any]:
        variant = {"VariantName": "main", "ModelName": model, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
        return self.call("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[{**variant, **changes}])

    def serve(self, name: str) -> dict[str, Any]:
        """An endpoint in service with a model and a configuration of the same name."""
        self.model(name)
        self.config(name, name)
        self.call("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
        return self.endpoint(name, "InService", "Failed")

    def ask(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        """What the model of INFERENCE answers to one row."""
        body = json.dumps(row).encode()
        answer = self.call("InvokeEndpoint", EndpointName=name, Body=body, ContentType="application/json")
        result: dict[str, Any] = json.loads(answer["Body"])
        return result

    def _started(self) -> SageMaker:
        place = Place(
            account="123456789012",
            region="us-east-1",
            endpoint="http://127.0.0.1:1",
            folder=self.folder / "state",
            pace=0.005,
        )
        return SageMaker(place, storage=self.storage, logs=self.logs, **self.options)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.service.close()


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes a world with options of its own."""
    made: list[World] = []

    def make(folder: str = "other", **options: Any) -> World:
        made.append(World(tmp_path / folder, **options))
        return made[-1]

    yield make
    for one in made:
        one.service.close()
