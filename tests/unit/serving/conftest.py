"""Fixtures of the front's tests: a transport to the stub backends, and the store in moto."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from bakeoff.serving.backends import SERVICES
from bakeoff.serving.settings import Settings
from bakeoff.serving.store import Store
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import StubBackends


@pytest.fixture
def transport(session: Session, stub: StubBackends) -> Iterator[AwsTransport]:
    made = AwsTransport(session, services=SERVICES)
    yield made
    made.close()


@pytest.fixture
def settings(front_environment: dict[str, str]) -> Settings:
    return Settings.from_environment(front_environment)


@pytest.fixture
def store(settings: Settings, session: Session, tables: Any) -> Iterator[Store]:
    made = Store.from_session(settings, session)
    yield made
    made.close()
