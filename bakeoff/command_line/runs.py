"""Starts a run of the state machine and tells how far each contestant is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from bakeoff.command_line.deployed import Deployed
from bakeoff.config import Config
from bakeoff.contracts.catalogue import BLEND
from bakeoff.errors import RunError

ALL = "all"
# Where a description says why: an execution, a processing job's own words, any job, a function.
_REASONS = ("Cause", "ExitMessage", "FailureReason", "errorMessage")
_ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


def chosen_contestants(config: Config, asked: Sequence[str]) -> list[str]:
    """The contestants of a run: those asked for, ``all`` of the catalogue, or the configuration's demo list.

    Raises:
        RunError: a name is no contestant; with those that are.
    """
    if not asked:
        return list(config.demo)
    known = [contestant.name for contestant in config.contestants]
    if list(asked) == [ALL]:
        return known
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise RunError(f"No contestant is called {' or '.join(unknown)}. There are {', '.join(known)}, and '{ALL}'.")
    return list(dict.fromkeys(asked))


def trained(config: Config, names: Sequence[str]) -> list[str]:
    """Those of the contestants that a run starts an execution for: a blend is made of the others' lists."""
    blends = {contestant.name for contestant in config.contestants if contestant.kind == BLEND}
    return [name for name in names if name not in blends]


def start_run(
    sfn: Any,
    deployed: Deployed,
    *,
    contestants: Sequence[str],
    dataset: str,
    default: str | None = None,
    promote: bool = False,
    other_splits: bool = True,
) -> str:
    """Start a run on the raw data below ``raw/<dataset>/``; the ARN of its execution, whose name is the run's id.

    Args:
        default: the contestant that is to be the run's default; None for the configured choice.
        promote: a person wants a healthy run to serve, whatever the comparison with what serves says.
        other_splits: whether it compares on the other splits of the configuration too.

    Raises:
        RunError: `default` is none of `contestants`.
    """
    if default is not None and default not in contestants:
        raise RunError(f"The run's default cannot be {default}: the run has {', '.join(contestants)}.")
    order: dict[str, Any] = {"contestants": list(contestants), "dataset": dataset}
    order |= ({"default": default} if default else {}) | ({"promote": True} if promote else {})
    order |= {} if other_splits else {"compareSplits": []}
    return _start(sfn, deployed, order)


def start_restoration(sfn: Any, deployed: Deployed, *, run: str) -> str:
    """Start what lets the former run `run` serve again; the ARN of its execution."""
    return _start(sfn, deployed, {"restore": run})


def _start(sfn: Any, deployed: Deployed, order: dict[str, Any]) -> str:
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"
    started = sfn.start_execution(stateMachineArn=deployed.run_machine, name=name, input=json.dumps(order))
    arn: str = started["executionArn"]
    return arn


def run_id(execution_arn: str) -> str:
    return execution_arn.rpartition(":")[2]


def execution_arn(deployed: Deployed, run: str) -> str:
    """The ARN of the execution of the run with this id."""
    return f"{deployed.run_machine.replace(':stateMachine:', ':execution:')}:{run}"


def latest_run(sfn: Any, deployed: Deployed) -> str | None:
    """The ARN of the newest run, None where there was none; what compares on another split or restores is not one."""
    listed = sfn.list_executions(stateMachineArn=deployed.run_machine, maxResults=100)["executions"]
    newest_first = sorted(listed, key=lambda execution: execution["startDate"], reverse=True)
    return next((one["executionArn"] for one in newest_first if _is_run(sfn, one["executionArn"])), None)


def _is_run(sfn: Any, arn: str) -> bool:
    order = json.loads(sfn.describe_execution(executionArn=arn).get("input") or "{}")
    return not order.get("onlyCompare") and not order.get("restore")


