"""Rolling back: which run it goes to, that it asks first, and what is said where it cannot."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.command_line import following, results, rolling_back, runs, screen
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.results import Report
from bakeoff.command_line.runs import Progress
from bakeoff.errors import RunError

BACK = "arn:aws:states:us-east-1:123456789012:execution:run:back-1"
REASON = "The run r1 serves again, in place of r2: a person decided so (rollback)."


class Steps:
    """What was started and asked; `record` is that of the run that serves, `ended` how the restoration ends."""

    def __init__(self) -> None:
        self.record: dict[str, Any] | None = {"runId": "r2", "formerRunId": "r1"}
        self.ended = Progress(status="SUCCEEDED", state="", seconds=1.0, contestants=[], problem="")
        self.restored: list[str] = []
        self.questions: list[str] = []

    def confirm(self, answer: bool) -> Callable[[str], bool]:
        return lambda question: self.questions.append(question) or answer  # type: ignore[func-returns-value]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()

    def start(sfn: Any, deployed: Deployed, *, run: str) -> str:
        made.restored.append(run)
        return BACK

    def read(s3: Any, deployed: Deployed, *, run: str) -> Report:
        assert run == "back-1"
        return Report(run=run, promoted=True, reason=REASON, default="ease", contestants=[])

    screen.console.cache_clear()
    monkeypatch.setattr(rolling_back, "serving_run", lambda cloud, deployed: made.record)
    monkeypatch.setattr(runs, "start_restoration", start)
    monkeypatch.setattr(following, "follow", lambda observer, every: made.ended)
    monkeypatch.setattr(results, "read_report", read)
    return made


@pytest.fixture
def roll_back(steps: Steps, played: Any, deployed: Deployed) -> Callable[..., None]:
    def call(to: str | None = None, *, yes: bool = False, answer: bool = True) -> None:
        cloud = played(stepfunctions=None, s3=None)
        rolling_back.roll_back(cloud, deployed, to=to, yes=yes, confirm=steps.confirm(answer))

    return call


def test_the_former_run_serves_again_once_a_person_has_said_so(
    steps: Steps, roll_back: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    roll_back()
    assert (steps.restored, steps.questions) == (["r1"], ["Go back to it?"])
    said = capsys.readouterr().out
    assert said.startswith("The run r1 is to serve again, with the contestants and the data that it had.\n")
    assert said.endswith(f"{REASON}\n")


def test_a_person_who_says_no_changes_nothing(
    steps: Steps, roll_back: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    roll_back(answer=False)
    assert steps.restored == []
    assert capsys.readouterr().out.endswith("Nothing was changed.\n")


def test_another_run_can_be_named_whatever_serves_and_the_question_left_out(
    steps: Steps, roll_back: Callable[..., None]
) -> None:
    steps.record = None
    roll_back("r0", yes=True)
    assert (steps.restored, steps.questions) == (["r0"], [])


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (None, "No run serves yet, so there is nothing to go back from"),
        ({"runId": "r1", "formerRunId": None}, "Before the run r1 no run served. Name one with --to"),
        ({"runId": "r1"}, "Before the run r1 no run served"),
    ],
)
def test_where_there_is_no_former_run_it_says_so(
    steps: Steps, roll_back: Callable[..., None], record: dict[str, Any] | None, said: str
) -> None:
    steps.record = record
    with pytest.raises(RunError, match=said):
        roll_back()
    assert steps.restored == []


def test_what_cannot_serve_again_is_told_in_the_runs_words(steps: Steps, roll_back: Callable[..., None]) -> None:
    problem = "The run r1 cannot serve again. ease: It could not be staged: Could not find model."
    steps.ended = Progress(status="FAILED", state="", seconds=1.0, contestants=[], problem=problem)
    with pytest.raises(RunError, match="The run failed: The run r1 cannot serve again"):
        roll_back()
