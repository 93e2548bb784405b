"""What a restart of the local cloud brings back, and what it ends."""

import json
from typing import Any

import psutil
import pytest

from local_cloud.errors import ServiceError

WAIT = "import time; print('waiting', flush=True); time.sleep(60)"


def test_endpoints_answer_again_after_a_restart(world: Any) -> None:
    world.serve("kept")
    before = world.ask("kept", {})["pid"]
    (world.folder / "s3/bucket/kept/model.tar.gz").unlink()
    world.restarted()
    assert world.call("DescribeEndpoint", EndpointName="kept")["EndpointStatus"] == "InService"
    world.until(lambda: world.service.process_of("kept") is not None)
    answer = world.ask("kept", {"a": 1})
    assert answer["row"] == {"a": 1}
    assert answer["pid"] != before


def test_endpoint_that_was_being_created_updated_or_deleted_comes_to_that_end(world: Any) -> None:
    world.serve("updating")
    world.serve("deleting")
    world.model("next")
    world.config("next", "next")
    state = json.loads(json.dumps(world.service.snapshot()))
    kept = state["Endpoint"]
    wanted = {**kept["updating"]["Serving"], "config": "next", "folder": "endpoints/updating/2"}
    wanted["definitions"] = [state["Model"]["next"]["PrimaryContainer"]]
    kept["updating"].update(EndpointStatus="Updating", Wanted=wanted)
    kept["deleting"].update(EndpointStatus="Deleting")
    created = {**wanted, "folder": "endpoints/creating/1"}
    kept["creating"] = {
        **{name: value for name, value in kept["updating"].items() if name != "Serving"},
        "EndpointName": "creating",
        "EndpointStatus": "Creating",
        "Wanted": created,
    }
    world.service.close()
    world.service = world._started()
    world.service.restore(state)
    for name in ("updating", "creating"):
        assert world.endpoint(name, "InService")["EndpointConfigName"] == "next"
        assert world.ask(name, {})["model"] == "next"
    world.until(lambda: len(world.call("ListEndpoints")["Endpoints"]) == 2)


def test_job_that_was_under_way_has_failed_and_its_process_is_gone(world: Any) -> None:
    world.train("done", "")
    others = set(psutil.Process().children(recursive=True))
    world.service.call("CreateTrainingJob", world.training("cut", WAIT))
    world.until(lambda: "waiting" in world.logs.lines("/aws/sagemaker/TrainingJobs"))
    children = set(psutil.Process().children(recursive=True)) - others
    assert children
    world.restarted()
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    described = world.call("DescribeTrainingJob", TrainingJobName="cut")
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Failed"
    assert described["FailureReason"].startswith("InternalServerError: We encountered an internal error.")
    assert "The local cloud was stopped in the middle of the job." in described["FailureReason"]
    assert described["TrainingEndTime"] >= described["TrainingStartTime"]
    assert world.call("DescribeTrainingJob", TrainingJobName="done")["TrainingJobStatus"] == "Completed"
    with pytest.raises(ServiceError, match="already exists"):
        world.service.call("CreateTrainingJob", world.training("done", ""))


def test_closing_leaves_the_status_that_a_job_had(world: Any) -> None:
    world.service.call("CreateTrainingJob", world.training("cut", WAIT))
    world.until(lambda: "waiting" in world.logs.lines("/aws/sagemaker/TrainingJobs"))
    world.service.close()
    assert world.service.snapshot()["TrainingJob"]["cut"]["TrainingJobStatus"] == "InProgress"
