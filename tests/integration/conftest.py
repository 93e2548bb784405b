"""One deployment on a local cloud of its own, and one whole run, shared by all tests of the product."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from bakeoff.command_line import opening
from bakeoff.command_line.cloud import cut_off_from_aws
from bakeoff.config import Engine
from tests.integration import data
from tests.integration.local_cloud.conftest import free_port
from tests.integration.product import Json, Product
from tests.support.small_data import SmallData, write_csv

LAST = "test_destroy.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is destroyed serves no other test: its tests come last."""
    items.sort(key=lambda item: item.path.name == LAST)


@dataclass(frozen=True, kw_only=True)
class FirstRun:
    """The run that every test finds promoted, or another one of the same contestants on the same data.

    Args:
        arn: of its execution.
        report: as published.
        jobs: training jobs and their status at its end.
        seconds: that it took.
    """

    dataset: str
    arn: str
    report: Json
    jobs: dict[str, str]
    seconds: float


@contextmanager
def fresh_product(folder: Path, engine: Engine | None = None) -> Iterator[Product]:
    """The stacks of the local environment, deployed on a local cloud of its own below `folder`."""
    config = opening.environment(opening.LOCAL, free_port(), engine)
    assert config.local_cloud is not None
    place = config.local_cloud.model_copy(update={"state_folder": str(folder / "state")})
    with mock.patch.dict(os.environ):
        cut_off_from_aws(os.environ)
        product = Product.deploy(config.model_copy(update={"local_cloud": place}), folder=folder)
        yield product
        product.kill()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with fresh_product(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.fixture(scope="session")
def first_run(product: Product, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """A run of the demo's contestants on data that can be learnt from."""
    dataset = product.load(write_csv(tmp_path_factory.mktemp("raw") / "small", data.learnable()))
    began = time.monotonic()
    arn = product.begin(dataset)
    described = product.end(arn)
    assert described["status"] == "SUCCEEDED", described
    return FirstRun(
        dataset=dataset,
        arn=arn,
        report=product.report(arn),
        jobs=product.training_jobs(),
        seconds=time.monotonic() - began,
    )


@pytest.fixture
def load_data(product: Product, first_run: FirstRun, tmp_path: Path) -> Iterator[Callable[[SmallData], str]]:
    """Replaces the files of the first run's data set for one test."""
    yield lambda other: product.load(write_csv(tmp_path / first_run.dataset, other))
    product.load(write_csv(tmp_path / "learnable" / first_run.dataset, data.learnable()))


@pytest.fixture
def load_noise(load_data: Callable[[SmallData], str]) -> Callable[[int], str]:
    """Replaces the files of the first run's data set by noise, of a seed, for one test."""
    return lambda seed: load_data(data.noise(seed))


@pytest.fixture
def noise(load_noise: Callable[[int], str]) -> str:
    """The first run's data set, replaced by noise, so that every run on it is worse than the one that serves."""
    return load_noise(9)
