"""Deploying and destroying: what is shown, asked and done, in which order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bakeoff.command_line import deployment
from bakeoff.command_line.cdk import Cdk
from bakeoff.command_line.cloud import Cloud
from bakeoff.errors import CloudError


@dataclass
class Account:
    """Plays every service that is asked: what is there, and what was done to it in which order."""

    stacks: set[str] = field(default_factory=lambda: {"bakeoff-local-training"})
    endpoints: list[str] = field(default_factory=lambda: ["bakeoff-local-ease-1", "another-ease-1"])
    running: list[str] = field(default_factory=lambda: ["r1"])
    done: list[str] = field(default_factory=list)

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        outputs = [{"OutputKey": "RunStateMachineArn", "OutputValue": "run-machine"}]
        return {"Stacks": [{"Outputs": outputs}] if StackName in self.stacks else []}

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def stop_execution(self, *, executionArn: str, cause: str) -> None:  # noqa: N803
        assert cause == "The environment is being destroyed"
        self.running.remove(executionArn)
        self.done.append(f"stop {executionArn}")


@dataclass
class Pages:
    account: Account
    operation: str

    def paginate(self, **request: str) -> list[dict[str, Any]]:
        if self.operation == "list_executions":
            assert request == {"stateMachineArn": "run-machine", "statusFilter": "RUNNING"}
            return [{"executions": [{"executionArn": name, "name": name} for name in self.account.running]}]
        endpoints = [{"EndpointName": name} for name in self.account.endpoints]
        kinds = ("EndpointConfigs", "Models", "AutoMLJobSummaries", "campaigns", "solutions", "datasets", "schemas")
        nothing: dict[str, Any] = {kind: [] for kind in kinds}
        return [{**nothing, "Endpoints": endpoints}]


@dataclass(frozen=True, kw_only=True)
class PlayedCdk(Cdk):
    """Notes what it is told to do in the account; destroying removes stacks, and endpoints with them."""

    account: Account

    def diff(self) -> None:
        self.account.done.append("diff")

    def bootstrap(self) -> None:
        self.account.done.append("bootstrap")

    def deploy(self) -> None:
        self.account.done.append("deploy")

    def destroy(self) -> None:
        self.account.done.append("destroy")
        self.account.stacks.clear()
        self.account.endpoints.clear()


@pytest.fixture
def make_cdk(played: Callable[..., Cloud], tmp_path: Path) -> Callable[..., PlayedCdk]:
    def make(*, local: bool = True) -> PlayedCdk:
        account = Account()
        services = ("sts", "cloudformation", "stepfunctions", "sagemaker", "personalize")
        cloud = played(local=local, **dict.fromkeys(services, account))
        return PlayedCdk(cloud=cloud, environment={}, folder=tmp_path, account=account)

    return make


def never(question: str) -> bool:
    raise AssertionError(f"asked: {question}")


def test_the_local_cloud_is_deployed_to_without_asking(make_cdk: Callable[..., PlayedCdk]) -> None:
    cdk = make_cdk()
    deployment.deploy(cdk.cloud, cdk, yes=False, confirm=never)
    assert cdk.account.done == ["bootstrap", "deploy"]


@pytest.mark.parametrize(
    ("answer", "done"), [(True, ["diff", "bootstrap", "deploy"]), (False, ["diff"])], ids=["confirmed", "declined"]
)
def test_aws_is_deployed_to_only_once_the_changes_are_confirmed(
    make_cdk: Callable[..., PlayedCdk], capsys: pytest.CaptureFixture[str], answer: bool, done: list[str]
) -> None:
    cdk = make_cdk(local=False)
    deployment.deploy(cdk.cloud, cdk, yes=False, confirm=lambda question: answer)
    assert cdk.account.done == done
    assert "account 123456789012, region us-east-1, and costs money" in capsys.readouterr().out


def test_yes_deploys_to_aws_without_asking(make_cdk: Callable[..., PlayedCdk]) -> None:
    cdk = make_cdk(local=False)
    deployment.deploy(cdk.cloud, cdk, yes=True, confirm=never)
    assert cdk.account.done == ["diff", "bootstrap", "deploy"]


def test_destroy_shows_what_goes_and_does_nothing_unless_confirmed(
    make_cdk: Callable[..., PlayedCdk], capsys: pytest.CaptureFixture[str]
) -> None:
    cdk = make_cdk()
    deployment.destroy(cdk.cloud, cdk, yes=False, verify=False, confirm=lambda question: False)
    assert cdk.account.done == []
    assert capsys.readouterr().out.splitlines() == [
        "Environment local, account 123456789012, region us-east-1:",
        "  stack bakeoff-local-training",
        "  bakeoff-local-ease-1",
        "Nothing was destroyed.",
    ]


def test_destroy_stops_the_runs_before_it_deletes_the_stacks(make_cdk: Callable[..., PlayedCdk]) -> None:
    cdk = make_cdk()
    deployment.destroy(cdk.cloud, cdk, yes=True, verify=False, confirm=never)
    assert cdk.account.done == ["stop r1", "destroy"]


def test_verify_says_that_nothing_is_left(
    make_cdk: Callable[..., PlayedCdk], capsys: pytest.CaptureFixture[str]
) -> None:
    cdk = make_cdk()
    deployment.destroy(cdk.cloud, cdk, yes=True, verify=True, confirm=never)
    assert "Verified" in capsys.readouterr().out


def test_verify_fails_while_something_is_left_and_names_it(
    make_cdk: Callable[..., PlayedCdk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlayedCdk, "destroy", lambda self: None)
    cdk = make_cdk()
    with pytest.raises(CloudError, match=r"Still there: stack bakeoff-local-training, bakeoff-local-ease-1\."):
        deployment.destroy(cdk.cloud, cdk, yes=True, verify=True, confirm=never)
