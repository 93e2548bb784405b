"""Runs of Glue jobs: their life, what the script sees and leaves, their ends, and what is refused as on AWS."""

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.glue.spark import PYTHON
from tests.unit.local_cloud.glue.conftest import NAME, World

# What Spark and Hadoop do with the settings, in a few lines: an address of S3 becomes a file.
PLAIN = """
import os, pathlib, sys, urllib.parse
conf = dict(line.split(" ", 1) for line in
            (pathlib.Path(os.environ["SPARK_CONF_DIR"]) / "spark-defaults.conf").read_text().splitlines())
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
def file(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    root = conf[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"]
    path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(root).path)) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
"""
ENDLESS = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
ADDRESSES = {"--RAW_URI": "s3://data/raw/small/", "--OUTPUT_URI": "s3://data/prepared/v1/"}


def test_a_run_walks_from_starting_to_succeeded(world: World) -> None:
    run_id = world.start("print('done')")
    assert run_id.startswith("jr_")
    assert world.run(run_id)["JobRunState"] in ("STARTING", "RUNNING")
    run = world.ended(run_id)
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["StartedOn"] <= run["CompletedOn"] == run["LastModifiedOn"]
    assert "ErrorMessage" not in run
    assert run["ExecutionTime"] >= 1
    expected = {"JobName": NAME, "Attempt": 0, "GlueVersion": "6.0", "WorkerType": "G.1X", "NumberOfWorkers": 2}
    assert expected.items() <= run.items()
    assert (run["Timeout"], run["MaxCapacity"], run["LogGroupName"]) == (60, 2.0, "/bakeoff-test/spark")
    assert "DPUSeconds" not in run, "Glue gives it for FLEX and auto scaling only"


def test_what_the_script_prints_is_in_the_log(world: World) -> None:
    run_id = world.start("print('one')\nimport sys; print('two', file=sys.stderr)")
    world.ended(run_id)
    assert world.logs.streams == {("/bakeoff-test/spark/output", run_id): ["one", "two"]}


def test_a_script_reads_and_writes_s3_and_only_what_it_changed_goes_back(world: World) -> None:
    world.storage.put("s3://data/raw/small/ratings.csv", "1,2,3")
    world.storage.put("s3://data/raw/other/ratings.csv", "9")
    world.storage.put("s3://data/prepared/v1/old", "old")
    world.storage.put("s3://data/prepared/v1/kept", "kept")
    script = PLAIN + (
        "raw = file(given['--RAW_URI'] + 'ratings.csv').read_text()\n"
        "assert not file('s3://data/raw/other/ratings.csv').exists()\n"
        "out = given['--OUTPUT_URI']\n"
        "file(out + 'items/part-0').write_text(raw.upper())\n"
        "file(out + '.part-0.crc').write_text('a checksum of Hadoop')\n"
        "file(out + 'old').unlink()\n"
    )
    run = world.ended(world.start(script, Arguments=ADDRESSES))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert world.storage.written == ["s3://data/prepared/v1/items/part-0"]
    assert world.storage.deleted == ["s3://data/prepared/v1/old"]
    assert world.storage.path("s3://data/prepared/v1/items/part-0").read_text() == "1,2,3"
    assert world.storage.path("s3://data/prepared/v1/kept").read_text() == "kept"


def test_a_failed_run_leaves_nothing_in_s3(world: World) -> None:
    script = PLAIN + "file(given['--OUTPUT_URI'] + 'half').write_text('x')\nraise SystemExit(3)"
    run = world.ended(world.start(script, Arguments=ADDRESSES))
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "Command failed with exit code 3")
    assert world.storage.written == []


