"""The frame of a played AWS service: dispatch, validation, records that survive a restart, pagination, errors."""

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel, ServiceModel
from botocore.session import get_session

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.validation import validate

Record = dict[str, Any]
_SESSION = get_session()


def service_model(service: str) -> ServiceModel:
    """Botocore's model of `service`, the truth for request and answer shapes."""
    return ServiceModel(_SESSION.get_service_data(service), service_name=service)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a local cloud stands: its account, region, endpoint and folder.

    Args:
        account: twelve digits.
        region: the only region that is played.
        endpoint: the URL of the gateway, for the played services' own calls to S3 and CloudWatch Logs.
        folder: the one folder that holds all state.
        pace: how long a life cycle's step takes, in seconds; AWS takes minutes.
    """

    account: str
    region: str
    endpoint: str
    folder: Path
    pace: float = 0.05

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass
class Records:
    """A service's records by kind and key; plain JSON, so that a snapshot can be written and read back."""

    by_kind: dict[str, dict[str, Record]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def of(self, kind: str) -> dict[str, Record]:
        return self.by_kind.setdefault(kind, {})


class PlayedService:
    """Plays one AWS service: a method named like the botocore client's method answers each operation.

    A subclass sets `model_names` to the botocore services that it answers for (``sagemaker`` and
    ``sagemaker-runtime``, say). A method takes the validated request and returns the answer. An operation of the
    model without a method fails at once, naming itself.
    """

    model_names: tuple[str, ...]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.records = Records()
        self.models = {name: service_model(name) for name in self.model_names}

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Validate `parameters` and run `operation` (its name in the model, such as ``CreateSchema``).

        Raises:
            ServiceError: with the code that AWS answers.
        """
        model = self.operation_model(operation)
        validate(parameters, model.input_shape)
        method = getattr(self, xform_name(operation), None)
        if method is None:
            raise NotPlayedError(f"{model.service_model.service_name}:{operation}")
        answer: dict[str, Any] = method(parameters)
        return answer

    def operation_model(self, operation: str) -> OperationModel:
        for model in self.models.values():
            if operation in model.operation_names:
                return model.operation_model(operation)
        raise ServiceError("UnknownOperationException", f"{operation} is no operation of {self.model_names[0]}")

    def snapshot(self) -> dict[str, Any]:
        """All records, as JSON types; what `restore` takes back after a restart."""
        with self.records.lock:
            copied: dict[str, Any] = json.loads(json.dumps(self.records.by_kind))
        return copied

    def restore(self, state: dict[str, Any]) -> None:
        """Take back a snapshot and bring what was under way to an honest end; subclasses extend."""
        with self.records.lock:
            self.records.by_kind = state

    def close(self) -> None:
        """End every thread and child process; called once when the local cloud stops."""


def page(
    rows: Iterable[Record], *, size: int, token: str | None, invalid: str = "InvalidNextTokenException"
) -> tuple[list[Record], str | None]:
    """One page of `rows`, and the token of the next page or None.

    Raises:
        ServiceError: with the code `invalid` when `token` is not one that was given out.
    """
    everything = list(rows)
    if token is not None and not (token.isdigit() and int(token) <= len(everything)):
        raise ServiceError(invalid, f"The token '{token}' is not valid")
    start = int(token or 0)
    end = start + size
    return everything[start:end], str(end) if end < len(everything) else None
