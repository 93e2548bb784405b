"""Times each stage of the demo on a fresh local cloud, and what a second run saves: `make bench-demo`.

Everything is measured in one run on one machine; the ratios at the end compare a stage with its own repetition.
"""

import shutil
import socket
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from bakeoff.command_line import asking, datasets, demo_data, following, local, opening, runs
from bakeoff.command_line.cloud import Cloud, open_cloud
from bakeoff.command_line.demo import DATA_FOLDER
from bakeoff.command_line.deployed import Deployed, read_deployed
from bakeoff.command_line.serving_run import example_user
from bench.results import Figure, publish

WARM_REQUESTS = 50
Result = TypeVar("Result")


class Stages:
    """Seconds by stage, printed as they are measured."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, stage: str, work: Callable[[], Result]) -> Result:
        begun = time.perf_counter()
        result = work()
        self.seconds[stage] = time.perf_counter() - begun
        print(f"{stage:<28} {self.seconds[stage]:8.2f} s", flush=True)
        return result


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class PeakMemory(threading.Thread):
    """Watches this process and all below it, the local cloud and its jobs included; resident MiB at the peak."""

    PAUSE_SECONDS = 0.2

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mib = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self.PAUSE_SECONDS):
            self.mib = max(self.mib, self._now())

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self.mib

    def _now(self) -> float:
        total = 0
        here = psutil.Process()
        for process in [here, *here.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:  # it ended between the listing and the look
                continue
        return total / 2**20


def run(cloud: Cloud, deployed: Deployed, dataset: str) -> dict[str, float]:
    """One run of the demo's contestants, to its end; seconds of its preparation and of each contestant."""
    sfn = cloud.client("stepfunctions")
    names = runs.chosen_contestants(cloud.config, [])
    arn = runs.start_run(sfn, deployed, contestants=names, dataset=dataset)
    observer = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=names)
    progress = following.follow(observer, every=following.LOCAL_SECONDS)
    runs.require_success(progress)
    seconds = {contestant.name: contestant.seconds or 0.0 for contestant in progress.contestants}
    return {"prepare": _state_seconds(sfn, arn, "Prepare data"), **seconds}


def _state_seconds(sfn: Any, arn: str, state: str) -> float:
    """How long the execution was in `state`; 0 where it never was."""
    times = {}
    for page in sfn.get_paginator("get_execution_history").paginate(executionArn=arn):
        for event in page["events"]:
            for kind in ("Entered", "Exited"):
                if event.get(f"state{kind}EventDetails", {}).get("name") == state:
                    times[kind] = event["timestamp"]
    return (times["Exited"] - times["Entered"]).total_seconds() if len(times) == 2 else 0.0


def measure(port: int) -> list[Figure]:
    """Seconds by stage of the whole demo, each repeatable stage done twice."""
    stages = Stages()
    config = opening.environment(opening.LOCAL, port)
    folder = demo_data.demo_data(DATA_FOLDER)
    memory = PeakMemory()
    memory.start()
    stages.timed("start the local cloud", lambda: local.start(config, outlives_this_process=False))
    cloud = open_cloud(config)
    cdk = opening.cdk_of(cloud)
    stages.timed("synth", cdk.synth)
    stages.timed("bootstrap", cdk.bootstrap)
    stages.timed("deploy", cdk.deploy)
    stages.timed("deploy again", cdk.deploy)
    deployed = read_deployed(cloud)
    s3 = cloud.client("s3")
    dataset = stages.timed("load data", lambda: datasets.load(s3, deployed, folder))
    stages.timed("load data again", lambda: datasets.load(s3, deployed, folder))
    inside = stages.timed("run", lambda: run(cloud, deployed, dataset))
    stages.timed("run again", lambda: run(cloud, deployed, dataset))
    user = example_user(cloud, deployed)
    stages.timed("first request", lambda: asking.ask(deployed, user, n=10))
    warm = [_request_seconds(deployed, user) for _ in range(WARM_REQUESTS)]
    return [*_figures(stages.seconds, inside, warm), Figure(name="peak_memory", value=memory.stop(), unit="MiB")]


def _figures(seconds: dict[str, float], inside: dict[str, float], warm: list[float]) -> list[Figure]:
    whole = sum(seconds[stage] for stage in ("start the local cloud", "bootstrap", "deploy", "load data", "run"))
    return [
        # Not measured here: the packages are installed before this can run. `time make install` in an empty clone does.
        Figure(name="installs", value=None, unit="s"),
        *(
            Figure(
                name=stage.replace(" ", "_"),
                value=value,
                unit="s",
                against=seconds.get(stage.removesuffix(" again")) if stage.endswith(" again") else None,
            )
            for stage, value in seconds.items()
        ),
        *(Figure(name=f"run.{part}", value=value, unit="s") for part, value in inside.items()),
        Figure(
            name="warm_request",
            value=statistics.median(warm),
            unit="s",
            n=len(warm),
            spread=(min(warm), max(warm)),
            against=seconds["first request"],
        ),
        Figure(name="from_nothing_to_serving", value=whole, unit="s", target=300.0),
    ]


def _request_seconds(deployed: Deployed, user: str) -> float:
    begun = time.perf_counter()
    asking.ask(deployed, user, n=10)
    return time.perf_counter() - begun


def main() -> None:
    """Measure on a free port and remove the local cloud's state afterwards."""
    port = free_port()
    config = opening.environment(opening.LOCAL, port)
    state: Path = local.state_folder(config)
    try:
        figures = measure(port)
    finally:
        local.stop(config)
        shutil.rmtree(state, ignore_errors=True)
    print(f"\nWritten to {publish('demo', figures)}")


if __name__ == "__main__":
    main()
