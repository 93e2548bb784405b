"""Tiny played services, mounted in the MiniStack of the test process; no server runs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ministack.services import stepfunctions

from local_cloud import mount
from local_cloud.errors import ServiceError
from local_cloud.mount import Played
from local_cloud.service import Place, PlayedService

Parameters = dict[str, Any]
ROLE = "arn:aws:iam::123456789012:role/workflow"


class TinySageMaker(PlayedService):
    """Jobs that end as their name says after three looks, and models that exist."""

    model_names = ("sagemaker", "sagemaker-runtime")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.stopped: list[str] = []

    def create_training_job(self, request: Parameters) -> Parameters:
        name = request["TrainingJobName"]
        if name in self.records.of("job"):
            raise ServiceError("ResourceInUse", f"Job {name} exists")
        arn = self.place.arn("sagemaker", f"training-job/{name}")
        self.records.of("job")[name] = {"TrainingJobName": name, "TrainingJobArn": arn, "looks": 0}
        return {"TrainingJobArn": arn}

    def describe_training_job(self, request: Parameters) -> Parameters:
        job = self.records.of("job")[request["TrainingJobName"]]
        job["looks"] += 1
        status = job.get("TrainingJobStatus", "InProgress")
        if job["looks"] > 3 and status == "InProgress" and not job["TrainingJobName"].startswith("endless"):
            status = "Failed" if job["TrainingJobName"].startswith("bad") else "Completed"
        job["TrainingJobStatus"] = status
        return {**job, "CreationTime": 1.5, "FailureReason": "It is bad"} if status == "Failed" else job

    def stop_training_job(self, request: Parameters) -> Parameters:
        self.records.of("job")[request["TrainingJobName"]]["TrainingJobStatus"] = "Stopped"
        self.stopped.append(request["TrainingJobName"])
        return {}

    def create_model(self, request: Parameters) -> Parameters:
        self.records.of("model")[request["ModelName"]] = request
        return {"ModelArn": self.place.arn("sagemaker", f"model/{request['ModelName']}")}

    def describe_model(self, request: Parameters) -> Parameters:
        if request["ModelName"] not in self.records.of("model"):
            raise ServiceError("ValidationException", "Could not find model")
        return self.records.of("model")[request["ModelName"]]

    def delete_model(self, request: Parameters) -> Parameters:
        del self.records.of("model")[self.describe_model(request)["ModelName"]]
        return {}

    def invoke_endpoint(self, request: Parameters) -> Parameters:
        return {"Body": request["Body"] + b"!", "ContentType": request["Accept"], "InvokedProductionVariant": "all"}


class TinyPersonalize(PlayedService):
    """Schemas, trackers that are ready after two looks, and one recommendation."""

    model_names = ("personalize", "personalize-runtime", "personalize-events")

    def create_schema(self, request: Parameters) -> Parameters:
        arn = self.place.arn("personalize", f"schema/{request['name']}")
        if arn in self.records.of("schema"):
            raise ServiceError("ResourceAlreadyExistsException", f"{arn} exists")
        self.records.of("schema")[arn] = {**request, "schemaArn": arn, "creationDateTime": 1700000000.25}
        return {"schemaArn": arn}

    def describe_schema(self, request: Parameters) -> Parameters:
        if request["schemaArn"] not in self.records.of("schema"):
            raise ServiceError("ResourceNotFoundException", f"No schema {request['schemaArn']}")
        return {"schema": self.records.of("schema")[request["schemaArn"]]}

    def delete_schema(self, request: Parameters) -> Parameters:
        del self.records.of("schema")[self.describe_schema(request)["schema"]["schemaArn"]]
        return {}

    def create_event_tracker(self, request: Parameters) -> Parameters:
        arn = self.place.arn("personalize", "event-tracker/1")
        self.records.of("tracker")[arn] = {**request, "eventTrackerArn": arn, "looks": 0, "trackingId": "t-1"}
        return {"eventTrackerArn": arn, "trackingId": "t-1"}

    def describe_event_tracker(self, request: Parameters) -> Parameters:
        tracker = self.records.of("tracker").get(request["eventTrackerArn"])
        if tracker is None:
            raise ServiceError("ResourceNotFoundException", "No tracker")
        tracker["looks"] += 1
        failed = "CREATE FAILED" if tracker["name"].startswith("bad") else "ACTIVE"
        return {"eventTracker": {**tracker, "status": failed if tracker["looks"] > 2 else "CREATE IN_PROGRESS"}}

    def delete_event_tracker(self, request: Parameters) -> Parameters:
        del self.records.of("tracker")[request["eventTrackerArn"]]
        return {}

    def tag_resource(self, request: Parameters) -> Parameters:
        for tag in request["tags"]:
            self.records.of("tag")[tag["tagKey"]] = tag
        return {}

    def untag_resource(self, request: Parameters) -> Parameters:
        for key in request["tagKeys"]:
            del self.records.of("tag")[key]
        return {}

    def get_recommendations(self, request: Parameters) -> Parameters:
        return {"itemList": [{"itemId": f"of {request['userId']}", "score": 0.5}], "recommendationId": "r"}


class TinyGlue(PlayedService):
    """Runs that end as their job's name says after three looks."""

    model_names = ("glue",)

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.stopped: list[str] = []

    def start_job_run(self, request: Parameters) -> Parameters:
        if request["JobName"] == "busy":
            raise ServiceError("ConcurrentRunsExceededException", "Concurrent runs exceeded for busy")
        run_id = f"jr_{len(self.records.of('run'))}"
        run = {**request, "Id": run_id, "JobRunState": "RUNNING", "StartedOn": 1700000000.25, "looks": 0}
        self.records.of("run")[run_id] = run
        return {"JobRunId": run_id}

    def get_job_run(self, request: Parameters) -> Parameters:
        run = self.records.of("run")[request["RunId"]]
        run["looks"] += 1
        if run["looks"] > 3 and run["JobRunState"] == "RUNNING" and run["JobName"] != "endless":
            failed = {"JobRunState": "FAILED", "ErrorMessage": "DataError: no rows"}
            run |= failed if run["JobName"] == "bad" else {"JobRunState": "SUCCEEDED"}
        return {"JobRun": {name: value for name, value in run.items() if name != "looks"}}

    def batch_stop_job_run(self, request: Parameters) -> Parameters:
        self.stopped += request["JobRunIds"]
        for run_id in request["JobRunIds"]:
            self.records.of("run")[run_id]["JobRunState"] = "STOPPED"
        return {"SuccessfulSubmissions": [], "Errors": []}


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    """The tiny services, mounted."""
    place = Place(account="123456789012", region="us-east-1", endpoint="http://127.0.0.1:1", folder=tmp_path, pace=0)
    services = Played(sagemaker=TinySageMaker(place), personalize=TinyPersonalize(place), glue=TinyGlue(place))
    mount.mount(services)
    yield services
    stepfunctions.reset()


@pytest.fixture
def define(played: Played, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Parameters], str]:
    """Creates a state machine in JSONata from a name and its states, of which the first begins; its ARN."""
    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)

    def create(name: str, states: Parameters) -> str:
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        status, _, body = stepfunctions._create_state_machine(
            {"name": name, "definition": json.dumps(definition), "roleArn": ROLE}
        )
        assert status == 200, body
        arn: str = json.loads(body)["stateMachineArn"]
        return arn

    return create
