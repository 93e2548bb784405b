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


@dataclass(frozen=True, kw_only=True)
class PlayedCdk(Cdk):
    """Notes what it is told to do; destroying empties the cloud."""

    done: list[str] = field(default_factory=list)

    def diff(self) -> None:
        self.done.append("diff")

    def bootstrap(self) -> None:
        self.done.append("bootstrap")

    def deploy(self) -> None:
        self.done.append("deploy")

    def destroy(self) -> None:
        self.done.append("destroy")


class Sts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}


@dataclass
class Environment:
    """The stacks and leftovers that are there."""

    cdk: PlayedCdk
    stacks: list[str] = field(default_factory=lambda: ["bakeoff-local-data"])
    left: list[str] = field(default_factory=lambda: ["endpoint bakeoff-local-ease-1"])


@pytest.fixture
def environment(
    played: Callable[..., Cloud], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bool], Environment]:
    def make(local: bool) -> Environment:
        cdk = PlayedCdk(cloud=played(local=local, sts=Sts()), environment={}, folder=tmp_path)
        made = Environment(cdk=cdk)

        def remove(*_: Any, **__: Any) -> None:
            cdk.done.append("remove leftovers")

        def stop(*_: Any) -> list[str]:
            cdk.done.append("stop runs")
            return []

        monkeypatch.setattr(deployment, "_stacks", lambda cloud: made.stacks)
        monkeypatch.setattr(deployment, "_machines", lambda cloud: [])
        monkeypatch.setattr(deployment, "find_leftovers", lambda cloud: made.left)
        monkeypatch.setattr(deployment, "remove_leftovers", remove)
        monkeypatch.setattr(deployment, "stop_runs", stop)
        return made

    return make


def never(question: str) -> bool:
    raise AssertionError(f"asked: {question}")


def test_the_local_cloud_is_deployed_to_without_asking(environment: Callable[[bool], Environment]) -> None:
    made = environment(True)
    deployment.deploy(made.cdk.cloud, made.cdk, yes=False, confirm=never)
    assert made.cdk.done == ["bootstrap", "deploy"]


@pytest.mark.parametrize(
    ("answer", "done"), [(True, ["diff", "bootstrap", "deploy"]), (False, ["diff"])], ids=["confirmed", "declined"]
)
def test_aws_is_deployed_to_only_once_the_changes_are_confirmed(
    environment: Callable[[bool], Environment], capsys: pytest.CaptureFixture[str], answer: bool, done: list[str]
) -> None:
    made = environment(False)
    deployment.deploy(made.cdk.cloud, made.cdk, yes=False, confirm=lambda question: answer)
    assert made.cdk.done == done
    assert "account 123456789012, region us-east-1, and costs money" in capsys.readouterr().out


def test_yes_deploys_to_aws_without_asking(environment: Callable[[bool], Environment]) -> None:
    made = environment(False)
    deployment.deploy(made.cdk.cloud, made.cdk, yes=True, confirm=never)
    assert made.cdk.done == ["diff", "bootstrap", "deploy"]


def test_destroy_shows_what_goes_and_does_nothing_unless_confirmed(
    environment: Callable[[bool], Environment], capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(True)
    deployment.destroy(made.cdk.cloud, made.cdk, yes=False, verify=False, confirm=lambda question: False)
    assert made.cdk.done == []
    out = capsys.readouterr().out
    assert "  stack bakeoff-local-data\n  endpoint bakeoff-local-ease-1\n" in out
    assert out.endswith("Nothing was destroyed.\n")


def test_destroy_stops_runs_before_leftovers_before_stacks(environment: Callable[[bool], Environment]) -> None:
    made = environment(True)
    deployment.destroy(made.cdk.cloud, made.cdk, yes=True, verify=False, confirm=never)
    assert made.cdk.done == ["stop runs", "remove leftovers", "destroy"]


def test_verify_fails_while_something_is_left_and_names_it(environment: Callable[[bool], Environment]) -> None:
    made = environment(True)
    with pytest.raises(CloudError, match="Still there: stack bakeoff-local-data, endpoint bakeoff-local-ease-1"):
        deployment.destroy(made.cdk.cloud, made.cdk, yes=True, verify=True, confirm=never)


def test_verify_says_that_nothing_is_left(
    environment: Callable[[bool], Environment], capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(True)
    made.stacks, made.left = [], []
    deployment.destroy(made.cdk.cloud, made.cdk, yes=True, verify=True, confirm=never)
    assert "Verified" in capsys.readouterr().out
