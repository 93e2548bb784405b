"""How the CDK command line is called, and what is told of its failures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bakeoff.command_line import cdk as cdk_module
from bakeoff.command_line import opening
from bakeoff.command_line.cdk import Cdk, Outcome, child_environment
from bakeoff.command_line.cloud import Cloud
from bakeoff.config import Config
from bakeoff.errors import CloudError, SetupError


@dataclass
class Runner:
    """Remembers commands; each ends as told."""

    outcome: Outcome = field(default_factory=lambda: Outcome(status=0, output=""))
    commands: list[list[str]] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)

    def __call__(self, command: Sequence[str], environment: Mapping[str, str], shown: bool) -> Outcome:
        self.commands.append(list(command))
        self.shown.append(shown)
        return self.outcome


class Stacks:
    """CloudFormation with at most the toolkit stack."""

    def __init__(self, status: str | None) -> None:
        self.status = status

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName == "CDKToolkit"
        return {"Stacks": [{"StackStatus": self.status}] if self.status else []}


class Sts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "node_modules" / ".bin" / "cdk"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(cdk_module, "CHECKOUT", tmp_path)
    return tmp_path


def cdk_for(cloud: Cloud, folder: Path, runner: Runner) -> Cdk:
    return Cdk(cloud=cloud, environment={}, folder=folder / "build" / "local-4566", runner=runner)


def test_deploys_every_stack_without_asking_and_without_notices(checkout: Path, played: Callable[..., Cloud]) -> None:
    runner = Runner()
    cdk_for(played(), checkout, runner).deploy()
    (command,) = runner.commands
    assert command[:3] == [str(checkout / "node_modules" / ".bin" / "cdk"), "deploy", "--all"]
    assert command[command.index("--require-approval") + 1] == "never"
    context = [command[at + 1] for at, option in enumerate(command) if option == "--context"]
    assert context == ["env=local", "engine=duckdb"]
    assert command[command.index("--app") + 1].endswith(" app.py")
    assert command[-1] == "--no-notices"
    assert runner.shown == [False]


def test_on_aws_the_output_is_shown_as_it_comes(checkout: Path, played: Callable[..., Cloud]) -> None:
    runner = Runner()
    cdk_for(played(local=False), checkout, runner).deploy()
    assert runner.shown == [True]


@pytest.mark.parametrize(
    ("status", "bootstrapped"), [("CREATE_COMPLETE", False), ("ROLLBACK_COMPLETE", True), (None, True)]
)
def test_bootstraps_unless_the_toolkit_is_there(
    checkout: Path, played: Callable[..., Cloud], status: str | None, bootstrapped: bool
) -> None:
    runner = Runner()
    cdk_for(played(cloudformation=Stacks(status), sts=Sts()), checkout, runner).bootstrap()
    verbs = [command[1:3] for command in runner.commands]
    assert verbs == ([["bootstrap", "aws://123456789012/us-east-1"]] if bootstrapped else [])


def test_a_failure_is_told_with_its_last_lines_and_the_log(checkout: Path, played: Callable[..., Cloud]) -> None:
    output = "".join(f"line {number}\n" for number in range(100)) + "\n❌ it went wrong\n"
    cdk = cdk_for(played(), checkout, Runner(Outcome(status=1, output=output)))
    with pytest.raises(CloudError, match=r"`cdk deploy` failed with exit status 1\.\n  line 76\n") as raised:
        cdk.deploy()
    assert "❌ it went wrong" in str(raised.value)
    assert "line 75" not in str(raised.value)
    assert cdk.folder.with_suffix(".log").read_text() == output


def test_a_missing_cdk_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, played: Callable[..., Cloud]
) -> None:
    monkeypatch.setattr(cdk_module, "CHECKOUT", tmp_path)
    with pytest.raises(SetupError, match="make install"):
        cdk_for(played(), tmp_path, Runner()).synth()


def test_the_local_clouds_cdk_reaches_nothing_else(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example")
    environment = opening.cdk_of(Cloud(config=config, endpoint="http://127.0.0.1:4566")).environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_ACCESS_KEY_ID"] == "local"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(environment)


def test_the_cdk_is_told_to_keep_to_the_matter() -> None:
    environment = child_environment({"PATH": "bin"})
    assert environment == {
        "PATH": "bin",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
