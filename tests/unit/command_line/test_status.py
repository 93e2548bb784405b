"""What `status` says at each stage of an environment's life."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.command_line import status
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.runs import Contestant, Observer, Progress

DEPLOYED = {"StackStatus": "CREATE_COMPLETE", "Outputs": [{"OutputKey": "a", "OutputValue": "b"}]}


@pytest.fixture
def shown(
    played: Callable[..., Cloud],
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """What is printed for the given stacks, serving run and newest run."""

    def show(stacks: dict[str, Any], *, record: dict[str, Any] | None = None, newest: Progress | None = None) -> str:
        arn = "arn:aws:states:us-east-1:123456789012:execution:run:r1"
        monkeypatch.setattr(status, "describe_stack", lambda cloud, name: stacks.get(name.rpartition("-")[2]))
        monkeypatch.setattr(status, "read_deployed", lambda cloud: deployed)
        monkeypatch.setattr(status, "serving_run", lambda cloud, deployed: record)
        monkeypatch.setattr("bakeoff.command_line.runs.latest_run", lambda sfn, deployed: arn if newest else None)
        monkeypatch.setattr(Observer, "look", lambda self: newest)
        status.show(played(stepfunctions=object()))
        return capsys.readouterr().out

    return show


def test_before_a_deployment_it_names_the_command(shown: Callable[..., str]) -> None:
    out = shown({"data": DEPLOYED, "training": {"StackStatus": "ROLLBACK_COMPLETE"}})
    assert "  stack bakeoff-local-training: ROLLBACK_COMPLETE\n  stack bakeoff-local-serving: not deployed\n" in out
    assert out.endswith("Not everything is deployed: python -m bakeoff deploy --env local\n")


def test_deployed_and_never_run_it_says_so(shown: Callable[..., str], deployed: Deployed) -> None:
    out = shown(dict.fromkeys(("data", "training", "serving"), DEPLOYED))
    assert f"  API: {deployed.api_url}\n  serving: no run yet\n  newest run: none yet\n" in out


def test_it_shows_which_run_serves_and_how_far_the_newest_is(shown: Callable[..., str]) -> None:
    failed = Contestant(name="ease", status="FAILED", state="out of memory", seconds=61.0)
    newest = Progress(status="FAILED", state="", seconds=90.0, contestants=[failed], problem="nobody is healthy")
    out = shown(dict.fromkeys(("data", "training", "serving"), DEPLOYED), record={"runId": "r0"}, newest=newest)
    assert "  serving: run r0\n  newest run: r1\n  nobody is healthy\n" in out
    assert "Run: failed, 1 min 30 s" in out
    assert "out of memory" in out
