"""DuckDB and Spark prepare the same data alike: every file to the last byte, rejects included, under each strategy."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import STRATEGIES, PreparationSettings
from bakeoff.data.synthetic.run import synthesize
from bakeoff.data.synthetic.shapes import shape_named
from local_cloud.glue.spark import PYTHON

ROOT = Path(__file__).parent.parent.parent
JOB = ROOT / "sagemaker_jobs" / "prepare_data"
# Beside those that the synthetic data has: what its generator does not write.
MORE_BAD_ROWS = [
    b'1,"12"x,4.0,1000000000\n',
    b"\xe9t\xe9,1,4.0,1000000000\n",
    b"7," + b"9" * 2_100_000 + b",4.0,1000000000\n",
    b"u" * 300 + b",1,4.0,1000000000\n",
    b"1,1,4.5f,1000000000\n1,1,1_0,100\n1,1,NaN,1000000000\n1,1,0x1,1\n1,1,4,2020-01-01\n",
]
ODD_ROWS = [b" 5 , 3 , 4.0 , 1000000001 \n", b"1,1,1e0,1000000000.7\n", b'"7","2","3.5","1000000002"\n']
EVERY_REASON = {
    "broken quotes",
    "duplicate item id",
    "item not in the catalogue",
    "malformed user id",
    "missing item id",
    "missing user id",
    "not UTF-8",
    "older duplicate of user and item",
    "rating out of range",
    "row too long",
    "timestamp out of range",
    "unreadable rating",
    "unreadable timestamp",
    "user id too long",
    "wrong number of fields",
}
# One session for all strategies: it takes longer to start than to prepare.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import prepare_on_spark
for order in json.loads(sys.argv[2]):
    prepare_on_spark.main(order)
"""


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw") / "synthetic"
    synthesize(folder, shape_named("tiny"), name="tiny", seed=3)
    with (folder / "ratings.csv").open("ab") as file:
        file.writelines([*MORE_BAD_ROWS, *ODD_ROWS, b"u\x01x," + _first_item(folder) + b",4.0,1000000000\n"])
    return folder


def _first_item(folder: Path) -> bytes:
    return (folder / "movies.csv").read_bytes().splitlines()[1].split(b",")[0]


@pytest.fixture(scope="module")
def on_spark(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a prepared folder for each strategy."""
    assert PYTHON.is_file(), "run `make spark-environment`"
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(
        "spark.master local[2]\nspark.driver.host 127.0.0.1\nspark.driver.bindAddress 127.0.0.1\n"
        "spark.sql.shuffle.partitions 3\nspark.ui.enabled false\n",
        encoding="utf-8",
    )
    orders = [
        [
            f"--RAW_URI=file://{raw}",
            f"--OUTPUT_URI=file://{folder / strategy}",
            '--SETTINGS={"dataset": "synthetic"}',
            f'--SPLIT={{"strategy": "{strategy}"}}',
        ]
        for strategy in STRATEGIES
    ]
    java = {"JAVA_HOME": os.environ["JAVA_HOME"]} if "JAVA_HOME" in os.environ else {}
    environment = {
        **java,
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    command = [str(PYTHON), "-c", PROGRAM, str(JOB), json.dumps(orders)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_file_is_the_same(strategy: str, raw: Path, on_spark: Path, tmp_path: Path) -> None:
    settings = PreparationSettings.from_json({"dataset": "synthetic", "split": {"strategy": strategy}})
    embedded = prepare_folder(raw, tmp_path / "prepared", settings)
    distributed: dict[str, Any] = json.loads((on_spark / strategy / "manifest.json").read_text(encoding="utf-8"))
    assert distributed["engine"]["engine"] == "spark"
    assert embedded["engine"]["engine"] == "duckdb"
    assert distributed["files"] == embedded["files"]
    assert {**distributed, "engine": None} == {**embedded, "engine": None}
    assert embedded["counts"]["interactions"] > 10_000
    assert set(embedded["rejects"]) == EVERY_REASON


def test_nothing_else_is_left_in_the_folder(on_spark: Path) -> None:
    for strategy in STRATEGIES:
        manifest = json.loads((on_spark / strategy / "manifest.json").read_text(encoding="utf-8"))
        there = {
            path.relative_to(on_spark / strategy).as_posix()
            for path in (on_spark / strategy).rglob("*")
            if path.is_file()
        }
        # Hadoop's local file system leaves a checksum beside each file.
        assert {name for name in there if not name.endswith(".crc")} == {*manifest["files"], "manifest.json"}
