"""Fixtures of the evaluation room: the small data set, prepared, and what lists are scored against."""

from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.evaluation.target import Target
from tests.support.small_data import small_data, write_csv


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The prepared folder, opened; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("small")
    raw = write_csv(folder / "raw", small_data())
    prepare_folder(raw, folder / "prepared", PreparationSettings(dataset="small"))
    return Prepared.open(folder / "prepared")


@pytest.fixture(scope="session")
def target(prepared: Prepared) -> Target:
    """What lists for its test users are scored against."""
    return Target.of(
        users=prepared.test_users,
        holdout=prepared.test_holdout,
        fitted=prepared.train_and_validation,
        documents=prepared.documents(),
    )
