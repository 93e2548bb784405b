"""The whole product on a local cloud, driven as a person at the command line and an application at the API drive it."""

import contextlib
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from bakeoff.command_line import datasets, opening, runs, serving_run
from bakeoff.command_line.cdk import Cdk
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed, read_deployed
from bakeoff.config import Config
from bakeoff.serving.attributes import from_item
from local_cloud import client
from local_cloud.client import Running

RUN_SECONDS = 180.0
SOON_SECONDS = 30.0
POLL_SECONDS = 0.1
Json = dict[str, Any]


def wait_until(condition: Callable[[], Any], *, seconds: float = SOON_SECONDS, what: str = "") -> Any:
    """Wait until `condition()` holds, at most `seconds`; what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(POLL_SECONDS)
    return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: Json
    seconds: float

    def contestant(self, name: str) -> Json:
        (found,) = [one for one in self.body["contestants"] if one["name"] == name]
        return dict(found)

    @property
    def statuses(self) -> dict[str, str]:
        return {one["name"]: one["status"] for one in self.body["contestants"]}


@dataclass(kw_only=True)
class Product:
    """One deployment on one local cloud, whose launcher may be killed and started again."""

    config: Config
    cloud: Cloud
    cdk: Cdk
    running: Running
    deployed: Deployed
    _clients: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def deploy(cls, config: Config, *, folder: Path) -> "Product":
        """Start a local cloud as `config` says and deploy with the CDK command line; its output goes below `folder`."""
        running = start(config)
        try:
            cloud = Cloud(config=config, endpoint=running.endpoint)
            cdk = replace(opening.cdk_of(cloud), folder=folder / "cdk")
            cdk.bootstrap()
            cdk.deploy()
            return cls(config=config, cloud=cloud, cdk=cdk, running=running, deployed=read_deployed(cloud))
        except BaseException:
            kill(running)
            raise

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.cloud.client(service)
        return self._clients[service]

    def load(self, folder: Path) -> str:
        """Upload a folder of raw data; the data set's name."""
        return datasets.load(self.client("s3"), self.deployed, folder)

    def begin(self, dataset: str, *contestants: str, promote: bool = False, other_splits: bool = False) -> str:
        """Start a run with `contestants`, or those of the demo; its ARN.

        On the main split alone unless `other_splits`: what a run does there it does on the main one too.
        """
        return runs.start_run(
            self.client("stepfunctions"),
            self.deployed,
            contestants=runs.chosen_contestants(self.config, contestants),
            dataset=dataset,
            promote=promote,
            other_splits=other_splits,
        )

    def end(self, arn: str, *, seconds: float = RUN_SECONDS) -> Json:
        """Wait for the end of an execution; its description."""
        sfn = self.client("stepfunctions")

        def ended() -> Json | None:
            described: Json = sfn.describe_execution(executionArn=arn)
            return None if described["status"] == "RUNNING" else described

        found: Json = wait_until(ended, seconds=seconds, what=f"the end of {arn}")
        return found

    def run(self, dataset: str, *contestants: str, promote: bool = False, other_splits: bool = False) -> Json:
        """A whole run, which must succeed; its report."""
        arn = self.begin(dataset, *contestants, promote=promote, other_splits=other_splits)
        described = self.end(arn)
        assert described["status"] == "SUCCEEDED", described
        return self.report(arn)

    def report(self, arn: str) -> Json:
        """The JSON report of a run."""
        key = f"runs/{runs.run_id(arn)}/report.json"
        body = self.client("s3").get_object(Bucket=self.deployed.bucket, Key=key)["Body"].read()
        report: Json = json.loads(body)
        return report

    def promoted(self) -> Json:
        """The record of the run that serves."""
        record = serving_run.serving_run(self.cloud, self.deployed)
        assert record is not None
        return record

    def record(self, run: str) -> Json:
        """The record of a run."""
        item = self.client("dynamodb").get_item(TableName=self.deployed.runs_table, Key={"runId": {"S": run}})["Item"]
        return from_item(item)

    def children(self, run: str) -> dict[str, Json]:
        """The executions of a run's contestants, by contestant."""
        sfn = self.client("stepfunctions")
        return {
            execution["name"].removeprefix(f"{run}-"): sfn.describe_execution(executionArn=execution["executionArn"])
            for machine in self.deployed.contestant_machines
            for execution in sfn.list_executions(stateMachineArn=machine, maxResults=1000)["executions"]
            if execution["name"].startswith(f"{run}-")
        }

    def training_jobs(self) -> dict[str, str]:
        """Status of every training job by name."""
        pages = self.client("sagemaker").get_paginator("list_training_jobs").paginate()
        return {
            job["TrainingJobName"]: job["TrainingJobStatus"] for page in pages for job in page["TrainingJobSummaries"]
        }

    def ask(self, user: str, *, query: str = "n=10", headers: Mapping[str, str] | None = None) -> Answer:
        """GET the recommendations of `user`, with the API key unless other `headers` are given."""
        return self._send("GET", f"/recommendations/{quote(user, safe='')}?{query}", headers)

    def alike(self, item: str) -> Answer:
        """The API's answer to which items are alike to one."""
        return self._send("GET", f"/items/{quote(item, safe='')}/similar", None)

    def post(self, body: bytes, *, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a body to /recommendations."""
        key = {"x-api-key": self.deployed.api_key}
        sent = {"content-type": "application/json", **(key if headers is None else headers)}
        return self._send("POST", "/recommendations", sent, body)

    def similar(self, item: str, *, query: str = "n=10") -> Answer:
        """GET the items alike to `item`."""
        return self._send("GET", f"/items/{quote(item, safe='')}/similar?{query}", None)

    def scoreboard(self, *, query: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """GET the contestants of the run that serves."""
        return self._send("GET", f"/contestants{query and '?'}{query}", headers)

    def _send(self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes | None = None) -> Answer:
        sent = {"x-api-key": self.deployed.api_key} if headers is None else dict(headers)
        request = urllib.request.Request(self.deployed.api_url + path, data=body, headers=sent, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        began = time.monotonic()
        try:
            answer = opener.open(request, timeout=35)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            content = answer.read()
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=json.loads(content),
            seconds=time.monotonic() - began,
        )

    def model_servers(self, endpoint: str = "") -> list[psutil.Process]:
        """The processes that serve models, or those of one endpoint."""
        return [
            process
            for process in group_of(self.running)
            if "model_server.py" in (command := _command(process)) and endpoint in command
        ]

    def training_processes(self, contestant: str) -> list[psutil.Process]:
        """The processes that train `contestant` now."""
        begin = f"{self.config.prefix}-{contestant}-"
        return [process for process in group_of(self.running) if _training_job(process).startswith(begin)]

    def endpoints(self) -> set[str]:
        pages = self.client("sagemaker").get_paginator("list_endpoints").paginate()
        return {endpoint["EndpointName"] for page in pages for endpoint in page["Endpoints"]}

    def campaigns(self) -> set[str]:
        return {campaign["campaignArn"] for campaign in self.client("personalize").list_campaigns()["campaigns"]}

    def loaded_versions(self) -> set[str]:
        """The versions of the data of which the tables hold rows."""
        pages = [
            page
            for table in ("items", "histories")
            for page in self.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=f"{self.config.prefix}-{table}")
        ]
        keys = [item["key"]["S"] for page in pages for item in page["Items"]]
        return {key.removeprefix("loaded#").partition("#")[0] for key in keys}

    def kill(self) -> None:
        """Kill the launcher with a signal that it cannot see."""
        kill(self.running)

    def restart(self) -> None:
        """Start the launcher again on its port and state."""
        self.running = start(self.config)


def start(config: Config) -> Running:
    """Start a local cloud as `config` says."""
    where = config.local_cloud
    assert where is not None
    return client.start(where.port, Path(where.state_folder) / str(where.port), wait_scale=where.wait_scale)


def kill(running: Running) -> None:
    """Kill a launcher and wait until all of its group has gone; once gone, nothing happens."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGKILL)
    if running.lifeline is not None:
        with contextlib.suppress(OSError):
            os.close(running.lifeline)
    wait_until(lambda: not group_of(running), what=f"the end of process group {running.pid}")
    wait_until(lambda: client.find(running.state) is None, what="the state folder's lock")


def group_of(running: Running) -> list[psutil.Process]:
    """The live processes of a local cloud, its launcher among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == running.pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def _training_job(process: psutil.Process) -> str:
    """The name of the training job that `process` works for; empty for any other."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return str(process.environ().get("TRAINING_JOB_NAME", ""))
    return ""
