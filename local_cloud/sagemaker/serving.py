"""Child processes that serve models: unpack the archive, start the model server, ask it, end it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from local_cloud.sagemaker.archives import unpack
from local_cloud.sagemaker.containers import container, end_tree
from local_cloud.sagemaker.locations import download
from local_cloud.storage import Storage

SERVER = Path(__file__).with_name("model_server.py")
POLL_SECONDS = 0.02
PING_SECONDS = 2.0
CODE_FOLDER = "/opt/ml/model/code"


class NotHealthyError(Exception):
    """The model server ended, or did not answer its health check in time."""


class NoAnswerError(Exception):
    """The model server is gone or hung up."""


class SlowAnswerError(Exception):
    """The model server did not answer in time."""


@dataclass(frozen=True)
class ModelAnswer:
    """What a model server answered."""

    status: int
    body: bytes
    content_type: str
    custom_attributes: str | None


def bring_model(storage: Storage, *, url: str, folder: Path) -> None:
    """Unpack the model archive at `url` where a server in `folder` looks for it, unless it lies there already.

    Raises:
        StorageError: it cannot be read.
        ArchiveError: it cannot be unpacked.
    """
    model = folder / "opt" / "ml" / "model"
    if model.exists():
        return
    archive, part = folder / "model.tar.gz", folder / "model.part"
    download(storage, url, archive)
    unpack(archive, part)
    archive.unlink()
    model.parent.mkdir(parents=True, exist_ok=True)
    part.replace(model)


class ModelProcess:
    """One model server.

    Args:
        folder: its container's folder, with the model in it.
        environment: of the model's container definition.
        region: for the environment.
        write: takes the lines that it prints.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str], region: str, write: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self._report = folder / "port"
        self._report.unlink(missing_ok=True)
        self._stack = ExitStack()
        box = self._stack.enter_context(container(folder))
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(SERVER), "--model", str(box.opt_ml / "model"), "--report", str(self._report)],
            cwd=box.root,
            env=box.environment(environment, region=region),
            stdin=subprocess.PIPE,  # its end ends the server
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._asked = 0
        self._idle = threading.Condition()
        self._port = 0
        self._reader = threading.Thread(target=self._read, args=(write,), name="sagemaker-model", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_healthy(self, *, timeout: float, stop: Callable[[], bool]) -> None:
        """Wait for the first ping that is answered.

        Raises:
            NotHealthyError: the server ended, `timeout` seconds passed, or `stop` said so.
        """
        deadline = time.monotonic() + timeout
        while self.alive() and not stop() and time.monotonic() < deadline:
            if self._answers_ping():
                return
            time.sleep(POLL_SECONDS)
        raise NotHealthyError

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, attributes: str | None, timeout: float
    ) -> ModelAnswer:
        """Ask the model.

        Raises:
            NoAnswerError: the server is gone.
            SlowAnswerError: it took longer than `timeout` seconds.
        """
        headers = {
            "Content-Type": content_type,
            "Accept": accept,
            "X-Amzn-SageMaker-Custom-Attributes": attributes,
        }
        try:
            with self._being_asked():
                answer = self._pool.request(
                    "POST",
                    f"http://127.0.0.1:{self._port}/invocations",
                    body=body,
                    headers={name: value for name, value in headers.items() if value is not None},
                    timeout=urllib3.Timeout(connect=2.0, read=timeout),
                )
        except urllib3.exceptions.ReadTimeoutError as error:
            raise SlowAnswerError from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswerError(str(error)) from error
        return ModelAnswer(
            status=answer.status,
            body=answer.data,
            content_type=answer.headers.get("Content-Type", ""),
            custom_attributes=answer.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
        )

    def wait_until_idle(self, *, timeout: float) -> None:
        """Wait, `timeout` seconds at most, until nobody waits for an answer."""
        with self._idle:
            self._idle.wait_for(lambda: self._asked == 0, timeout)

    def stop(self, *, grace: float) -> None:
        """End the server and whatever it started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        end_tree(self.pid, grace=grace)
        self._process.wait()
        self._reader.join(timeout=2)
        self._pool.clear()
        self._stack.close()

    @contextmanager
    def _being_asked(self) -> Iterator[None]:
        with self._idle:
            self._asked += 1
        try:
            yield
        finally:
            with self._idle:
                self._asked -= 1
                self._idle.notify_all()

    def _answers_ping(self) -> bool:
        if not self._port:
            if not self._report.exists():
                return False
            self._port = int(self._report.read_text(encoding="utf-8"))
        try:
            answer = self._pool.request("GET", f"http://127.0.0.1:{self._port}/ping", timeout=PING_SECONDS)
        except (urllib3.exceptions.HTTPError, OSError):
            return False
        return answer.status == 200

    def _read(self, write: Callable[[str], None]) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as stream:
            for line in stream:
                write(line.decode("utf-8", errors="replace").rstrip("\r\n"))
