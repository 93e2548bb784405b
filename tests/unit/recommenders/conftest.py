"""Fixtures of the recommenders: the small data set, prepared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from tests.support.small_data import small_data, write_csv


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The prepared folder, opened; not to be changed."""
    folder: Path = tmp_path_factory.mktemp("recommenders")
    raw = write_csv(folder / "raw", small_data())
    prepare_folder(raw, folder / "prepared", PreparationSettings(dataset="small"))
    return Prepared.open(folder / "prepared")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks so small are not shared among cores: a thread that waits for a busy core is slower than one alone."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
