"""Starting and following runs, with Step Functions played."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.following import changes, follow, progress_table, progress_title
from bakeoff.command_line.runs import (
    Contestant,
    Observer,
    Progress,
    chosen_contestants,
    execution_arn,
    failure_reason,
    latest_run,
    require_latest,
    require_success,
    run_id,
    start_restoration,
    start_run,
    trained,
)
from bakeoff.config import Config, load_config
from bakeoff.errors import RunError

BEGAN = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
RUN = "arn:aws:states:us-east-1:123456789012:execution:run:r1"


@dataclass
class StepFunctions:
    """Executions by ARN as DescribeExecution tells them, and the states that each has entered."""

    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    entered: dict[str, list[str]] = field(default_factory=dict)
    started: list[dict[str, Any]] = field(default_factory=list)
    described: list[str] = field(default_factory=list)

    def add(self, machine: str, name: str, *, status: str = "RUNNING", order: Any = None, **rest: Any) -> str:
        arn = f"arn:aws:states:us-east-1:123456789012:execution:{machine}:{name}"
        described = {"executionArn": arn, "name": name, "status": status, "startDate": BEGAN, **rest}
        self.executions[arn] = {**described, "input": json.dumps(order or {})}
        return arn

    def start_execution(self, **request: Any) -> dict[str, str]:
        self.started.append(request)
        return {"executionArn": self.add("run", request["name"], order=json.loads(request["input"]))}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        self.described.append(executionArn)
        return self.executions[executionArn]

    def list_executions(self, *, stateMachineArn: str, maxResults: int) -> dict[str, Any]:  # noqa: N803
        machine = stateMachineArn.rpartition(":")[2]
        return {"executions": [one for arn, one in self.executions.items() if f":{machine}:" in arn]}

    def get_execution_history(self, *, executionArn: str, **options: Any) -> dict[str, Any]:  # noqa: N803
        assert options["reverseOrder"] is True
        names = self.entered.get(executionArn, [])
        entered = [{"stateEnteredEventDetails": {"name": name}} for name in reversed(names)]
        return {"events": [{"type": "TaskScheduled"}, *entered]}


def observer(sfn: StepFunctions, deployed: Deployed, expected: tuple[str, ...] = ("ease", "content")) -> Observer:
    return Observer(sfn=sfn, deployed=deployed, arn=RUN, expected=expected)


def test_a_run_is_given_contestants_and_data_set_under_a_name_of_its_own(deployed: Deployed) -> None:
    sfn = StepFunctions()
    first = start_run(sfn, deployed, contestants=["ease"], dataset="ml-100k")
    second = start_run(sfn, deployed, contestants=["ease"], dataset="ml-100k")
    assert sfn.started[0]["stateMachineArn"] == deployed.run_machine
    assert json.loads(sfn.started[0]["input"]) == {"contestants": ["ease"], "dataset": "ml-100k"}
    assert first != second
    assert execution_arn(deployed, run_id(first)) == first


def test_a_run_may_leave_the_other_splits_out(deployed: Deployed) -> None:
    sfn = StepFunctions()
    start_run(sfn, deployed, contestants=["ease"], dataset="ml-100k", other_splits=False)
    [started] = sfn.started
    assert json.loads(started["input"]) == {"contestants": ["ease"], "dataset": "ml-100k", "compareSplits": []}


def test_the_newest_run_is_none_that_another_run_started_for_another_split(deployed: Deployed) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r0")
    later = {"startDate": BEGAN + timedelta(seconds=9)}
    arn = sfn.add("run", "r1", startDate=BEGAN + timedelta(seconds=1))
    sfn.add("run", "r1-global_time", order={"split": "global_time", "onlyCompare": True}, **later)
    assert latest_run(sfn, deployed) == arn
    assert require_latest(sfn, deployed) == "r1"
    del sfn.executions[arn], sfn.executions[RUN.replace("r1", "r0")]
    assert latest_run(sfn, deployed) is None


def test_what_a_person_decides_goes_along_and_only_then(deployed: Deployed) -> None:
    sfn = StepFunctions()
    start_run(sfn, deployed, contestants=["ease", "content"], dataset="d", default="content", promote=True)
    order = {"contestants": ["ease", "content"], "dataset": "d", "default": "content", "promote": True}
    assert json.loads(sfn.started[0]["input"]) == order
    with pytest.raises(RunError, match=r"The run's default cannot be als: the run has ease, content\."):
        start_run(sfn, deployed, contestants=["ease", "content"], dataset="d", default="als")
    assert len(sfn.started) == 1


def test_a_restoration_is_an_execution_of_the_same_machine(deployed: Deployed) -> None:
    sfn = StepFunctions()
    arn = start_restoration(sfn, deployed, run="r0")
    assert sfn.started[0]["stateMachineArn"] == deployed.run_machine
    assert json.loads(sfn.started[0]["input"]) == {"restore": "r0"}
    assert execution_arn(deployed, run_id(arn)) == arn


def test_without_names_the_demo_list_is_trained_and_all_means_all(config: Config) -> None:
    everyone = [contestant.name for contestant in config.contestants]
    assert chosen_contestants(config, []) == list(config.demo)
    assert chosen_contestants(config, ["all"]) == everyone
    assert chosen_contestants(config, ["ease", "content", "ease"]) == ["ease", "content"]
    with pytest.raises(RunError, match=r"No contestant is called eese or bert\. There are .*ease.*, and 'all'"):
        chosen_contestants(config, ["eese", "ease", "bert"])


def test_tells_the_state_that_each_contestant_is_in(deployed: Deployed) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r1", stopDate=BEGAN + timedelta(seconds=90))
    sfn.entered[RUN] = ["Plan the run", "Contestants"]
    ours = sfn.add("sagemaker", "r1-ease", order={"name": "ease", "runId": "r1"})
    sfn.entered[ours] = ["Take the order", "Train"]
    sfn.add("sagemaker", "r0-content", order={"name": "content", "runId": "r0"})

    progress = observer(sfn, deployed).look()

    assert (progress.status, progress.state, progress.seconds) == ("RUNNING", "Contestants", 90.0)
    assert [(one.name, one.status, one.state) for one in progress.contestants] == [
        ("ease", "RUNNING", "Train"),
        ("content", "WAITING", "Waits for its turn"),
    ]


def test_a_state_is_remembered_where_the_newest_events_name_none(deployed: Deployed) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r1")
    sfn.entered[RUN] = ["Measure latency"]
    watching = observer(sfn, deployed, ())
    watching.look()
    sfn.entered[RUN] = []
    assert watching.look().state == "Measure latency"


def test_a_contestant_that_has_ended_and_other_runs_are_not_asked_for_again(deployed: Deployed) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r1")
    done = sfn.add("personalize", "r1-ease", status="SUCCEEDED", order={"name": "ease", "runId": "r1"})
    other = sfn.add("sagemaker", "r0-ease", order={"name": "ease", "runId": "r0"})
    watching = observer(sfn, deployed, ("ease",))
    watching.look()
    sfn.described.clear()
    assert [one.state for one in watching.look().contestants] == ["Trained, lists written"]
    assert done not in sfn.described
    assert other not in sfn.described


def test_a_failed_contestant_is_told_with_its_reason(deployed: Deployed) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r1", status="SUCCEEDED", stopDate=BEGAN)
    order = {"name": "ease", "runId": "r1"}
    sfn.add("sagemaker", "r1-ease", status="FAILED", order=order, cause="TrainingJob j: out of memory", error="E")
    progress = observer(sfn, deployed, ("ease",)).look()
    assert progress.has_ended
    assert [one.state for one in progress.contestants] == ["TrainingJob j: out of memory"]


@pytest.mark.parametrize(
    ("execution", "reason"),
    [
        ({"status": "RUNNING"}, ""),
        ({"status": "SUCCEEDED", "cause": "no"}, ""),
        ({"status": "FAILED", "cause": "plain words", "error": "E"}, "plain words"),
        ({"status": "FAILED", "error": "States.Timeout"}, "States.Timeout"),
        ({"status": "TIMED_OUT"}, "timed out"),
        ({"status": "FAILED", "cause": json.dumps({"Cause": json.dumps({"FailureReason": "deep"})})}, "deep"),
        (
            {"status": "FAILED", "cause": json.dumps({"errorMessage": "from a Lambda", "errorType": "X"})},
            "from a Lambda",
        ),
        ({"status": "FAILED", "cause": json.dumps({"other": 1})}, '{"other": 1}'),
        (
            {"status": "FAILED", "cause": json.dumps({"ExitMessage": "own words", "FailureReason": "see logs"})},
            "own words",
        ),
        ({"status": "FAILED", "cause": "[1]"}, "[1]"),
        ({"status": "FAILED", "cause": "{cut"}, "{cut"),
    ],
)
def test_the_reason_of_a_failure_is_the_innermost_one(execution: dict[str, Any], reason: str) -> None:
    assert failure_reason(execution) == reason


def test_the_newest_run_is_the_one_that_started_last(deployed: Deployed) -> None:
    sfn = StepFunctions()
    with pytest.raises(RunError, match="There was no run yet"):
        require_latest(sfn, deployed)
    sfn.add("run", "old")
    new = sfn.add("run", "new")
    sfn.executions[new]["startDate"] = BEGAN + timedelta(hours=1)
    assert latest_run(sfn, deployed) == new
    assert require_latest(sfn, deployed) == "new"


PROGRESS = Progress(
    status="RUNNING",
    state="Contestants",
    seconds=65.0,
    contestants=[
        Contestant(name="ease", status="RUNNING", state="Train", seconds=12.0),
        Contestant(name="content", status="WAITING", state="Waits for its turn", seconds=None),
    ],
    problem="",
)


def test_a_run_that_failed_is_an_error_with_every_reason() -> None:
    require_success(replace(PROGRESS, status="SUCCEEDED"))
    failed = [Contestant(name="ease", status="FAILED", state="out of memory", seconds=1.0), PROGRESS.contestants[1]]
    with pytest.raises(RunError, match=r"The run failed: nobody is healthy\n  ease: out of memory$"):
        require_success(replace(PROGRESS, status="FAILED", problem="nobody is healthy", contestants=failed))


def test_plain_output_has_one_line_for_each_change() -> None:
    shown: dict[str, str] = {}
    assert changes(PROGRESS, shown) == ["  1 min 05 s  run: Contestants", "        12 s  ease: Train"]
    assert changes(PROGRESS, shown) == []
    later = replace(PROGRESS.contestants[0], state="Write lists", seconds=30.0)
    assert changes(replace(PROGRESS, contestants=[later, PROGRESS.contestants[1]]), shown) == [
        "        30 s  ease: Write lists"
    ]


def test_the_live_table_has_contestant_state_and_elapsed_time() -> None:
    table = progress_table(PROGRESS)
    assert progress_title(PROGRESS) == "Run: Contestants, 1 min 05 s"
    assert [list(column.cells) for column in table.columns] == [
        ["ease", "content"],
        ["Train", "Waits for its turn"],
        ["12 s", ""],
    ]


def test_looks_again_until_the_run_has_ended(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    sfn = StepFunctions()
    sfn.add("run", "r1", stopDate=BEGAN)
    sfn.entered[RUN] = ["Prepare data"]
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        sfn.executions[RUN]["status"] = "SUCCEEDED"

    assert follow(observer(sfn, deployed, ()), every=7.0, pause=pause).status == "SUCCEEDED"
    assert pauses == [7.0]
    assert capsys.readouterr().out.split("\n") == [
        "         0 s  run: Prepare data",
        "         0 s  run: ended well",
        "",
    ]


def test_no_execution_is_expected_of_a_blend() -> None:
    assert trained(load_config("local"), ["ease", "blend", "als"]) == ["ease", "als"]
