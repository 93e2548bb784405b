"""A played Glue whose jobs are small scripts of plain Python, with S3 in a folder and logs in lists."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from local_cloud.glue import Glue
from local_cloud.sagemaker.logs import Event
from local_cloud.service import Place
from local_cloud.storage import StorageError, split_location

DEADLINE_SECONDS = 20.0
SCRIPT = "s3://assets/script.py"
NAME = "bakeoff-test-prepare"


class FolderStorage:
    """S3 as one folder a bucket; notes what was written and deleted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[str] = []
        self.deleted: list[str] = []

    def objects(self, uri: str) -> list[str]:
        bucket, prefix = split_location(uri)
        root = self.folder / bucket
        keys = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
        return sorted(f"s3://{bucket}/{key}" for key in keys if key.startswith(prefix))

    def read(self, uri: str) -> BinaryIO:
        try:
            return self.path(uri).open("rb")
        except OSError as error:
            raise StorageError(f"{uri} cannot be read") from error

    def write(self, uri: str, path: Path) -> None:
        self.written.append(uri)
        self.put(uri, path.read_bytes())

    def delete(self, uri: str) -> None:
        self.deleted.append(uri)
        self.path(uri).unlink()

    def put(self, uri: str, content: bytes | str) -> None:
        self.path(uri).parent.mkdir(parents=True, exist_ok=True)
        self.path(uri).write_bytes(content.encode() if isinstance(content, str) else content)

    def path(self, uri: str) -> Path:
        bucket, key = split_location(uri)
        return self.folder / bucket / key


class ListLogs:
    """CloudWatch Logs in lists, by group and stream."""

    def __init__(self) -> None:
        self.streams: dict[tuple[str, str], list[str]] = {}

    def put(self, *, group: str, stream: str, events: list[Event]) -> None:
        self.streams.setdefault((group, stream), []).extend(event.message for event in events)


class World:
    """A played Glue and what lies around it; `job` is the definition of its one job."""

    def __init__(self, folder: Path, *, python: Path = Path(sys.executable)) -> None:
        self.folder, self.python = folder, python
        self.storage = FolderStorage(folder / "s3")
        self.logs = ListLogs()
        self.job: dict[str, Any] = {
            "Name": NAME,
            "Role": "arn:aws:iam::123456789012:role/prepare",
            "Command": {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": SCRIPT},
            "DefaultArguments": {"--job-language": "python", "--custom-logGroup-prefix": "/bakeoff-test/spark"},
            "GlueVersion": "6.0",
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2,
            "Timeout": 60,
        }
        self.service = self._started()

    def script(self, text: str) -> None:
        self.storage.put(SCRIPT, text)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.service.call(operation, {"JobName": NAME, **parameters})

    def start(self, script: str = "", **parameters: Any) -> str:
        """Start a run of `script`; its id."""
        self.script(script)
        run_id: str = self.call("StartJobRun", **parameters)["JobRunId"]
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GetJobRun", RunId=run_id)["JobRun"]
        return found

    def until(self, seen: Callable[[], bool], *, seconds: float = DEADLINE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < deadline, "it did not come true in time"
            time.sleep(0.005)

    def ended(self, run_id: str, *, seconds: float = DEADLINE_SECONDS) -> dict[str, Any]:
        under_way = ("STARTING", "RUNNING", "STOPPING")
        self.until(lambda: self.run(run_id)["JobRunState"] not in under_way, seconds=seconds)
        return self.run(run_id)

    def restarted(self) -> None:
        """Snapshot, close, and a new service that has taken the snapshot back."""
        state = json.loads(json.dumps(self.service.snapshot()))
        self.service.close()
        self.service = self._started()
        self.service.restore(state)

    def _started(self) -> Glue:
        place = Place(
            account="123456789012", region="us-east-1", endpoint="http://127.0.0.1:1", folder=self.folder, pace=0.02
        )
        return Glue(
            place,
            definitions=lambda name: self.job if name == NAME else None,
            storage=self.storage,
            logs=self.logs,
            python=self.python,
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.service.close()
