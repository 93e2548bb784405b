"""Real Spark in a run of the played Glue: buckets are folders by Spark's settings alone, and the script says s3://."""

from pathlib import Path

import pytest

from local_cloud.glue.spark import PYTHON
from tests.unit.local_cloud.glue.conftest import World

ADDRESSES = {"--RAW_URI": "s3://data/raw/small/", "--OUTPUT_URI": "s3://data/prepared/v1/"}
SCRIPT = """
import pathlib, sys, tempfile
from pyspark.sql import SparkSession

given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
raw, out = given["--RAW_URI"], given["--OUTPUT_URI"]
spark = SparkSession.builder.getOrCreate()
rows = spark.read.option("header", True).csv(raw)
rows.write.mode("overwrite").parquet(out + "rows/")
assert spark.read.parquet(out + "rows/").count() == 2

hadoop = spark._jvm.org.apache.hadoop.fs
folder = hadoop.Path(out)
files = folder.getFileSystem(spark._jsc.hadoopConfiguration())
local = pathlib.Path(tempfile.mkdtemp()) / "manifest.json"
local.write_text("{}")
files.copyFromLocalFile(False, True, hadoop.Path(f"file://{local}"), hadoop.Path(out + "manifest.json"))
[part] = files.globStatus(hadoop.Path(out + "rows/part-*"))
assert files.rename(part.getPath(), hadoop.Path(out + "rows.parquet"))
print(sorted(one.getPath().toString() for one in files.listStatus(folder)))
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    assert PYTHON.is_file(), "run `make spark-environment`"
    made = World(tmp_path / "a folder", python=PYTHON)  # also where a shell would split its name
    made.storage.put("s3://data/raw/small/ratings.csv", "user,item\n1,2\n3,4\n")
    return made


def test_spark_and_hadoop_read_and_write_s3(world: World) -> None:
    run_id = world.start(SCRIPT, Arguments=ADDRESSES)
    run = world.ended(run_id, seconds=120)
    [lines] = world.logs.streams.values()
    assert run["JobRunState"] == "SUCCEEDED", "\n".join(lines)
    listed = [f"s3://data/prepared/v1/{name}" for name in ("manifest.json", "rows", "rows.parquet")]
    assert str(listed) in lines
    written = {uri.removeprefix("s3://data/prepared/v1/") for uri in world.storage.written}
    assert {"manifest.json", "rows.parquet"} <= written
    assert not [name for name in written if name.endswith(".crc")]
    assert world.storage.path("s3://data/prepared/v1/rows.parquet").read_bytes()[:4] == b"PAR1"
    world.service.close()


def test_an_exception_in_spark_is_the_error_message(world: World) -> None:
    script = SCRIPT.partition("rows.write")[0] + "rows.select('no_such_column')"
    run = world.ended(world.start(script, Arguments=ADDRESSES), seconds=120)
    assert run["JobRunState"] == "FAILED"
    assert "Failed Line Number: 9; AnalysisException: [UNRESOLVED_COLUMN" in run["ErrorMessage"]
    world.service.close()
