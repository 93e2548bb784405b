"""The benchmark of the preparation: pandas and DuckDB prepare the same, and whatever differs is seen."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout
from bakeoff.data.run import prepare_folder
from bakeoff.data.synthetic.run import synthesize
from bakeoff.data.synthetic.shapes import Shape
from bench import data_in_pandas
from bench.data_content import BYTES, TABLES, VALUES, content_hashes, joined_bytes
from bench.data_settings import SETTINGS

SHAPE = Shape(users=300, items=500, metadata_rows=800, ratings=12_000)
TRAIN = layout.AUTOPILOT_TABLE.format("train")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw") / "synthetic"
    synthesize(folder, SHAPE, name="smaller than tiny", seed=5, bad_share=0.02)
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, raw: Path) -> Path:
    """By the product; not to be changed."""
    folder = tmp_path_factory.mktemp("duckdb")
    prepare_folder(raw, folder, SETTINGS)
    return folder


def test_both_programs_give_the_same_hashes(tmp_path: Path, raw: Path, prepared: Path) -> None:
    data_in_pandas.main(raw, tmp_path)
    hashes = content_hashes(prepared)
    assert content_hashes(tmp_path) == hashes
    assert set(hashes) == {"split", *BYTES, *VALUES, *TABLES}


def test_the_order_of_a_tables_rows_does_not_count_and_their_content_does(tmp_path: Path, prepared: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(prepared, copy)
    table = pq.read_table(copy / TRAIN)
    pq.write_table(table.take(np.arange(len(table))[::-1]), copy / TRAIN)
    assert content_hashes(copy) == content_hashes(prepared)
    pq.write_table(table.slice(1), copy / TRAIN)
    served = copy / layout.SERVING_ITEMS / layout.SERVING_PART.format(0)
    served.write_text(served.read_text().replace('"itemId":', '"itemId": '))
    documents = copy / layout.DOCUMENTS
    documents.write_text(documents.read_text().replace('"plot":"', '"plot":"A ', 1))
    before, after = content_hashes(prepared), content_hashes(copy)
    assert {name for name, one in after.items() if before[name] != one} == {"Autopilot table, train", "documents"}


def test_the_joined_table_is_many_times_larger_as_csv(prepared: Path) -> None:
    n_bytes = joined_bytes(prepared)
    rows = sum(pq.read_metadata(prepared / layout.AUTOPILOT_TABLE.format(part)).num_rows for part in layout.PARTS[:3])
    assert 200 * rows < n_bytes["csv"] < 2_000 * rows
    assert n_bytes["parquet"] < n_bytes["csv"] / 10
