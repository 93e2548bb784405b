"""The job `prepare_data` on Spark: reads raw data and writes the prepared folder, both at addresses such as s3://.

Started by AWS Glue 6.0 beside a zip of `bakeoff`. On a laptop, with the pinned Spark in .venv-spark:
    PYTHONPATH=. .venv-spark/bin/python sagemaker_jobs/prepare_data/prepare_on_spark.py \
        --RAW_URI file:///data/raw --OUTPUT_URI file:///data/prepared --SETTINGS '{"dataset": "ml-100k"}' --SPLIT '{}'
The tables are Spark's; what models read is written by the driver, a file at a time, and then copied to its address.
"""

import argparse
import json
import sys
import tempfile
import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from bakeoff.data import layout
from bakeoff.data.engines.spark import HadoopFolder, Spark
from bakeoff.data.outputs.folder import write
from bakeoff.data.preparation import prepare
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import SettingsError

# Beside the outputs of all versions, a folder for each run: two at once do not touch, and no model reads what a killed
# run leaves.
WORK = "unfinished"


def main(arguments: Sequence[str]) -> None:
    """Prepare; Glue takes the message of an error for the reason of the run's failure."""
    given = _parse(arguments)
    split = _json(given.SPLIT, "SPLIT")
    settings = PreparationSettings.from_json({**_json(given.SETTINGS, "SETTINGS"), "split": split})
    session = SparkSession.builder.appName("bakeoff prepare").getOrCreate()
    raw, output = given.RAW_URI.rstrip("/"), given.OUTPUT_URI.rstrip("/")
    work = f"{output.rpartition('/')[0]}/{WORK}/{uuid.uuid4()}"
    with tempfile.TemporaryDirectory(prefix="bakeoff-") as folder:
        with closing(Spark(session, raw, work)) as engine:
            preparation = prepare(engine, settings, folder=raw, progress=_say)
            manifest = write(preparation, engine, FolderWriter(Path(folder)), progress=_say)
        _say("copying the files to their address")
        _publish(HadoopFolder(session), Path(folder), output, files=[*manifest["files"], layout.MANIFEST])
    print(json.dumps({name: manifest[name] for name in ("dataset", "split", "counts", "rejects")}, indent=2))


def _publish(there: HadoopFolder, folder: Path, output: str, *, files: list[str]) -> None:
    """Copy the files in the order given: the manifest comes last, for with it the folder is complete."""
    for name in files:
        there.put(str(folder / name), f"{output}/{name}")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("RAW_URI", "OUTPUT_URI", "SETTINGS", "SPLIT"):
        parser.add_argument(f"--{name}", required=True)
    # Glue adds arguments of its own.
    given, _ = parser.parse_known_args(arguments)
    return given


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"The argument {name} is no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise SettingsError(f"The argument {name} is {text}; it must be a JSON object.")
    return value


def _say(step: str) -> None:
    print(step, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