def test_a_script_sees_its_arguments_and_glues_but_not_those_for_glue(world: World) -> None:
    world.job["DefaultArguments"] |= {"--a": "of the job", "--b": "of the job"}
    run_id = world.start("import sys; print(sys.argv[1:])", Arguments={"--b": '{"x": 1}'})
    run = world.ended(run_id)
    [[line]] = world.logs.streams.values()
    assert line == str(["--JOB_NAME", NAME, "--JOB_RUN_ID", run_id, "--a", "of the job", "--b", '{"x": 1}'])
    assert run["Arguments"] == {"--b": '{"x": 1}'}, "the run's own, as on AWS"


def test_a_script_imports_from_the_zip_that_goes_along(world: World) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("along/__init__.py", "VALUE = 'from the zip'")
    world.storage.put("s3://assets/abc.zip", content.getvalue())
    world.job["DefaultArguments"]["--extra-py-files"] = "s3://assets/abc.zip"
    assert world.ended(world.start("import along; print(along.VALUE)"))["JobRunState"] == "SUCCEEDED"
    assert [*world.logs.streams.values()] == [["from the zip"]]


def test_a_script_has_nothing_of_aws_in_its_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    world.ended(world.start("import os; print([name for name in os.environ if name.startswith('AWS')])"))
    assert [*world.logs.streams.values()] == [["[]"]]


def test_an_exception_becomes_the_error_message(world: World) -> None:
    script = "class DataError(Exception): pass\n\ndef main():\n    raise DataError('ratings.csv is empty.')\nmain()"
    run = world.ended(world.start(script))
    assert run["JobRunState"] == "FAILED"
    message = "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 4; DataError: ratings.csv is empty."
    assert run["ErrorMessage"] == message
    assert run["ExecutionTime"] >= 1


def test_a_missing_script_is_told(world: World) -> None:
    run = world.ended(world.call("StartJobRun")["JobRunId"])
    assert (run["JobRunState"], run["ErrorMessage"]) == (
        "FAILED",
        "StorageError: s3://assets/script.py cannot be read",
    )


def test_without_spark_the_run_says_how_to_get_it(tmp_path: Path) -> None:
    world = World(tmp_path, python=tmp_path / ".venv-spark" / "bin" / "python")
    run = world.ended(world.start())
    assert run["JobRunState"] == "FAILED"
    assert "Run `make spark-environment`" in run["ErrorMessage"]
    world.service.close()


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ("pytest==1.0", r"asks for pytest 1\.0; .venv-spark has \d"),
        ("s3://assets/no_such-2.0-py3-none-any.whl", "asks for no_such 2.0; .venv-spark has none"),
    ],
)
def test_modules_that_are_not_installed_in_that_version_fail_by_name(world: World, modules: str, said: str) -> None:
    world.job["DefaultArguments"]["--additional-python-modules"] = modules
    assert re.search(said, world.ended(world.start())["ErrorMessage"])


def test_stopping_a_run_ends_its_process(world: World) -> None:
    run_id = world.start(ENDLESS)
    world.until(lambda: ["begun"] in world.logs.streams.values())
    answer = world.call("BatchStopJobRun", JobRunIds=[run_id])
    assert answer == {"SuccessfulSubmissions": [{"JobName": NAME, "JobRunId": run_id}], "Errors": []}
    assert world.ended(run_id)["JobRunState"] == "STOPPED"
    again = world.call("BatchStopJobRun", JobRunIds=[run_id, "jr_none"])
    assert again["SuccessfulSubmissions"] == []
    codes = [error["ErrorDetail"]["ErrorCode"] for error in again["Errors"]]
    assert codes == ["JobRunInTerminalStateException", "EntityNotFoundException"]


def test_a_run_that_takes_longer_than_its_timeout_ends_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = world.start(ENDLESS, Timeout=1)
    with world.service.records.lock:
        world.service.records.of("JobRun")[run_id]["Timeout"] = 0.005  # a minute is long for a test
    run = world.ended(run_id)
    assert run["JobRunState"] == "TIMEOUT"
    assert "longer than its Timeout" in run["ErrorMessage"]


