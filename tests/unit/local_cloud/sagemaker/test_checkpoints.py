"""CheckpointConfig: what a job leaves is there for the next one, however the first one ended."""

from typing import Any

import pytest

from local_cloud.errors import ServiceError

PLACE = {"S3Uri": "s3://bucket/checkpoints/one/"}
COUNT = """
import os, pathlib
kept = pathlib.Path(os.environ["SM_CHECKPOINT_DIR"], "deep", "n")
kept.parent.mkdir(exist_ok=True)
n = int(kept.read_text()) + 1 if kept.exists() else 1
kept.write_text(str(n))
open(os.environ["SM_MODEL_DIR"] + "/n", "w").write(str(n))
"""
LEAVES = COUNT.partition("open(")[0]
WAIT = LEAVES + "import time; time.sleep(60)"


def count(world: Any) -> bytes:
    stored: bytes = world.storage.get("s3://bucket/checkpoints/one/deep/n")
    return stored


def test_the_next_job_finds_what_the_first_one_left(world: Any) -> None:
    world.train("first", COUNT, CheckpointConfig=PLACE)
    assert count(world) == b"1"
    second = world.train("second", COUNT, CheckpointConfig=PLACE)
    assert count(world) == b"2"
    assert world.storage.members(second["ModelArtifacts"]["S3ModelArtifacts"]) == {"n": b"2"}


def test_it_is_stored_while_the_job_runs_and_stays_when_it_is_stopped(world: Any) -> None:
    world.call("CreateTrainingJob", **world.training("stopped", WAIT, CheckpointConfig=PLACE))
    world.until(lambda: bool(world.storage.objects("s3://bucket/checkpoints/one/deep/")))
    world.call("StopTrainingJob", TrainingJobName="stopped")
    assert world.ended("TrainingJob", "stopped")["TrainingJobStatus"] == "Stopped"
    assert world.train("again", COUNT, CheckpointConfig=PLACE)["TrainingJobStatus"] == "Completed"
    assert count(world) == b"2"


def test_it_stays_when_the_job_fails(world: Any) -> None:
    assert world.train("bad", LEAVES + "exit(3)", CheckpointConfig=PLACE)["TrainingJobStatus"] == "Failed"
    assert count(world) == b"1"


def test_a_place_of_ones_own_and_none(world: Any) -> None:
    script = "import pathlib; pathlib.Path('/opt/ml/kept/x').write_text('x')"
    world.train("own", script, CheckpointConfig={**PLACE, "LocalPath": "/opt/ml/kept"})
    assert world.storage.get("s3://bucket/checkpoints/one/x") == b"x"
    world.train("none", "import os; assert 'SM_CHECKPOINT_DIR' not in os.environ")
    assert world.call("DescribeTrainingJob", TrainingJobName="none")["TrainingJobStatus"] == "Completed"


@pytest.mark.parametrize("path", ["/tmp/checkpoints", "/opt/ml/../etc"])
def test_a_folder_elsewhere_is_refused(world: Any, path: str) -> None:
    request = world.training("elsewhere", "", CheckpointConfig={**PLACE, "LocalPath": path})
    with pytest.raises(ServiceError, match="must lie below /opt/ml"):
        world.service.call("CreateTrainingJob", request)


@pytest.mark.parametrize(
    ("spot", "stopping", "refused"),
    [
        (True, {"MaxRuntimeInSeconds": 60}, "MaxWaitTimeInSeconds must be at least"),
        (True, {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}, "MaxWaitTimeInSeconds must be at least"),
        (False, {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}, "needs EnableManagedSpotTraining"),
    ],
)
def test_spot_capacity_needs_a_wait_as_long_as_the_run(
    world: Any, spot: bool, stopping: dict[str, int], refused: str
) -> None:
    request = world.training("spot", "", EnableManagedSpotTraining=spot, StoppingCondition=stopping)
    with pytest.raises(ServiceError, match=refused) as error:
        world.service.call("CreateTrainingJob", request)
    assert error.value.code == "ValidationException"


def test_spot_capacity_trains_like_any(world: Any) -> None:
    stopping = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    described = world.train("spot", "", EnableManagedSpotTraining=True, StoppingCondition=stopping)
    assert described["TrainingJobStatus"] == "Completed"
    assert described["EnableManagedSpotTraining"] is True
