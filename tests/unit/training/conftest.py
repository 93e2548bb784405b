"""Fixtures of the training room: the small data set, prepared."""

from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from tests.support.small_data import small_data, write_csv


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The prepared folder, opened; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("training")
    raw = write_csv(folder / "raw", small_data())
    prepare_folder(raw, folder / "prepared", PreparationSettings(dataset="small"))
    return Prepared.open(folder / "prepared")
