"""The preparation by either engine: the requests of the run, what goes along, and whose source names the data."""

import hashlib
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonata import Jsonata  # type: ignore[import-untyped]

from bakeoff import wheels
from bakeoff.config import load_config
from stacks.workflow.asl import reason_of
from tests.support.synthesized import Synthesized, text

LONGEST = 256  # characters of an item of ContainerEntrypoint and of a variable; botocore's model of SageMaker
MOST_INPUTS = 10
PLANNED = {
    "SETTINGS": "{% $plan.preparation.settings %}",
    "SPLIT": "{% $plan.preparation.split %}",
}


def prepare(synthesized: Synthesized) -> tuple[str, dict[str, Any]]:
    state = synthesized.machines()["run"].definition["States"]["Prepare data"]
    return state["Resource"].removeprefix("arn:aws:states:::"), state["Arguments"]


def source_hash(synthesized: Synthesized) -> str:
    states = synthesized.machines()["run"].definition["States"]
    found: str = states["Plan the run"]["Arguments"]["Payload"]["preparation"]["sourceHash"]
    return found


def asset(synthesized: Synthesized, uri: Any) -> Path:
    name = text(uri).rpartition("/")[2].partition(".")[0]
    return next(synthesized.folder.glob(f"asset.{name}.*"))


def test_on_one_machine_a_processing_job_installs_the_wheels_that_travel_with_it(prod: Synthesized) -> None:
    resource, request = prepare(prod)
    assert resource == "sagemaker:createProcessingJob.sync"
    inputs = {one["InputName"]: one["S3Input"] for one in request["ProcessingInputs"]}
    assert list(inputs) == ["code", "wheels", "raw"]
    assert len(inputs) <= MOST_INPUTS
    shell, option, script = request["AppSpecification"]["ContainerEntrypoint"]
    assert (shell, option) == ("bash", "-c")
    assert script.endswith("pip install -q --no-index --no-deps -f . -r wheels.txt && exec python3 prepare.py")
    assert len(script) <= LONGEST
    assert PLANNED.items() <= request["Environment"].items()
    assert request["Environment"]["PIP_BREAK_SYSTEM_PACKAGES"] == "1"
    with tarfile.open(asset(prod, inputs["wheels"]["S3Uri"])) as archive:
        assert archive.getnames() == [path.name for path in wheels.fetched("prepare_data")]
    with tarfile.open(asset(prod, inputs["code"]["S3Uri"])) as archive:
        names = set(archive.getnames())
    assert {"prepare.py", "wheels.txt"} <= names
    assert "prepare_on_spark.py" not in names


def test_the_evaluation_installs_nothing(prod: Synthesized) -> None:
    request = prod.machines()["run"].definition["States"]["Evaluate"]["Arguments"]
    assert "pip" not in request["AppSpecification"]["ContainerEntrypoint"][2]
    assert not any(name.startswith("PIP_") for name in request["Environment"])


def test_on_spark_the_glue_job_is_told_the_same_and_where_the_data_lies(on_spark: Synthesized) -> None:
    [job] = on_spark.resources("AWS::Glue::Job").values()
    resource, request = prepare(on_spark)
    assert resource == "glue:startJobRun.sync"
    assert request == {
        "JobName": job["Properties"]["Name"],
        "Arguments": {
            "--RAW_URI": "{% $plan.preparation.rawUri %}",
            "--OUTPUT_URI": "{% $plan.preparation.uri %}",
            **{f"--{name}": value for name, value in PLANNED.items()},
        },
    }


def test_the_glue_job_runs_the_script_with_spark_4_on_the_configured_workers(on_spark: Synthesized) -> None:
    [job] = on_spark.resources("AWS::Glue::Job").values()
    settings = load_config("dev").jobs.prepare_on_spark
    properties = job["Properties"]
    assert {
        "Name": "bakeoff-dev-prepare",
        "GlueVersion": "6.0",
        "WorkerType": settings.worker_type,
        "NumberOfWorkers": settings.number_of_workers,
        "Timeout": settings.max_runtime_seconds / 60,
        "MaxRetries": 0,
        "ExecutionClass": "STANDARD",
    }.items() <= properties.items()
    assert (properties["Command"]["Name"], properties["Command"]["PythonVersion"]) == ("glueetl", "3")
    script = asset(on_spark, properties["Command"]["ScriptLocation"])
    checkout = Path(__file__).parents[2]
    assert script.read_bytes() == (checkout / "sagemaker_jobs/prepare_data/prepare_on_spark.py").read_bytes()
    with zipfile.ZipFile(asset(on_spark, properties["DefaultArguments"]["--extra-py-files"])) as archive:
        names = archive.namelist()
    rooms = {name.split("/")[0] for name in names}
    assert {"bakeoff", "ibis", "sqlglot"} <= rooms
    assert not rooms & {"duckdb", "_duckdb", "pyspark", "pandas", "numpy", "pyarrow"}, "Glue has its own"
    assert not [name for name in names if name.endswith(".so")], "Spark imports it from the zip"


def test_a_data_version_is_named_by_the_source_of_the_engine_that_prepares_it(
    synthesized: Synthesized, on_spark: Synthesized
) -> None:
    if synthesized.engine == "spark":
        [job] = on_spark.resources("AWS::Glue::Job").values()
        properties = job["Properties"]
        uris = (properties["Command"]["ScriptLocation"], properties["DefaultArguments"]["--extra-py-files"])
        hashes = " ".join(text(uri).rpartition("/")[2].partition(".")[0] for uri in uris)
        assert source_hash(synthesized) == hashlib.sha256(hashes.encode()).hexdigest()
    else:
        _, request = prepare(synthesized)
        assert text(request["ProcessingInputs"][0]["S3Input"]["S3Uri"]).endswith(f"/{source_hash(synthesized)}.gz")
        assert source_hash(synthesized) != source_hash(on_spark)


def test_of_the_two_jobs_only_one_is_deployed(prod: Synthesized, on_spark: Synthesized) -> None:
    assert not prod.resources("AWS::Glue::Job")
    assert not [name for name in on_spark.resources("AWS::IAM::Role") if name.startswith("PrepareData")]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ({"JobRunState": "FAILED", "ErrorMessage": "DataError: no rows", "Arguments": {}}, "DataError: no rows"),
        ({"ProcessingJobStatus": "Failed", "ExitMessage": "no rows", "FailureReason": "exit code 1"}, "no rows"),
    ],
)
def test_the_run_says_why_its_preparation_failed(cause: dict[str, Any], said: str) -> None:
    problem = {"Error": "States.TaskFailed", "Cause": json.dumps(cause)}
    jsonata = Jsonata(reason_of("problem"))
    jsonata.register_lambda("parse", json.loads)
    assert jsonata.evaluate({"problem": problem}) == said
