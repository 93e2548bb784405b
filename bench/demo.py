"""Times each stage of the demo on a fresh local cloud, and what a second run saves: `make bench-demo`.

Everything is measured in one run on one machine; the ratios at the end compare a stage with its own repetition.
"""

import shutil
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bakeoff.command_line import asking, datasets, demo_data, following, local, opening, runs
from bakeoff.command_line.cloud import Cloud, open_cloud
from bakeoff.command_line.demo import DATA_FOLDER
from bakeoff.command_line.deployed import Deployed, read_deployed
from bakeoff.command_line.serving_run import example_user

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


def run(cloud: Cloud, deployed: Deployed, dataset: str) -> None:
    """One run of the demo's contestants, to its end."""
    sfn = cloud.client("stepfunctions")
    names = runs.chosen_contestants(cloud.config, [])
    arn = runs.start_run(sfn, deployed, contestants=names, dataset=dataset)
    observer = runs.Observer(sfn=sfn, deployed=deployed, arn=arn, expected=names)
    runs.require_success(following.follow(observer, every=following.LOCAL_SECONDS))


def measure(port: int) -> dict[str, float]:
    """Seconds by stage of the whole demo, each repeatable stage done twice."""
    stages = Stages()
    config = opening.environment(opening.LOCAL, port)
    folder = demo_data.demo_data(DATA_FOLDER)
    stages.timed("start the local cloud", lambda: local.start(config, outlives_this_process=False))
    cloud = open_cloud(config)
    cdk = opening.cdk_of(cloud)
    stages.timed("bootstrap", cdk.bootstrap)
    stages.timed("deploy", cdk.deploy)
    stages.timed("deploy again", cdk.deploy)
    deployed = read_deployed(cloud)
    s3 = cloud.client("s3")
    dataset = stages.timed("load data", lambda: datasets.load(s3, deployed, folder))
    stages.timed("load data again", lambda: datasets.load(s3, deployed, folder))
    stages.timed("run", lambda: run(cloud, deployed, dataset))
    stages.timed("run again", lambda: run(cloud, deployed, dataset))
    user = example_user(cloud, deployed)
    stages.timed("first request", lambda: asking.ask(deployed, user, n=10))
    warm = statistics.median(_request_seconds(deployed, user) for _ in range(WARM_REQUESTS))
    print(f"{'warm request':<28} {warm:8.3f} s, median of {WARM_REQUESTS}")
    return stages.seconds


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
        seconds = measure(port)
    finally:
        local.stop(config)
        shutil.rmtree(state, ignore_errors=True)
    whole = sum(seconds[stage] for stage in ("start the local cloud", "bootstrap", "deploy", "load data", "run"))
    print(f"\nfrom nothing to serving      {whole:8.2f} s")
    for stage in ("deploy", "load data", "run"):
        print(f"{stage + ' again / first':<28} {seconds[f'{stage} again'] / seconds[stage]:8.2f}")


if __name__ == "__main__":
    main()