def require_latest(sfn: Any, deployed: Deployed) -> str:
    """The id of the newest run.

    Raises:
        RunError: there was none.
    """
    arn = latest_run(sfn, deployed)
    if arn is None:
        raise RunError("There was no run yet. Start one: python -m bakeoff run")
    return run_id(arn)


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """How far one contestant of a run is.

    Args:
        name: of the contestant.
        status: of its execution, as Step Functions says it; ``WAITING`` before there is one.
        state: the sentence that names the state it is in; its failure's reason once it failed.
        seconds: since its execution started, to its end or until now.
    """

    name: str
    status: str
    state: str
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is."""

    status: str
    state: str
    seconds: float
    contestants: list[Contestant]
    problem: str

    @property
    def has_ended(self) -> bool:
        return self.status in _ENDED


def require_success(progress: Progress) -> None:
    """Go on only when the run ended well.

    Raises:
        RunError: it did not; with its reason and those of the contestants that failed.
    """
    if progress.status == "SUCCEEDED":
        return
    failed = [
        f"\n  {one.name}: {one.state}" for one in progress.contestants if one.status not in ("SUCCEEDED", "WAITING")
    ]
    raise RunError(f"The run {progress.status.lower().replace('_', ' ')}: {progress.problem}{''.join(failed)}")


@dataclass(kw_only=True)
class Observer:
    """Looks at a run again and again; remembers what cannot change any more.

    Args:
        sfn: a Step Functions client.
        deployed: the environment.
        arn: the run's execution.
        expected: the contestants that the run was asked for, in order.
    """

    sfn: Any
    deployed: Deployed
    arn: str
    expected: Sequence[str]
    _ours: dict[str, str | None] = field(default_factory=dict)
    _ended: dict[str, Contestant] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)

    def look(self) -> Progress:
        """Ask Step Functions once."""
        run = self.sfn.describe_execution(executionArn=self.arn)
        found = {contestant.name: contestant for contestant in self._children(run["startDate"])}
        names = list(dict.fromkeys([*self.expected, *sorted(found)]))
        return Progress(
            status=run["status"],
            state=self._state(self.arn) if run["status"] == "RUNNING" else "",
            seconds=_seconds(run),
            contestants=[found.get(name, _waiting(name)) for name in names],
            problem=failure_reason(run),
        )

    def _children(self, since: datetime) -> list[Contestant]:
        children = []
        for machine in self.deployed.contestant_machines:
            for execution in self.sfn.list_executions(stateMachineArn=machine, maxResults=100)["executions"]:
                name = self._contestant_of(execution, since)
                if name is not None:
                    children.append(self._child(name, execution))
        return children

    def _contestant_of(self, execution: dict[str, Any], since: datetime) -> str | None:
        """The contestant that `execution` trains for this run; None for another run's."""
        arn = execution["executionArn"]
        if arn not in self._ours:
            order: dict[str, Any] = {}
            if execution["startDate"] >= since:
                order = json.loads(self.sfn.describe_execution(executionArn=arn).get("input") or "{}")
            self._ours[arn] = order.get("name") if order.get("runId") == run_id(self.arn) else None
        return self._ours[arn]

    def _child(self, name: str, execution: dict[str, Any]) -> Contestant:
        arn = execution["executionArn"]
        if arn in self._ended:
            return self._ended[arn]
        described = self.sfn.describe_execution(executionArn=arn)
        status = described["status"]
        if status == "RUNNING":
            state = self._state(arn)
        else:
            state = "Trained, lists written" if status == "SUCCEEDED" else failure_reason(described)
        contestant = Contestant(name=name, status=status, state=state, seconds=_seconds(described))
        if status != "RUNNING":
            self._ended[arn] = contestant
        return contestant

    def _state(self, arn: str) -> str:
        """The name of the state entered last, as far as it is among the newest events; empty before the first."""
        try:
            history = self.sfn.get_execution_history(
                executionArn=arn, reverseOrder=True, maxResults=50, includeExecutionData=False
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return ""
            raise
        entered = (event.get("stateEnteredEventDetails") for event in history["events"])
        name = next((details["name"] for details in entered if details), self._states.get(arn, ""))
        self._states[arn] = name
        return name


def failure_reason(execution: dict[str, Any]) -> str:
    """Why an execution did not succeed, in the words of what failed; empty while it runs and when it succeeded."""
    if execution["status"] in ("RUNNING", "SUCCEEDED"):
        return ""
    words = innermost_cause(execution.get("cause") or "")
    return words or execution.get("error") or execution["status"].lower().replace("_", " ")


def innermost_cause(cause: str) -> str:
    """The sentence in a cause that is the description, in JSON, of the execution, job or function that failed."""
    try:
        described = json.loads(cause) if cause.startswith("{") else {}
    except ValueError:
        described = {}
    deeper = next((described[key] for key in _REASONS if isinstance(described.get(key), str)), None)
    return cause if deeper is None else innermost_cause(deeper)


def _waiting(name: str) -> Contestant:
    return Contestant(name=name, status="WAITING", state="Waits for its turn", seconds=None)


def _seconds(execution: dict[str, Any]) -> float:
    start: datetime = execution["startDate"]
    end: datetime = execution.get("stopDate") or datetime.now(start.tzinfo)
    return max(0.0, (end - start).total_seconds())
