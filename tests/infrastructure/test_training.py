"""The training job's request: the wheels that travel with it are installed before its script begins."""

import tarfile
from pathlib import Path
from typing import Any

from bakeoff import wheels
from tests.support.synthesized import Synthesized, text

LONGEST = 256  # characters of an item of ContainerEntrypoint; botocore's model of SageMaker


def asset(synthesized: Synthesized, uri: Any) -> Path:
    name = text(uri).rpartition("/")[2].partition(".")[0]
    return next(synthesized.folder.glob(f"asset.{name}.*"))


def test_the_training_installs_the_wheels_that_travel_with_it(prod: Synthesized) -> None:
    request = prod.machines()["sagemaker-contestant"].definition["States"]["Train"]["Arguments"]
    channels = {one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in request["InputDataConfig"]}
    assert list(channels) == ["code", "wheels", "prepared"]
    script = request["AlgorithmSpecification"]["ContainerEntrypoint"][2]
    assert script.endswith("pip install -q --no-index --no-deps -f . -r wheels.txt && exec python3 train.py")
    assert len(script) <= LONGEST
    assert request["Environment"]["PIP_BREAK_SYSTEM_PACKAGES"] == "1"
    with tarfile.open(asset(prod, channels["wheels"])) as archive:
        assert archive.getnames() == [path.name for path in wheels.fetched("train_recommender")]
    with tarfile.open(asset(prod, channels["code"])) as archive:
        assert {"train.py", "wheels.txt"} <= set(archive.getnames())
