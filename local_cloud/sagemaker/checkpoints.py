"""CheckpointConfig of training jobs: a folder of the container and a prefix in S3 that are kept alike.

What lies under the prefix is there when the command begins, and what the command writes is stored while it runs and
once more at its end, however it ends: a job that goes on where another was interrupted names the same prefix. A file
that is deleted in the container stays in S3.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.channels import NoObjectsError, download_input
from local_cloud.sagemaker.containers import Container
from local_cloud.sagemaker.locations import below, checked
from local_cloud.storage import Storage, StorageError

DEFAULT_PATH = "/opt/ml/checkpoints"
# Seconds between two looks at the folder; times the pace.
SYNC_SECONDS = 5.0


def check_checkpoints(config: dict[str, Any]) -> None:
    """Refuse what AWS refuses.

    Raises:
        ServiceError: ``ValidationException``.
    """
    checked(config["S3Uri"])
    path = local_path(config)
    if not path.startswith("/opt/ml/") or ".." in path.split("/"):
        raise ServiceError("ValidationException", f"CheckpointConfig.LocalPath '{path}' must lie below /opt/ml")


class Checkpoints:
    """The folder of one job and its prefix."""

    def __init__(self, config: dict[str, Any], *, box: Container, storage: Storage) -> None:
        self._uri: str = config["S3Uri"]
        self._folder = box.path(local_path(config))
        self._storage = storage
        self._stored: dict[Path, tuple[int, int]] = {}

    def download(self) -> None:
        """Bring what lies under the prefix, if anything does, into the folder.

        Raises:
            StorageError: S3 cannot be read.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            download_input(self._storage, uri=f"{self._uri.rstrip('/')}/", kind="S3Prefix", folder=self._folder)
        except NoObjectsError:
            return
        self._stored = dict(self._versions())

    @contextmanager
    def kept(self, *, pace: float) -> Iterator[None]:
        """Store what changes while the body runs, and once more at its end.

        Raises:
            StorageError: S3 refused it at the end.
        """
        over = threading.Event()
        thread = threading.Thread(target=self._keep, args=(over, SYNC_SECONDS * pace), name="sagemaker-checkpoints")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.store()

    def store(self) -> None:
        """Store the files that are new or changed."""
        for path, version in self._versions():
            if self._stored.get(path) != version:
                self._storage.write(below(self._uri, path.relative_to(self._folder).as_posix()), path)
                self._stored[path] = version

    def _keep(self, over: threading.Event, seconds: float) -> None:
        while not over.wait(seconds):
            try:
                self.store()
            except (StorageError, FileNotFoundError):  # a file that was renamed meanwhile; the next look finds it
                continue

    def _versions(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for path in sorted(self._folder.rglob("*")):
            if path.is_file():
                found = path.stat()
                yield path, (found.st_mtime_ns, found.st_size)


def local_path(config: dict[str, Any]) -> str:
    """Where the folder lies in the container."""
    return str(config.get("LocalPath", DEFAULT_PATH)).rstrip("/")
