"""Every process of a local cloud goes when its launcher goes, and the launcher when its starter goes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from local_cloud import client
from local_cloud.client import LauncherError, Running
from tests.integration.local_cloud import shop
from tests.integration.local_cloud.conftest import Start, aws, free_port, live, processes_of, wait_until

LONGEST_SECONDS = 2.0
STARTER = """
import sys, time
from pathlib import Path
from local_cloud import client
print(client.start(int(sys.argv[1]), Path(sys.argv[2])).pid, flush=True)
time.sleep(600)
"""


def with_descendants(running: Running) -> list[psutil.Process]:
    """Start a function's worker and a process below it; all processes of the local cloud."""
    functions = aws(running, "lambda")
    functions.create_function(
        FunctionName="spawn",
        Runtime="python3.13",
        Role="arn:aws:iam::123456789012:role/spawn",
        Handler="handler.lambda_handler",
        Code={"ZipFile": shop.archive()},
        Environment={"Variables": {"WHO": "world"}},
        Timeout=30,
    )
    answer = functions.invoke(FunctionName="spawn", Payload=json.dumps({"spawn": True}).encode())
    grandchild = json.load(answer["Payload"])
    processes = processes_of(running)
    assert {running.pid, grandchild} <= {process.pid for process in processes}
    assert len(processes) >= 3
    return processes


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_all_descendants_go_with_the_launcher(start: Start, number: signal.Signals) -> None:
    running = start()
    processes = with_descendants(running)
    os.kill(running.pid, number)
    wait_until(lambda: not live(processes), seconds=LONGEST_SECONDS)
    assert start(port=running.port).port == running.port


def test_the_launcher_goes_when_its_starter_is_killed(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "state"
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(port), str(state)], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert starter.stdout is not None
    running = Running(pid=int(starter.stdout.readline()), port=port, state=state)
    processes = with_descendants(running)
    starter.kill()
    starter.communicate()
    wait_until(lambda: not live(processes), seconds=LONGEST_SECONDS)


def test_without_a_lifeline_it_outlives_its_starter_until_it_is_stopped(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "state"
    code = "import sys; from pathlib import Path; from local_cloud import client\n"
    code += "client.start(int(sys.argv[1]), Path(sys.argv[2]), lifeline=False)"
    subprocess.run([sys.executable, "-c", code, str(port), str(state)], check=True)
    running = client.find(state)
    assert running is not None
    try:
        assert aws(running, "sts").get_caller_identity()["Account"] == "123456789012"
    finally:
        assert client.stop(state) is True
    assert client.find(state) is None


def test_a_second_launcher_on_the_same_folder_is_refused_with_the_port_of_the_first(start: Start) -> None:
    running = start()
    with pytest.raises(LauncherError, match=f"already on port {running.port}"):
        start()
    assert aws(running, "sts").get_caller_identity()["Account"] == "123456789012"


def test_a_taken_port_is_named(start: Start, tmp_path: Path) -> None:
    running = start()
    with pytest.raises(LauncherError, match=f"Port {running.port} is taken by another program"):
        start("other", port=running.port)
    assert client.find(tmp_path / "other") is None


def test_a_folder_of_another_version_is_refused_and_left_alone(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "format.json").write_text('{"format": 1, "ministack": "1.0.0"}')
    with pytest.raises(LauncherError, match=r"MiniStack 1\.0\.0.*Delete the folder"):
        start()
    assert json.loads((state / "format.json").read_text())["ministack"] == "1.0.0"


def test_two_local_clouds_live_side_by_side(start: Start) -> None:
    one, two = start("one"), start("two")
    aws(one, "ssm").put_parameter(Name="/whose", Value="one", Type="String")
    assert aws(two, "ssm").describe_parameters()["Parameters"] == []
    assert client.stop(one.state) is True
    assert aws(two, "sts").get_caller_identity()["Account"] == "123456789012"


def test_a_launcher_that_dies_at_its_start_shows_the_end_of_its_log(start: Start, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "generations").write_text("in the way")
    began = time.monotonic()
    with pytest.raises(LauncherError, match=r"died at its start[\s\S]*FileExistsError"):
        start()
    assert time.monotonic() - began < 20
