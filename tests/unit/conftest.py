"""Fixtures that the tests of the library and of the functions share: stub backends, and the front's tables in moto."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.session import Session
from moto import mock_aws

from bakeoff.serving.attributes import to_item
from bench.stub_backends import CAMPAIGN, StubBackends

FRONT_ENVIRONMENT = {
    "RUNS_TABLE": "runs",
    "ITEMS_TABLE": "items",
    "HISTORIES_TABLE": "histories",
    "PROMOTED_RUN_PARAMETER": "/bakeoff/promoted-run",
    "MAX_HISTORY": "3",
    "BUDGET_MS": "5000",
}
DATA_VERSION = "d4t4"
_TABLES = {"runs": "runId", "items": "key", "histories": "key"}
_LOADER = Session().get_component("data_loader")


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials and a region that lead nowhere; whatever the machine has set is out of sight."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    values = {"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def session(aws_environment: pytest.MonkeyPatch) -> Session:
    """A botocore session; the service models, which never change, are read once for all tests."""
    made = Session()
    made.register_component("data_loader", _LOADER)
    return made


@pytest.fixture
def stub(aws_environment: pytest.MonkeyPatch) -> Iterator[StubBackends]:
    """Stub backends, where botocore's rules will find the runtimes."""
    with StubBackends() as running:
        aws_environment.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", running.url)
        aws_environment.setenv("AWS_ENDPOINT_URL_PERSONALIZE_RUNTIME", running.url)
        yield running


@dataclass
class FrontTables:
    """The front's tables and parameter; writes what the workflow would write."""

    dynamodb: Any
    ssm: Any

    def clear(self) -> None:
        self.ssm.delete_parameters(Names=[FRONT_ENVIRONMENT["PROMOTED_RUN_PARAMETER"]])
        for table, key in _TABLES.items():
            for row in self.dynamodb.scan(TableName=table)["Items"]:
                self.dynamodb.delete_item(TableName=table, Key={key: row[key]})

    def promote(self, run_id: str, contestants: Sequence[dict[str, Any]] | None = None) -> None:
        """Let the parameter name `run_id`, and put its record where contestants are given."""
        self.ssm.put_parameter(
            Name=FRONT_ENVIRONMENT["PROMOTED_RUN_PARAMETER"], Value=run_id, Type="String", Overwrite=True
        )
        if contestants is not None:
            default = contestants[0]["name"] if contestants else None
            record = {"runId": run_id, "dataVersion": DATA_VERSION, "split": "5p1it", "default": default}
            self.put("runs", {**record, "contestants": list(contestants)})

    def put_history(self, user_id: str, *item_ids: str) -> None:
        """A history of those items, oldest first."""
        events = [{"itemId": item_id, "value": 4.0, "timestamp": at} for at, item_id in enumerate(item_ids, start=1)]
        self.put("histories", {"key": f"{DATA_VERSION}#{user_id}", "history": json.dumps(events)})

    def put_title(self, item_id: str, title: str, *, year: int | None = None, genres: Sequence[str] = ()) -> None:
        row = {"key": f"{DATA_VERSION}#{item_id}", "title": title, "year": year, "genres": list(genres)}
        self.put("items", row)

    def put(self, table: str, values: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName=table, Item=to_item(values))


@pytest.fixture(scope="module")
def moto_tables() -> Iterator[FrontTables]:
    """Tables in moto; made once for each file of tests, because moto takes a tenth of a second to start."""
    with mock_aws():
        session = Session()
        session.register_component("data_loader", _LOADER)
        dynamodb: Any = session.create_client("dynamodb", region_name="us-east-1")
        ssm: Any = session.create_client("ssm", region_name="us-east-1")
        for table, key in _TABLES.items():
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield FrontTables(dynamodb, ssm)
        dynamodb.close()
        ssm.close()


@pytest.fixture
def tables(moto_tables: FrontTables, aws_environment: pytest.MonkeyPatch) -> FrontTables:
    """Empty tables, no promoted run."""
    moto_tables.clear()
    return moto_tables


def _contestant(name: str, kind: str = "sagemaker-endpoint", **changes: Any) -> dict[str, Any]:
    address = {"arn": CAMPAIGN.format(name)} if kind == "personalize-campaign" else {"name": name}
    usual = {"title": name.title(), "status": "ok", "backend": {"type": kind, **address}, "modelVersion": f"{name}-1"}
    labels = {"twin": False, "reactsToEvents": True, "needsHistory": False, "longestList": 500, "weight": 1.0}
    return {"name": name, **usual, **labels, **changes}


@pytest.fixture
def contestant() -> Any:
    """Makes one contestant of a run record: `contestant("ease", weight=0.4)`."""
    return _contestant


@pytest.fixture
def front_environment(aws_environment: pytest.MonkeyPatch) -> dict[str, str]:
    """The functions' own variables, set."""
    for name, value in FRONT_ENVIRONMENT.items():
        aws_environment.setenv(name, value)
    return dict(FRONT_ENVIRONMENT)
