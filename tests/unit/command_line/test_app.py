"""The commands as a person calls them."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import CliRunner, Result

from bakeoff.command_line import app as commands
from bakeoff.command_line import asking, comparing, demo, doctor, local, opening, report_page, results, runs, screen
from bakeoff.command_line.app import app
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.local import Server
from bakeoff.command_line.runs import Progress
from bakeoff.config import Config
from bakeoff.errors import BakeoffError, DataError

SERVER = Server(pid=1, endpoint="http://127.0.0.1:4566", log=Path("launcher.log"))


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test here starts, finds or stops a real local cloud; the console is made anew for each runner."""
    monkeypatch.setattr(local, "find", lambda config: None)
    monkeypatch.setattr(local, "start", lambda config, **_: pytest.fail("started a local cloud"))
    monkeypatch.setattr(local, "stop", lambda config: False)
    screen.console.cache_clear()
    yield
    screen.console.cache_clear()


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> None:
    """A local cloud that runs, with everything deployed."""
    monkeypatch.setattr(local, "find", lambda config: SERVER)
    monkeypatch.setattr(commands, "read_deployed", lambda cloud: deployed)


def call(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(app, list(arguments), **options)


@pytest.mark.parametrize(
    "command",
    [
        ["deploy"],
        ["destroy", "--yes"],
        ["data", "load"],
        ["run"],
        ["cancel", "r1"],
        ["rollback"],
        ["recommend", "7"],
        ["report"],
        ["status"],
    ],
    ids=" ".join,
)
def test_without_a_local_cloud_every_command_says_how_to_start_one(command: list[str]) -> None:
    result = call(*command)
    assert result.exit_code == 1
    assert result.stderr == ("Error: No local cloud runs at port 4566. Start one: python -m bakeoff up --detach\n")
    assert result.stdout == ""


def test_an_unknown_environment_is_answered_with_the_known_ones() -> None:
    result = call("deploy", "--env", "production")
    assert result.exit_code == 1
    assert "'production' is no environment; there are dev, local, prod" in result.stderr


def test_the_engine_of_one_deployment_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("bakeoff.command_line.cdk.Cdk.synth", lambda cdk: seen.append(cdk.cloud.config.prepare.engine))
    assert call("synth", "--env", "dev").exit_code == 0
    assert call("synth", "--env", "dev", "--engine", "spark").exit_code == 0
    assert seen == ["duckdb", "spark"]
    assert "Invalid value for '--engine'" in call("synth", "--engine", "hive").stderr


def test_a_port_makes_no_sense_on_aws() -> None:
    result = call("status", "--env", "dev", "--port", "4567")
    assert result.exit_code == 1
    assert "environment 'dev' is on AWS and has no port" in result.stderr


@pytest.mark.parametrize("port", ["0", "-1", "80", "65536", "http"])
def test_a_port_that_no_local_cloud_can_have_is_refused(port: str) -> None:
    result = call("doctor", "--port", port)
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DataError("The file is bad. Mend it."), "Error: The file is bad. Mend it.\n"),
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "PutObject"),
            "Error: PutObject was refused with AccessDenied: not you\n",
        ),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:4566"),
            'Error: Could not connect to the endpoint URL: "http://127.0.0.1:4566" '
            "(`python -m bakeoff doctor` checks this machine, `status` what runs.)\n",
        ),
    ],
)
def test_an_error_is_one_message_and_no_traceback(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    def fail(config: Config) -> Cloud:
        raise error

    monkeypatch.setattr(opening, "reach", fail)
    result = call("status")
    assert (result.exit_code, result.stderr) == (1, said)
    debugged = call("--debug", "status")
    assert debugged.exception is error


def test_nothing_of_the_callers_aws_settings_is_left_when_a_local_command_acts(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")

    def show(cloud: Cloud) -> None:
        assert cloud.endpoint == "http://127.0.0.1:4566"
        seen.append({name: value for name, value in os.environ.items() if name.startswith("AWS_")})

    monkeypatch.setattr("bakeoff.command_line.status.show", show)
    assert call("status").exit_code == 0
    assert seen == [
        {
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    ]


def test_up_says_where_the_local_cloud_is_and_does_not_start_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bool] = []

    def start(config: Config, *, outlives_this_process: bool) -> Server:
        started.append(outlives_this_process)
        return SERVER

    monkeypatch.setattr(local, "start", start)
    assert "runs at http://127.0.0.1:4566" in call("up", "--detach").stdout
    monkeypatch.setattr(local, "find", lambda config: SERVER)
    assert "runs already" in call("up", "--detach").stdout
    assert started == [True]


def test_stop_says_whether_there_was_something_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("stop").stdout == "No local cloud was running.\n"
    monkeypatch.setattr(local, "stop", lambda config: True)
    assert call("stop", "--port", "4999").stdout == "Stopped.\n"


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 1)])
def test_doctor_ends_with_an_error_when_a_check_fails(monkeypatch: pytest.MonkeyPatch, ok: bool, status: int) -> None:
    checks = [doctor.Check(what="Node", ok=ok, found="v18", advice="Install Node 22.")]
    monkeypatch.setattr(doctor, "examine", lambda machine, port: checks)
    result = call("doctor")
    assert result.exit_code == status
    assert result.stdout == f"{'ok  ' if ok else 'FAIL'}  Node: v18. Install Node 22.\n"


