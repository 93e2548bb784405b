"""The demo's order of steps, what it prints last, and what it leaves behind when it is interrupted."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bakeoff.command_line import (
    asking,
    datasets,
    demo,
    demo_data,
    doctor,
    following,
    local,
    opening,
    report_page,
    results,
    runs,
)
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.local import Server
from bakeoff.command_line.runs import Progress
from bakeoff.config import Config
from bakeoff.errors import CloudError, DataError, RunError, SetupError

RUN = "arn:aws:states:us-east-1:123456789012:execution:run:r1"
ANSWER = {
    "userId": "7",
    "runId": "r1",
    "blended": [{"itemId": "1"}],
    "contestants": [{"name": "ease", "status": "ok", "items": [{"itemId": "1"}], "latencyMs": 5.0, "twin": False}],
}


@dataclass
class Steps:
    """What the demo did, in order; `runs` says whether the local cloud runs."""

    done: list[str] = field(default_factory=list)
    runs: bool = False

    def note(self, step: str) -> Callable[..., None]:
        return lambda *_, **__: self.done.append(step)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> Steps:
    made = Steps()

    def start(config: Config, *, outlives_this_process: bool) -> None:
        made.done.append("start detached" if outlives_this_process else "start")
        made.runs = True

    def stop(config: Config) -> bool:
        made.done.append("stop")
        made.runs = False
        return True

    def load(s3: str, deployed: Deployed, folder: Path, *, mapping: str) -> str:
        made.done.append(f"load {folder.name}")
        return "d"

    def start_run(sfn: str, deployed: Deployed, **order: Any) -> str:
        made.done.append(f"run {order}")
        return RUN

    @dataclass
    class Cdk:
        def bootstrap(self) -> None:
            made.done.append("bootstrap")

        def deploy(self) -> None:
            made.done.append("deploy")

    class Cloud:
        endpoint = "http://127.0.0.1:4566"

        def __init__(self, config: Config) -> None:
            self.config = config

        def client(self, service: str) -> str:
            return service

    ended = Progress(status="SUCCEEDED", state="", seconds=1.0, contestants=[], problem="")
    report = results.Report(run="r1", promoted=True, reason="", default="ease", contestants=[])
    monkeypatch.setattr(local, "start", start)
    monkeypatch.setattr(local, "stop", stop)
    monkeypatch.setattr(local, "find", lambda config: _server() if made.runs else None)
    monkeypatch.setattr(local, "end_with_parent", made.note("end with parent"))
    monkeypatch.setattr(doctor, "examine", lambda machine, port, engine="duckdb": [])
    monkeypatch.setattr(opening, "cdk_of", lambda cloud: Cdk())
    monkeypatch.setattr(demo, "open_cloud", Cloud)
    monkeypatch.setattr(demo, "read_deployed", lambda cloud: deployed)
    monkeypatch.setattr(demo, "example_user", lambda cloud, deployed: "7")
    monkeypatch.setattr(demo, "serve", made.note("serve"))
    monkeypatch.setattr(demo_data, "demo_data", lambda folder: folder / "ml-100k")
    monkeypatch.setattr(datasets, "load", load)
    monkeypatch.setattr(runs, "start_run", start_run)
    monkeypatch.setattr(following, "follow", lambda observer, every: ended)
    monkeypatch.setattr(results, "read_report", lambda s3, deployed, run: report)
    monkeypatch.setattr(report_page, "fetch_page", lambda s3, deployed, run, path: path)
    monkeypatch.setattr(asking, "ask", lambda deployed, user, n: ANSWER)
    return made


def _server() -> Server:
    return Server(pid=1, endpoint="http://127.0.0.1:4566", log=Path("launcher.log"))


def run(config: Config, *, data: Path | None = None, detach: bool = False) -> None:
    demo.run_demo(config, data=data, contestants=["ease"], detach=detach)


def test_goes_from_nothing_to_serving(config: Config, steps: Steps) -> None:
    run(config)
    assert steps.done == [
        "end with parent",
        "start",
        "bootstrap",
        "deploy",
        "load ml-100k",
        "run {'contestants': ['ease'], 'dataset': 'd'}",
        "serve",
    ]


def test_detached_it_returns_and_leaves_the_local_cloud_running(
    config: Config, steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, detach=True)
    assert steps.done[0] == "start detached"
    assert "`make stop` ends it" in capsys.readouterr().out
    assert "serve" not in steps.done
    assert steps.runs


@pytest.mark.parametrize("detach", [True, False])
def test_the_last_line_is_the_only_one_with_the_call_and_a_shell_runs_it_as_it_stands(
    config: Config, steps: Steps, deployed: Deployed, capsys: pytest.CaptureFixture[str], detach: bool
) -> None:
    run(config, detach=detach)
    lines = capsys.readouterr().out.splitlines()
    assert [number for number, line in enumerate(lines) if "curl" in line] == [len(lines) - 1]
    words = shlex.split(lines[-1])
    assert words == ["curl", "-s", "-H", "x-api-key: the-key", f"{deployed.api_url}/recommendations/7?n=10"]
    assert ("`make stop` ends it" if detach else "until Ctrl-C") in lines[-2] + lines[-3]


def test_it_says_where_the_page_of_the_run_is_or_why_there_is_none(
    config: Config, steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config)
    page = (local.state_folder(config) / "report.html").resolve()
    assert f"The whole comparison, a page for the browser: {page}" in capsys.readouterr().out

    def none(*_: Any, **__: Any) -> Path:
        raise RunError("Run 'r1' has no page.")

    monkeypatch.setattr(report_page, "fetch_page", none)
    run(config)
    assert "Run 'r1' has no page." in capsys.readouterr().out
    assert steps.done[-1] == "serve"


def test_a_demo_at_another_port_says_how_to_stop_that_one(steps: Steps, capsys: pytest.CaptureFixture[str]) -> None:
    run(opening.environment("local", 4999), detach=True)
    assert "`make stop PORT=4999` ends it" in capsys.readouterr().out


def test_ctrl_c_stops_what_it_started_and_says_that_it_can_go_on(
    config: Config, steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(config: Config) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "serve", interrupted)
    run(config)
    assert steps.done[-1] == "stop"
    assert "`make demo` goes on from there" in capsys.readouterr().out


def test_a_local_cloud_that_ran_before_is_used_and_left_alone(
    config: Config, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(config: Config) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "serve", interrupted)
    steps.runs = True
    run(config)
    assert not {"start", "stop"} & set(steps.done)
    assert steps.runs


def test_a_failure_stops_a_detached_local_cloud_too(
    config: Config, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise DataError("bad data")

    monkeypatch.setattr(datasets, "load", fail)
    with pytest.raises(DataError, match="bad data"):
        run(config, detach=True)
    assert steps.done[-1] == "stop"


def test_nothing_is_started_for_a_folder_without_data_or_on_an_unfit_machine(
    config: Config, steps: Steps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="no interactions in a known format"):
        run(config, data=tmp_path)
    unfit = doctor.Check(what="Node", ok=False, found="not found", advice="Install Node 22.")
    monkeypatch.setattr(doctor, "examine", lambda machine, port, engine="duckdb": [unfit])
    with pytest.raises(SetupError, match=r"Node: not found\. Install Node 22\."):
        run(config)
    assert not steps.runs


def test_serving_ends_with_an_error_when_the_local_cloud_has_gone(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [_server(), None]
    pauses: list[float] = []
    monkeypatch.setattr(local, "find", lambda config: found.pop(0))
    with pytest.raises(CloudError, match=r"has ended.*launcher\.log"):
        demo.serve(config, pause=pauses.append)
    assert pauses == [demo.SERVING_POLL_SECONDS]
