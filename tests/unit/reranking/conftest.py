"""One prepared folder and its candidates for all tests of the room."""

from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.reranking.writing import write_candidates
from tests.support.small_data import small_data, write_csv


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("reranking")
    write_csv(folder / "raw", small_data())
    settings = PreparationSettings.from_json({"dataset": "small", "split": {"seed": 42}})
    prepare_folder(folder / "raw", folder / "prepared", settings)
    return Prepared.open(folder / "prepared")


@pytest.fixture(scope="session")
def candidates(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("candidates")
    write_candidates(prepared, folder, specifications=("all", "selected"), live=("selected",))
    return folder
