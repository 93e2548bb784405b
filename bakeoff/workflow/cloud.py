"""What the workflow's functions work with: clients made once per process, and settings from the environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

from bakeoff.errors import SettingsError

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5})


@dataclass(frozen=True, kw_only=True)
class WorkflowSettings:
    """The environment of the workflow's functions; each function is given those that it needs.

    Args:
        prefix: what every resource's name begins with, such as ``bakeoff-dev``.
        bucket: holds raw and prepared data, lists and reports.
    """

    prefix: str = ""
    bucket: str = ""
    runs_table: str = ""
    items_table: str = ""
    histories_table: str = ""
    lists_table: str = ""
    promoted_run_parameter: str = ""
    buckets: str = ""  # names, divided by commas

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *needed: str) -> "WorkflowSettings":
        """Read the settings named in `needed`.

        Raises:
            SettingsError: naming every variable that is missing.
        """
        missing = [name.upper() for name in needed if not environment.get(name.upper())]
        if missing:
            raise SettingsError(f"The function's environment lacks {', '.join(missing)}; deploy the stacks again.")
        return cls(**{name: environment[name.upper()] for name in needed})


@dataclass(kw_only=True)
class Cloud:
    """AWS as one function sees it; `clients` given by tests replace those made from the session."""

    settings: WorkflowSettings
    session: Session = field(default_factory=get_session)
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = self.session.create_client(service, config=_CONFIG)
        return self.clients[service]

    def uri(self, key: str) -> str:
        return f"s3://{self.settings.bucket}/{key}"

    def read_json(self, key: str) -> Any:
        return json.loads(self.read(key))

    def read(self, key: str, *, first_bytes: int | None = None) -> bytes:
        limit = {} if first_bytes is None else {"Range": f"bytes=0-{first_bytes - 1}"}
        answer = self.client("s3").get_object(Bucket=self.settings.bucket, Key=key, **limit)
        body: bytes = answer["Body"].read()
        return body

    def write_json(self, key: str, value: Any) -> None:
        self.write(key, json.dumps(value, indent=2).encode(), content_type="application/json")

    def write(self, key: str, body: bytes, *, content_type: str) -> None:
        self.client("s3").put_object(Bucket=self.settings.bucket, Key=key, Body=body, ContentType=content_type)

    def exists(self, key: str) -> bool:
        answer = self.client("s3").list_objects_v2(Bucket=self.settings.bucket, Prefix=key, MaxKeys=1)
        return bool(answer.get("KeyCount"))

    def size(self, key: str) -> int | None:
        """Bytes of the object `key`; None where there is none."""
        answer = self.client("s3").list_objects_v2(Bucket=self.settings.bucket, Prefix=key, MaxKeys=1)
        return next((int(found["Size"]) for found in answer.get("Contents", []) if found["Key"] == key), None)
