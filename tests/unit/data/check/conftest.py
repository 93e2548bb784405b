"""The report of the small data set, and of what a test makes of its files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bakeoff.data.check.run import Report, check_folder
from bakeoff.data.settings import PreparationSettings
from tests.support.small_data import SmallData, write_csv

SETTINGS = PreparationSettings(dataset="small")
Checked = Callable[..., Report]


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, data: SmallData) -> Report:
    """Of the small data set as it is."""
    return check_folder(write_csv(tmp_path_factory.mktemp("check") / "small", data), SETTINGS)


@pytest.fixture
def checked() -> Checked:
    """Checks a folder, with settings other than the usual."""

    def check(folder: Path, **settings: object) -> Report:
        return check_folder(folder, replace(SETTINGS, **settings))  # type: ignore[arg-type]

    return check
