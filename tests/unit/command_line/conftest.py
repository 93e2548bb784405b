"""What the command line's tests share: an environment to act on, and os.environ as it was afterwards."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bakeoff.command_line import screen
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.config import Config, load_config

MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine"


@dataclass(frozen=True, kw_only=True)
class PlayedCloud(Cloud):
    """A cloud whose clients are given."""

    clients: dict[str, Any]

    def client(self, service: str) -> Any:
        return self.clients[service]


@pytest.fixture
def played(config: Config) -> Callable[..., Cloud]:
    """Makes a cloud out of clients by service; `local=False` makes it one on AWS."""

    def make(*, local: bool = True, **clients: Any) -> Cloud:
        return PlayedCloud(config=config, endpoint="http://127.0.0.1:4566" if local else None, clients=clients)

    return make


@pytest.fixture(autouse=True)
def restored_environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def fresh_console() -> Iterator[None]:
    """A console writes to the standard output that there was when it was made."""
    screen.console.cache_clear()
    yield
    screen.console.cache_clear()


@pytest.fixture
def config() -> Config:
    return load_config("local")


@pytest.fixture
def aws(config: Config, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A cloud without an endpoint of its own, for moto to answer."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return Cloud(config=config, endpoint=None)


@pytest.fixture
def deployed() -> Deployed:
    return Deployed(
        bucket="the-bucket",
        runs_table="the-runs",
        promoted_run_parameter="/bakeoff/promoted",
        run_machine=f"{MACHINES}:run",
        contestant_machines=(f"{MACHINES}:sagemaker", f"{MACHINES}:personalize"),
        api_url="http://127.0.0.1:4566/restapis/abc123/v1/_user_request_",
        api_key="the-key",
    )
