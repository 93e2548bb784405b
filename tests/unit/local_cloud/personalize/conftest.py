"""A played Personalize with an empty storage, closed after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.personalize import Personalize
from local_cloud.service import Place
from tests.unit.local_cloud.personalize.driver import Driver, MemoryStorage


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(account="123456789012", region="us-east-1", endpoint="http://localhost:1", folder=tmp_path, pace=0.001)


@pytest.fixture
def driver(place: Place) -> Iterator[Driver]:
    storage = MemoryStorage()
    personalize = Personalize(place, storage=storage)
    yield Driver(personalize, storage)
    personalize.close()
