"""One run of a Glue job on its way: its files, the script as a child process, and an honest end."""

import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.errors import ServiceError
from local_cloud.glue.failures import error_message
from local_cloud.glue.files import addresses, bring, take_back
from local_cloud.glue.options import PLAYED_PARAMETERS
from local_cloud.glue.spark import RunFolder
from local_cloud.sagemaker.containers import Container, run
from local_cloud.sagemaker.locations import download
from local_cloud.service import Record
from local_cloud.storage import StorageError, split_location

if TYPE_CHECKING:
    from local_cloud.glue.service import Glue

UNDER_WAY = ("STARTING", "RUNNING", "STOPPING")
KEPT_LINES = 400  # of the output, for the traceback at its end
CLOSING_SECONDS = 1.0
GRACE_SECONDS = 10.0
FLUSH_SECONDS = 5
_INSTALLED = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


class RunFailedError(Exception):
    """The run fails; the text is its ErrorMessage."""


class RunStoppedError(Exception):
    """The run was asked to stop."""


class RunOutOfTimeError(Exception):
    """The run took longer than its Timeout."""


class JobRun:
    """One run.

    Args:
        service: the played Glue.
        record: the run's record.
        job: the job's definition when the run was started.
    """

    def __init__(self, service: "Glue", record: Record, job: dict[str, Any]) -> None:
        self.service = service
        self.record = record
        self._script_location: str = job["Command"]["ScriptLocation"]
        self._arguments = {**job.get("DefaultArguments", {}), **record.get("Arguments", {})}
        self._folder = RunFolder((service.folder / "job-runs" / record["Id"]).absolute())
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._began: float | None = None
        self.stop_asked = threading.Event()

    def carry_out(self) -> None:
        """Do the run, from STARTING to its end, which the record then has."""
        state, message = "FAILED", "InternalServiceException: the local cloud failed"
        try:
            with self.service.slots.taken(unless=self._stopped):
                self._work()
            state, message = "SUCCEEDED", ""
        except RunStoppedError:
            state, message = "STOPPED", ""
        except RunOutOfTimeError:
            state, message = "TIMEOUT", f"The run took longer than its Timeout, {self.record['Timeout']} minutes"
        except RunFailedError as failed:
            message = str(failed)
        except (StorageError, ServiceError, OSError) as error:
            message = f"{type(error).__name__}: {error}"
        finally:
            if not self.service.closing.is_set():
                self.service.delivery.flush(timeout=FLUSH_SECONDS)
                if state == "SUCCEEDED":  # the folder of any other end is kept, to be looked at
                    shutil.rmtree(self._folder.root, ignore_errors=True)
                took = 0 if self._began is None else max(1, round(time.monotonic() - self._began))
                self.service.end(self.record, state, message, execution_time=took)

    def _work(self) -> None:
        self._pause()
        self.service.change(self.record, JobRunState="RUNNING")
        self._began = time.monotonic()
        python = self._python()
        own = {name: value for name, value in self._arguments.items() if name not in PLAYED_PARAMETERS}
        uris = addresses(own.values())
        self._folder.make(split_location(uri)[0] for uri in uris)
        self._check_modules(python)
        self._download_code()
        before = bring(self.service.storage, uris, into=self._folder.buckets)
        self._check()
        outcome = run(
            [str(python), str(self._folder.script), *_as_options(own, self.record)],
            inside=Container(self._folder.root),
            environment=self._folder.environment(python),
            write=self._written_to_the_log(),
            stop=self._stopped,
            longest=self.record["Timeout"] * 60,
            grace=lambda: CLOSING_SECONDS if self.service.closing.is_set() else GRACE_SECONDS,
        )
        self._check()
        if outcome.out_of_time:
            raise RunOutOfTimeError
        if outcome.exit_code:
            script = str(self._folder.script)
            raise RunFailedError(error_message(list(self._lines), script=script, exit_code=outcome.exit_code))
        take_back(self.service.storage, self._folder.buckets, before=before)

    def _python(self) -> Path:
        if not self.service.python.is_file():
            raise RunFailedError(
                "Spark is not installed on this machine: .venv-spark is missing. Run `make spark-environment`."
            )
        return self.service.python

    def _check_modules(self, python: Path) -> None:
        """Glue would install them; here they have to be there already, in the same version."""
        listed = self._arguments.get("--additional-python-modules", "")
        for module in filter(None, listed.split(",")):
            name, _, version = _named_module(module)
            asked = [str(python), "-c", _INSTALLED, name]
            found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
            if found != version:
                raise RunFailedError(
                    f"--additional-python-modules asks for {name} {version or '(any)'}; .venv-spark has "
                    f"{found or 'none'}. Pin it in requirements-spark.txt and run `make spark-environment`."
                )

    def _download_code(self) -> None:
        download(self.service.storage, self._script_location, self._folder.script)
        for number, uri in enumerate(filter(None, self._arguments.get("--extra-py-files", "").split(","))):
            name = split_location(uri)[1].rpartition("/")[2]
            download(self.service.storage, uri, self._folder.libraries / f"{number}-{name}")

    def _written_to_the_log(self) -> Callable[[str], None]:
        """On AWS what Spark itself says goes to ``<prefix>/error``; here both come by one stream."""
        deliver = self.service.delivery.stream(f"{self.record['LogGroupName']}/output", self.record["Id"])

        def write(line: str) -> None:
            self._lines.append(line)
            deliver(line)

        return write

    def _stopped(self) -> bool:
        return self.stop_asked.is_set() or self.service.closing.is_set()

    def _check(self) -> None:
        if self._stopped():
            raise RunStoppedError

    def _pause(self) -> None:
        """Let the start take its time."""
        self.stop_asked.wait(self.service.place.pace)
        self._check()


def _as_options(own: dict[str, str], record: Record) -> list[str]:
    """The script's command line: its own arguments, and what Glue adds."""
    added = {"--JOB_NAME": record["JobName"], "--JOB_RUN_ID": record["Id"]}
    return [text for name, value in {**added, **own}.items() for text in (name, value)]


def _named_module(module: str) -> tuple[str, str, str]:
    """(name, ``==``, version) of ``name==version`` or of the address of a wheel."""
    if not module.endswith(".whl"):
        return module.partition("==")
    name, version, *_ = module.rpartition("/")[2].split("-")
    return name, "==", version