def test_more_runs_than_the_job_allows_are_refused(world: World) -> None:
    run_id = world.start(ENDLESS)
    with pytest.raises(ServiceError) as refused:
        world.call("StartJobRun")
    assert refused.value.code == "ConcurrentRunsExceededException"
    world.job["ExecutionProperty"] = {"MaxConcurrentRuns": 2}
    waiting = world.call("StartJobRun")["JobRunId"]
    world.call("BatchStopJobRun", JobRunIds=[run_id, waiting])
    assert world.ended(waiting)["JobRunState"] == "STOPPED"
    world.ended(run_id)


def test_the_newest_runs_are_listed_first_and_by_pages(world: World) -> None:
    ids = [world.ended(world.start("pass"))["Id"] for _ in range(3)]
    first = world.call("GetJobRuns", MaxResults=2)
    assert [run["Id"] for run in first["JobRuns"]] == [ids[2], ids[1]]
    second = world.call("GetJobRuns", MaxResults=2, NextToken=first["NextToken"])
    assert ([run["Id"] for run in second["JobRuns"]], "NextToken" in second) == ([ids[0]], False)


@pytest.mark.parametrize("operation", ["StartJobRun", "GetJobRuns"])
def test_an_unknown_job_is_not_found(world: World, operation: str) -> None:
    with pytest.raises(ServiceError) as refused:
        world.service.call(operation, {"JobName": "none"})
    assert refused.value.code == "EntityNotFoundException"


def test_an_unknown_run_is_not_found(world: World) -> None:
    with pytest.raises(ServiceError) as refused:
        world.run("jr_none")
    assert refused.value.code == "EntityNotFoundException"


def test_a_run_that_was_under_way_when_the_local_cloud_stopped_has_failed(world: World) -> None:
    run_id = world.start(ENDLESS)
    world.until(lambda: ["begun"] in world.logs.streams.values())
    world.restarted()
    run = world.run(run_id)
    assert (run["JobRunState"], "stopped in the middle" in run["ErrorMessage"]) == ("FAILED", True)


@pytest.mark.parametrize(
    "request_",
    [
        {"SecurityConfiguration": "secure"},
        {"ExecutionClass": "FLEX"},
        {"JobRunId": "jr_before"},
        {"MaxCapacity": 2.0},
        {"Arguments": {"--conf": "spark.x=y"}},
        {"Arguments": {"--enable-metrics": "true"}},
        {"Arguments": {"--job-bookmark-option": "job-bookmark-enable"}},
    ],
    ids=str,
)
def test_what_is_not_played_is_refused_by_name(world: World, request_: dict[str, Any]) -> None:
    world.script("")
    name = next(iter(request_.get("Arguments", request_)))
    with pytest.raises(NotPlayedError, match=name):
        world.call("StartJobRun", **request_)
    assert world.call("GetJobRuns")["JobRuns"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"GlueVersion": "5.0"},
        {"MaxRetries": 1},
        {"Connections": {"Connections": ["vpc"]}},
        {"Command": {"Name": "pythonshell", "ScriptLocation": "s3://assets/script.py"}},
    ],
    ids=str,
)
def test_a_job_that_asks_for_what_is_not_played_is_not_run(world: World, changes: dict[str, Any]) -> None:
    world.job |= changes
    with pytest.raises(NotPlayedError, match=next(iter(changes))):
        world.call("StartJobRun")


@pytest.mark.parametrize(
    "request_", [{"WorkerType": "G.3X"}, {"Arguments": "none"}, {"Workers": 2}, {"Timeout": 0}], ids=str
)
def test_a_malformed_request_is_refused_as_the_model_says(world: World, request_: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as refused:
        world.call("StartJobRun", **request_)
    assert refused.value.code == "ValidationException"


def test_the_interpreter_is_the_one_with_spark() -> None:
    assert PYTHON.parts[-3:] == (".venv-spark", "bin", "python")
    assert Path(sys.executable) != PYTHON
