"""Model servers by a model's container definitions: one process, or an inference pipeline's."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from local_cloud.sagemaker.images import has_a_program
from local_cloud.sagemaker.serving import CODE_FOLDER, ModelAnswer, ModelProcess, SlowAnswerError, bring_model
from local_cloud.storage import Storage

# The program that an algorithm's image has; here the archive brings it.
ALGORITHM_PROGRAM = "algorithm_serve.py"


class ModelServer(Protocol):
    """What answers for a model."""

    @property
    def pid(self) -> int: ...

    def alive(self) -> bool: ...

    def wait_until_healthy(self, *, timeout: float, stop: Callable[[], bool]) -> None:
        """Raises NotHealthyError: it did not answer its ping in time."""

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, attributes: str | None, timeout: float
    ) -> ModelAnswer:
        """Raises NoAnswerError or SlowAnswerError."""

    def wait_until_idle(self, *, timeout: float) -> None: ...

    def stop(self, *, grace: float) -> None: ...


class Pipeline:
    """An inference pipeline: each container is asked with what the one before it answered.

    Args:
        processes: in the order in which they are asked.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
    """

    def __init__(self, processes: Sequence[ModelProcess]) -> None:
        self._processes = processes

    @property
    def pid(self) -> int:
        return self._processes[0].pid

    def alive(self) -> bool:
        return all(process.alive() for process in self._processes)

    def wait_until_healthy(self, *, timeout: float, stop: Callable[[], bool]) -> None:
        deadline = time.monotonic() + timeout
        for process in self._processes:
            process.wait_until_healthy(timeout=deadline - time.monotonic(), stop=stop)

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, attributes: str | None, timeout: float
    ) -> ModelAnswer:
        """The last container's answer, or the first that is an error.

        Raises:
            NoAnswerError: a process is gone.
            SlowAnswerError: together they took longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        answer = ModelAnswer(status=200, body=body, content_type=content_type or "", custom_attributes=attributes)
        for number, process in enumerate(self._processes, start=1):
            left = deadline - time.monotonic()
            if left <= 0:
                raise SlowAnswerError
            answer = process.invoke(
                answer.body,
                content_type=answer.content_type,
                # In between each container answers in the form that its environment names.
                accept=accept if number == len(self._processes) else None,
                attributes=attributes,
                timeout=left,
            )
            if answer.status != 200:
                break
        return answer

    def wait_until_idle(self, *, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        for process in self._processes:
            process.wait_until_idle(timeout=max(0.0, deadline - time.monotonic()))

    def stop(self, *, grace: float) -> None:
        for process in self._processes:
            process.stop(grace=grace)


def bring_models(storage: Storage, definitions: Sequence[Mapping[str, Any]], *, folder: Path) -> None:
    """Unpack the archive of each container into its own folder.

    Raises:
        StorageError: one cannot be read.
        ArchiveError: one cannot be unpacked.
    """
    for definition, place in zip(definitions, _folders(folder, len(definitions)), strict=True):
        place.mkdir(parents=True, exist_ok=True)
        bring_model(storage, url=definition["ModelDataUrl"], folder=place)


def start_model(
    folder: Path,
    definitions: Sequence[Mapping[str, Any]],
    *,
    extra: Mapping[str, str] | None = None,
    region: str,
    write: Callable[[str], None],
) -> ModelServer:
    """Start the processes of a model.

    Args:
        folder: where `bring_models` has put the archives.
        definitions: of the containers, in the order in which they are asked.
        extra: a transform job's own variables, over those of the definitions.
        region: for the environment.
        write: takes the lines that they print.

    Raises:
        OSError: one could not be started.
    """
    processes: list[ModelProcess] = []
    for definition, place in zip(definitions, _folders(folder, len(definitions)), strict=True):
        try:
            processes.append(ModelProcess(place, environment=_served(definition, extra), region=region, write=write))
        except OSError:
            for process in processes:
                process.stop(grace=0)
            raise
    return processes[0] if len(processes) == 1 else Pipeline(processes)


def _folders(folder: Path, n: int) -> list[Path]:
    return [folder] if n == 1 else [folder / f"container-{number}" for number in range(1, n + 1)]


def _served(definition: Mapping[str, Any], extra: Mapping[str, str] | None) -> dict[str, str]:
    """The environment of a container."""
    program = {"SAGEMAKER_PROGRAM": ALGORITHM_PROGRAM, "SAGEMAKER_SUBMIT_DIRECTORY": CODE_FOLDER}
    own = program if has_a_program(definition["Image"]) else {}
    return {**own, **definition.get("Environment", {}), **(extra or {})}
