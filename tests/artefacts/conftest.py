"""Fixtures of the artefact tests: the small data set, prepared."""

from pathlib import Path

import pytest

from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from tests.support.small_data import small_data, write_csv


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("artefacts")
    raw = write_csv(folder / "raw", small_data())
    prepare_folder(raw, folder / "prepared", PreparationSettings(dataset="small"))
    return folder / "prepared"
