"""What the parts of the played SageMaker share: its place, its records in AWS's words, S3, logs and job slots."""

import threading
import time
from pathlib import Path
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.logs import CloudWatchLogs, LogDelivery, Logs
from local_cloud.sagemaker.options import refuse_unplayed
from local_cloud.sagemaker.slots import Slots
from local_cloud.service import Place, PlayedService, Record
from local_cloud.storage import S3Storage, Storage
from local_cloud.validation import validate


class SageMakerBase(PlayedService):
    """The frame of the parts.

    Args:
        place: where the local cloud stands.
        storage: S3; the default reaches it at `place.endpoint`.
        logs: CloudWatch Logs; the default reaches it at `place.endpoint`.
        most_jobs: how many jobs run at a time; further ones wait in Starting, as for capacity on AWS.
    """

    model_names = ("sagemaker", "sagemaker-runtime")

    def __init__(
        self, place: Place, *, storage: Storage | None = None, logs: Logs | None = None, most_jobs: int = 2
    ) -> None:
        super().__init__(place)
        self.folder: Path = place.folder / "sagemaker"
        self.storage: Storage = storage or S3Storage(endpoint=place.endpoint, region=place.region)
        self.delivery = LogDelivery(logs or CloudWatchLogs(place), undelivered=self.folder / "undelivered_logs")
        self.slots = Slots(most_jobs)
        self.closing = threading.Event()

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        validate(parameters, self.operation_model(operation).input_shape)
        refuse_unplayed(operation, parameters)
        return super().call(operation, parameters)

    def arn(self, resource: str, name: str) -> str:
        """The ARN of `name`; SageMaker spells the names in its ARNs in lower case."""
        return self.place.arn("sagemaker", f"{resource}/{name.lower()}")

    def answer(self, operation: str, record: Record) -> Record:
        """The members of `record` that the answer of `operation` has."""
        shape = self.models["sagemaker"].operation_model(operation).output_shape
        members = shape.members if shape is not None else {}
        with self.records.lock:
            return {name: value for name, value in record.items() if name in members}

    def found(self, *, kind: str, name: str, resource: str, words: str) -> Record:
        """The record of a model, endpoint configuration or endpoint; names are compared without case.

        Raises:
            ServiceError: ``ValidationException`` in AWS's words.
        """
        with self.records.lock:
            record = self.records.of(kind).get(name.lower())
        if record is None:
            raise ServiceError("ValidationException", f'Could not find {words} "{self.arn(resource, name)}".')
        return record

    def keep_tags(self, arn: str, request: dict[str, Any]) -> None:
        """Add the tags of `request` to those of `arn`."""
        with self.records.lock:
            kept = self.records.of("Tags").setdefault(arn, {})
            kept.update({tag["Key"]: tag["Value"] for tag in request.get("Tags", [])})

    def update(self, record: Record, **changes: Any) -> None:
        """Change `record` at a moment that no snapshot and no answer can split."""
        with self.records.lock:
            record.update(changes)


def now() -> float:
    """Seconds since 1970, to the millisecond, as SageMaker gives times."""
    return round(time.time(), 3)
