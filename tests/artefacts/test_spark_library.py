"""The zip that goes to Glue: Python imports from it, with what Glue has itself beside it and no checkout."""

import json
import os
import subprocess
from pathlib import Path

from bakeoff import wheels
from bakeoff.shipping import stage_spark_library
from local_cloud.glue.spark import PYTHON

# Packages of .venv-spark that Glue does not have: they must come from the zip.
PROGRAM = """
import importlib.util, json, sys
import ibis, bakeoff
from ibis.backends.pyspark import Backend
print(json.dumps({module.__name__: module.__file__ for module in (ibis, bakeoff, importlib.import_module("sqlglot"))}))
"""


def test_spark_imports_the_library_and_ibis_from_the_zip(tmp_path: Path) -> None:
    assert PYTHON.is_file(), "run `make spark-environment`"
    pure = [wheel for wheel in wheels.fetched("prepare_data") if wheels.is_pure(wheel)]
    library = stage_spark_library("prepare_data", pure, build=tmp_path)
    done = subprocess.run(
        [PYTHON, "-c", PROGRAM],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.partition(".zip/")[0] for path in json.loads(done.stdout).values()} == {str(library)[: -len(".zip")]}
