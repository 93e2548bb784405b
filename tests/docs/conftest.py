"""The app, built once with each engine for the pages that are compared with what is deployed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnResource

from app import build_app
from stacks import acknowledge
from stacks.constructs import workflow
from stacks.workflow import run as run_machine


@dataclass(frozen=True, kw_only=True)
class Built:
    """What the app is made of.

    Args:
        app: built, not synthesised, with the configured engine.
        types: the CloudFormation types of its resources, with either engine.
        accepted: rule and reason of every finding of cdk-nag that is accepted.
        states: of the run's state machine, by name.
    """

    app: App
    types: set[str]
    accepted: set[tuple[str, str]]
    states: dict[str, Any]


class _Acknowledgements:
    """Stands in for the CDK's `Validations`, and notes what is accepted."""

    def __init__(self, accepted: set[tuple[str, str]]) -> None:
        self._accepted = accepted

    def of(self, construct: Any) -> "_Acknowledgements":
        return self

    def acknowledge(self, acknowledgment: Any) -> None:
        self._accepted.add((acknowledgment.id.partition("[")[0], acknowledgment.reason))


@pytest.fixture(scope="session")
def built() -> Built:
    accepted: set[tuple[str, str]] = set()
    states: dict[str, Any] = {}

    def noted(*arguments: Any) -> dict[str, Any]:
        definition = run_machine.run(*arguments)
        states.update(definition["States"])
        return definition

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workflow, "run", noted)
        patch.setattr(acknowledge, "Validations", _Acknowledgements(accepted))
        app, on_spark = build_app(check=False), build_app(App(context=_context(engine="spark")), check=False)
    types = {
        node.cfn_resource_type
        for built_app in (app, on_spark)
        for node in built_app.node.find_all()
        if isinstance(node, CfnResource)
    }
    return Built(app=app, types=types, accepted=accepted, states=states)


def _context(**choices: str) -> dict[str, Any]:
    context: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())["context"]
    return {**context, **choices}
