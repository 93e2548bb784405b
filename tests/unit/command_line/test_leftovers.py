"""Finding and removing what runs made outside of CloudFormation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bakeoff.command_line import leftovers
from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.leftovers import find_leftovers, remove_leftovers, stop_runs
from bakeoff.errors import CloudError

OURS = {"bakeoff:environment": "local"}


@dataclass
class Made:
    """Resources by listing operation: name to tags; a deletion takes effect after `lag` further listings."""

    named: dict[str, dict[str, dict[str, str]]]
    shape: dict[str, tuple[str, str, str]]
    lag: int = 0
    deleted: list[str] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "Made":
        self.operation = operation
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        entries, label, arn = self.shape[self.operation]
        if self.deleted and self.lag > 0:
            self.lag -= 1
        elif self.deleted:
            self.named[self.operation] = {
                name: tags for name, tags in self.named[self.operation].items() if name not in self.deleted
            }
        return [{entries: [{label: name, arn: name} for name in self.named.get(self.operation, {})]}]

    def tags(self, arn: str) -> dict[str, str]:
        return next(listed[arn] for listed in self.named.values() if arn in listed)

    def list_tags(self, *, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags(ResourceArn).items()]}

    def list_tags_for_resource(self, *, resourceArn: str) -> dict[str, Any]:  # noqa: N803
        return {"tags": [{"tagKey": key, "tagValue": value} for key, value in self.tags(resourceArn).items()]}

    def __getattr__(self, operation: str) -> Callable[..., None]:
        if not operation.startswith("delete_"):
            raise AttributeError(operation)
        return lambda **request: self.deleted.append(*request.values())


def made(service: str, named: dict[str, dict[str, dict[str, str]]], lag: int = 0) -> Made:
    shape = {
        kind.paginator: (kind.entries, kind.label, kind.arn) for kind in leftovers.KINDS if kind.service == service
    }
    return Made(named={**{operation: {} for operation in shape}, **named}, shape=shape, lag=lag)


def cloud_with(played: Callable[..., Cloud], *, lag: int = 0) -> tuple[Cloud, Made, Made]:
    sagemaker = made(
        "sagemaker",
        {
            "list_endpoints": {"bakeoff-local-ease-1": OURS, "someone-elses": OURS},
            "list_models": {"bakeoff-local-ease-m": OURS, "bakeoff-local-2-x": {"bakeoff:environment": "local-2"}},
        },
        lag,
    )
    personalize = made("personalize", {"list_campaigns": {"bakeoff-local-pop-1": OURS, "bakeoff-local-b": {}}})
    return played(sagemaker=sagemaker, personalize=personalize), sagemaker, personalize


def test_finds_by_prefix_and_tag_so_that_nobody_elses_is_touched(played: Callable[..., Cloud]) -> None:
    cloud, _, _ = cloud_with(played)
    assert find_leftovers(cloud) == [
        "endpoint bakeoff-local-ease-1",
        "model bakeoff-local-ease-m",
        "campaign bakeoff-local-pop-1",
    ]


def test_removes_each_kind_and_waits_until_it_has_gone(played: Callable[..., Cloud]) -> None:
    cloud, sagemaker, personalize = cloud_with(played, lag=2)
    told: list[str] = []
    pauses: list[float] = []
    remove_leftovers(cloud, told=told.append, every=5.0, pause=pauses.append)
    assert find_leftovers(cloud) == []
    assert told == [
        "Deleting endpoint bakeoff-local-ease-1",
        "Deleting model bakeoff-local-ease-m",
        "Deleting campaign bakeoff-local-pop-1",
    ]
    assert sagemaker.deleted == ["bakeoff-local-ease-1", "bakeoff-local-ease-m"]
    assert personalize.deleted == ["bakeoff-local-pop-1"]
    assert len(pauses) > len(told)


def test_what_does_not_go_is_named_after_half_an_hour(played: Callable[..., Cloud]) -> None:
    cloud, _, _ = cloud_with(played, lag=10_000)
    with pytest.raises(CloudError, match="Still there after 30 minutes: endpoint bakeoff-local-ease-1"):
        remove_leftovers(cloud, told=lambda line: None, every=60.0, pause=lambda seconds: None)


def test_stops_the_runs_that_are_under_way(played: Callable[..., Cloud]) -> None:
    class StepFunctions:
        def __init__(self) -> None:
            self.stopped: list[str] = []

        def get_paginator(self, operation: str) -> "StepFunctions":
            assert operation == "list_executions"
            return self

        def paginate(self, *, stateMachineArn: str, statusFilter: str) -> list[dict[str, Any]]:  # noqa: N803
            assert (stateMachineArn, statusFilter) == ("run-machine", "RUNNING")
            return [{"executions": [{"executionArn": "a", "name": "r1"}]}, {"executions": []}]

        def stop_execution(self, *, executionArn: str, cause: str) -> None:  # noqa: N803
            self.stopped.append(executionArn)

    sfn = StepFunctions()
    assert stop_runs(played(stepfunctions=sfn), ["run-machine"]) == ["r1"]
    assert sfn.stopped == ["a"]
