"""Fixtures of the workflow's tests: a cloud in moto, and what a run is ordered to do."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.session import Session
from moto import mock_aws

from bakeoff.config import load_config
from bakeoff.contracts.naming import NO_RUN
from bakeoff.serving.attributes import from_item, to_item
from bakeoff.workflow.cloud import Cloud, WorkflowSettings
from tests.support.aws_calls import Answer, AnsweringClient, Call, not_to_be_asked, note_calls

BUCKET, PARAMETER = "bakeoff-test", "/bakeoff-test/promoted-run"
SETTINGS = WorkflowSettings(
    prefix="bakeoff-test",
    bucket=BUCKET,
    runs_table="runs",
    items_table="items",
    histories_table="histories",
    lists_table="lists",
    promoted_run_parameter=PARAMETER,
    buckets=f"{BUCKET},bakeoff-test-logs",
)
_KEYS = {"runs": "runId", "items": "key", "histories": "key", "lists": "key"}
_IN_MOTO = ("s3", "dynamodb", "ssm", "stepfunctions")


@dataclass
class TestCloud:
    """The cloud that the code under test is given, and hands on what it stores and whom it called.

    Args:
        calls: (operation, parameters) since the test's beginning; those of the test itself are not among them.
    """

    __test__ = False

    cloud: Cloud
    clients: dict[str, Any]
    calls: list[Call]
    answering: Callable[[str], AnsweringClient]

    def answer(self, service: str, answer: Answer) -> None:
        """Let `answer` play the service for the code under test."""
        one = self.answering(service)
        one.answer = answer
        self.cloud.clients[service] = one.client

    def called(self, *operations: str) -> list[Call]:
        """The calls of these operations, in their order."""
        return [call for call in self.calls if call[0] in operations]

    def put_file(self, key: str, body: bytes | str | dict[str, Any] | list[Any]) -> None:
        text = json.dumps(body) if isinstance(body, (dict, list)) else body
        self.clients["s3"].put_object(Bucket=BUCKET, Key=key, Body=text)

    def file(self, key: str) -> Any:
        body = self.clients["s3"].get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return json.loads(body) if key.endswith((".json", ".manifest")) else body.decode()

    def put_row(self, table: str, **values: Any) -> None:
        self.clients["dynamodb"].put_item(TableName=table, Item=to_item(values))

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        items = [from_item(item) for item in self.clients["dynamodb"].scan(TableName=table)["Items"]]
        return {item[_KEYS[table]]: item for item in items}

    def promote(self, run_id: str) -> None:
        self.clients["ssm"].put_parameter(Name=PARAMETER, Value=run_id, Type="String", Overwrite=True)

    def execution(self, name: str, *, running: bool) -> str:
        """The ARN of an execution that goes on, or is over."""
        sfn = self.clients["stepfunctions"]
        machine = "arn:aws:states:us-east-1:123456789012:stateMachine:run"
        if not sfn.list_state_machines()["stateMachines"]:
            definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": true}}}'
            role = "arn:aws:iam::123456789012:role/run"
            sfn.create_state_machine(name="run", definition=definition, roleArn=role)
        arn: str = sfn.start_execution(stateMachineArn=machine, name=name)["executionArn"]
        if not running:
            sfn.stop_execution(executionArn=arn)
        return arn


class _Clients:
    """Made once for all tests: making one takes longer than most tests. What they are asked is noted in `calls`."""

    def __init__(self) -> None:
        session = Session()
        session.set_credentials("AKIDTEST", "secret")
        session.set_config_variable("region", "us-east-1")
        session.set_config_variable("ignore_configured_endpoint_urls", True)
        self.session = session
        self._answering: dict[str, AnsweringClient] = {}
        self.calls: list[Call] = []
        self.unnoted: dict[str, Any] = {service: session.create_client(service) for service in _IN_MOTO}
        self.in_moto: dict[str, Any] = {service: session.create_client(service) for service in _IN_MOTO}
        for client in self.in_moto.values():
            note_calls(client, self.calls)

    def answering(self, service: str) -> AnsweringClient:
        if service not in self._answering:
            self._answering[service] = AnsweringClient(self.session, service, self.calls)
        return self._answering[service]

    def close(self) -> None:
        answering = [one.client for one in self._answering.values()]
        for client in [*self.unnoted.values(), *self.in_moto.values(), *answering]:
            client.close()


@pytest.fixture(scope="session")
def _clients() -> Iterator[_Clients]:
    made = _Clients()
    yield made
    made.close()


@pytest.fixture
def aws(_clients: _Clients) -> Iterator[TestCloud]:
    """Empty buckets and tables, no promoted run; SageMaker and Personalize must not be asked unless a test says how."""
    with mock_aws():
        cloud = Cloud(settings=SETTINGS, session=_clients.session, clients=dict(_clients.in_moto))
        made = TestCloud(cloud, _clients.unnoted, _clients.calls, _clients.answering)
        for service in ("sagemaker", "personalize"):
            made.answer(service, not_to_be_asked)
        _set_up(made)
        _clients.calls.clear()
        yield made


def _set_up(aws: TestCloud) -> None:
    for bucket in SETTINGS.buckets.split(","):
        aws.clients["s3"].create_bucket(Bucket=bucket)
    for table, key in _KEYS.items():
        aws.clients["dynamodb"].create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    aws.promote(NO_RUN)


@pytest.fixture
def entry() -> Callable[..., dict[str, Any]]:
    """Makes a catalogue entry as the state machine hands it over: `entry("ease", longest_list=50)`."""

    def make(name: str, kind: str = "sagemaker", **changes: Any) -> dict[str, Any]:
        of_kind = {
            "sagemaker": {"recommender": "ease", "image": "scikit-learn", "recipe": None, "image_uri": "111.ecr/sk:1"},
            "blend": {"recommender": None, "image": None, "recipe": None, "image_uri": None},
            "personalize": {"recommender": None, "image": None, "recipe": "aws-sims", "image_uri": None}
            | {"dataset_group": "interactions"},
            "autopilot": {"features": "all", "family": "xgboost", "serving": "stored", "image_uri": None},
        }
        usual = {"name": name, "title": name.title(), "kind": kind, "answers": ["recommend"], "needs_history": True}
        labels = {"reacts_to_events": True, "longest_list": 1000, "learns_from": "liked", "settings": {}}
        source = {"source_hash": "aaaa" if kind == "sagemaker" else None}
        return {**usual, **labels, **of_kind[kind], **source, **changes}

    return make


CAMPAIGNS = "arn:aws:personalize:us-east-1:123456789012:campaign/"
GROUPS = {
    name: {
        "datasetGroupArn": f"arn:aws:personalize:us-east-1:123456789012:dataset-group/{name}",
        "interactionsArn": f"arn:aws:personalize:us-east-1:123456789012:dataset/{name}/INTERACTIONS",
    }
    for name in ("interactions", "metadata")
}
COUNTS = {"users": 200, "train": 4_000, "validation": 500}
MANIFEST: dict[str, Any] = {
    "counts": COUNTS,
    "format": 1,
    "likedThreshold": 4.0,
    "maxHistory": 200,
    "split": {"hash": "5" * 64, "parameters": {"seed": 42}},
    "files": {
        "items/documents.jsonl": {"sha256": "d0c", "bytes": 1},
        "requests/histories.jsonl": {"sha256": "415", "bytes": 1},
        "autopilot/train/part-00000.parquet": {"sha256": "7ab", "bytes": 1},
        "autopilot/validation/part-00000.parquet": {"sha256": "7ac", "bytes": 1},
        "autopilot/features-all.json": {"sha256": "fa", "bytes": 1},
        "autopilot/features-selected.json": {"sha256": "f5", "bytes": 1},
    },
    "testUsers": 501,
    "parts": {"items": ["serving/items/part-00000.jsonl"], "histories": ["serving/histories/part-00000.jsonl"]},
}


@pytest.fixture
def money() -> dict[str, Any]:
    """What costs are computed from, as the stacks hand it to the gate and to the report."""
    config = load_config("local")
    return {"measuredOn": config.measured_on, "deployment": config.deployment(), "prices": config.price_table()}


@pytest.fixture
def manifest() -> dict[str, Any]:
    """A prepared manifest, as far as the workflow reads it; a copy to change."""
    copy: dict[str, Any] = json.loads(json.dumps(MANIFEST))
    return copy