ENDED = Progress(status="SUCCEEDED", state="", seconds=1.0, contestants=[], problem="")
REPORT = results.Report(run="r1", promoted=False, reason="worse", default=None, contestants=[])


@pytest.fixture
def run_started(running: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What runs were started with."""
    started: list[dict[str, Any]] = []

    def start(sfn: object, deployed: Deployed, **order: Any) -> str:
        started.append(order)
        return "arn:aws:states:us-east-1:123456789012:execution:run:r1"

    monkeypatch.setattr(runs, "start_run", start)
    return started


def test_a_person_names_the_default_and_decides_that_it_serves(
    run_started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.command_line.following.follow", lambda observer, every: ENDED)
    monkeypatch.setattr(results, "read_report", lambda s3, deployed, run: REPORT)
    assert call("run", "-c", "ease", "--dataset", "d", "--default", "ease", "--promote").exit_code == 0
    assert run_started == [
        {"contestants": ["ease"], "dataset": "d", "default": "ease", "promote": True, "other_splits": True}
    ]


def test_run_follows_and_ends_with_the_comparison(
    run_started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.command_line.following.follow", lambda observer, every: ENDED)
    monkeypatch.setattr(results, "read_report", lambda s3, deployed, run: REPORT)
    result = call("run", "-c", "ease", "-c", "content", "--dataset", "ml-100k")
    order = {"contestants": ["ease", "content"], "dataset": "ml-100k"}
    assert run_started == [{**order, "default": None, "promote": False, "other_splits": True}]
    assert result.exit_code == 0
    assert result.stdout.startswith("Run r1 with ease, content\n")
    assert result.stdout.endswith("This run does not serve: worse\n")


def test_run_leaves_the_other_splits_out_where_it_is_told_to(
    run_started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.command_line.following.follow", lambda observer, every: ENDED)
    monkeypatch.setattr(results, "read_report", lambda s3, deployed, run: REPORT)
    order = {"contestants": ["ease"], "dataset": "ml-100k"}
    assert call("run", "-c", "ease", "--dataset", "ml-100k", "--no-other-splits").exit_code == 0
    assert run_started == [{**order, "default": None, "promote": False, "other_splits": False}]


def test_report_compares_two_runs_as_a_table_or_as_json(running: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    found = {"before": "r1", "after": "r2", "untested": "No.", "contestants": [], "changes": []}
    found |= {"onlyBefore": [], "onlyAfter": [], "measuredOn": {"before": None, "after": None}}

    def compare(s3: object, deployed: Deployed, **runs: str) -> dict[str, Any]:
        asked.append(runs)
        return found

    monkeypatch.setattr(comparing, "compare", compare)
    assert json.loads(call("report", "--compare", "r1", "r2", "--json").stdout) == found
    shown = call("report", "--compare", "r1", "r2")
    assert (shown.exit_code, shown.stdout.startswith("From run r1 to run r2: before → after")) == (0, True)
    assert asked == [{"before": "r1", "after": "r2"}] * 2


def test_report_shows_one_run_as_a_table_or_as_it_was_published(running: None, monkeypatch: pytest.MonkeyPatch) -> None:
    published = {"runId": "r1", "promoted": True, "contestants": [], "gate": None}
    monkeypatch.setattr(results, "read_report_json", lambda s3, deployed, run: {**published, "runId": run})
    assert json.loads(call("report", "r1", "--json").stdout) == published
    assert call("report", "r1").stdout.endswith("This run serves.\n")


def test_report_takes_one_run_or_two_to_compare(running: None) -> None:
    refused = call("report", "r0", "--compare", "r1", "r2")
    assert refused.exit_code == 2
    assert "--compare names both runs; leave out 'r0'." in " ".join(refused.output.split())


def test_the_report_is_a_table_and_its_page_where_that_is_asked_for(
    running: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published = {"runId": "r1", "promoted": False, "reason": "worse", "contestants": []}
    monkeypatch.setattr(results, "read_report_json", lambda s3, deployed, run: published)
    asked: list[tuple[str, Path | None]] = []

    def fetch_page(s3: object, deployed: Deployed, *, run: str, path: Path | None) -> Path:
        asked.append((run, path))
        return tmp_path / "report.html"

    monkeypatch.setattr(report_page, "fetch_page", fetch_page)
    assert "The page is in" not in call("report", "r1").stdout
    assert asked == []
    result = call("report", "r1", "--html", str(tmp_path / "report.html"))
    assert asked == [("r1", tmp_path / "report.html")]
    assert "This run does not serve: worse" in result.stdout
    assert "The page is in" in result.stdout


@pytest.mark.parametrize("also", [["--json"], ["--compare", "r1", "r2"]])
def test_a_page_is_of_one_run_and_no_json(running: None, also: list[str]) -> None:
    refused = call("report", "--open", *also)
    assert refused.exit_code == 2
    assert "leave out --compare and --json" in " ".join(refused.output.replace("│", " ").split())


def test_ctrl_c_says_that_the_run_goes_on_and_how_to_look_at_it_and_stop_it(
    run_started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(observer: object, every: float) -> Progress:
        raise KeyboardInterrupt

    monkeypatch.setattr("bakeoff.command_line.following.follow", interrupted)
    result = call("run", "-c", "ease", "--dataset", "ml-100k", "--port", "4999")
    assert result.exit_code == 0
    assert "The run goes on. Look at it: python -m bakeoff status --env local --port 4999" in result.stdout
    assert "Stop it: python -m bakeoff cancel r1 --env local --port 4999" in result.stdout


def test_a_failed_run_is_an_error(run_started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Progress(status="FAILED", state="", seconds=1.0, contestants=[], problem="no data")
    monkeypatch.setattr("bakeoff.command_line.following.follow", lambda observer, every: failed)
    result = call("run", "--dataset", "ml-100k")
    assert (result.exit_code, result.stderr) == (1, "Error: The run failed: no data\n")


def test_recommend_asks_for_n_items_and_gives_the_answer_as_it_is(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"userId": "7", "runId": "r1", "blended": [], "contestants": []}

    def get(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        assert url.endswith("/recommendations/7?n=3")
        return 200, json.dumps(answer).encode()

    ask: Callable[..., dict[str, Any]] = asking.ask
    monkeypatch.setattr(asking, "ask", lambda deployed, user, n: ask(deployed, user, n=n, get=get))
    assert json.loads(call("recommend", "7", "--n", "3", "--json").stdout) == answer
    assert "For user 7, by run r1" in call("recommend", "7", "--n", "3").stdout


def test_the_demo_is_given_what_was_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[int, dict[str, Any]]] = []
    monkeypatch.setattr(demo, "run_demo", lambda config, **rest: asked.append((opening.port_of(config), rest)))
    assert call("demo", "--port", "4999", "--detach", "--data", str(tmp_path), "-c", "ease").exit_code == 0
    assert asked == [(4999, {"data": tmp_path, "contestants": ["ease"], "detach": True})]


def test_every_error_class_of_the_tree_ends_as_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(config: Config) -> Cloud:
        raise BakeoffError("Said.")

    monkeypatch.setattr(opening, "reach", fail)
    assert call("status").stderr == "Error: Said.\n"


def test_a_folder_that_cannot_be_read_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, running: None) -> None:
    def unreadable(cloud: Any) -> None:
        raise PermissionError(13, "Permission denied", "films")

    monkeypatch.setattr(commands, "read_deployed", unreadable)
    result = call("report")
    assert result.exit_code == 1
    assert "Permission denied: 'films'. Check that the file" in " ".join(result.output.split())
