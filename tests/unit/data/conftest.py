"""Fixtures of the data room: the small data set, raw in either format and prepared; random interactions, split."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings, SplitSettings
from tests.support.events import Event, prepare_events, random_events
from tests.support.small_data import SmallData, small_data, write_atomic, write_csv

SETTINGS = PreparationSettings(dataset="small")


@pytest.fixture(scope="session")
def data() -> SmallData:
    return small_data()


@pytest.fixture
def atomic(tmp_path: Path, data: SmallData) -> Path:
    """A raw folder of RecBole's atomic files, free to be spoilt."""
    return write_atomic(tmp_path / "raw", data)


@pytest.fixture
def movielens(tmp_path: Path, data: SmallData) -> Path:
    """A raw folder of the four CSV files, free to be spoilt."""
    return write_csv(tmp_path / "raw", data)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, data: SmallData) -> Prepared:
    """The prepared folder, opened; not to be changed."""
    folder = tmp_path_factory.mktemp("small")
    prepare_folder(write_csv(folder / "raw", data), folder / "prepared", SETTINGS)
    return Prepared.open(folder / "prepared")


@pytest.fixture(scope="session")
def events() -> list[Event]:
    """Random interactions of a shop."""
    return random_events(1)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, events: list[Event]) -> Callable[[SplitSettings], Prepared]:
    """The events prepared under a split; each split once, not to be changed."""
    made: dict[SplitSettings, Prepared] = {}

    def prepare(split: SplitSettings) -> Prepared:
        if split not in made:
            made[split] = prepare_events(tmp_path_factory.mktemp("shop"), events, split=split)
        return made[split]

    return prepare
