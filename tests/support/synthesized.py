"""What a synth wrote, in words that tests can ask: templates, policies, the definitions of state machines."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
STACKS = ("data", "training", "serving")


def text(value: Any) -> str:
    """An intrinsic function as one string: ``${LogicalId}`` for a Ref, ``${LogicalId.Arn}`` for a GetAtt."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(pattern)}:
            return pattern
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
    raise AssertionError(f"no text can be made of {value}")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, its resources as text."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Any]

    @classmethod
    def read(cls, statement: Mapping[str, Any]) -> "Statement":
        return cls(
            statement["Effect"],
            tuple(as_list(statement["Action"])),
            tuple(text(resource) for resource in as_list(statement["Resource"])),
            statement.get("Condition", {}),
        )


@dataclass(frozen=True)
class Synthesized:
    """One environment's assembly, with the engine that prepares its data."""

    environment: str
    region: str
    folder: Path
    engine: str

    @property
    def prefix(self) -> str:
        return f"bakeoff-{self.environment}"

    def path(self, stack: str) -> Path:
        return self.folder / f"{self.prefix}-{stack}.template.json"

    def template(self, stack: str) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.path(stack).read_text())
        return read

    def resources(self, kind: str, *stacks: str) -> dict[str, Resource]:
        """By logical id, the resources of a type such as ``AWS::S3::Bucket``."""
        return {
            name: resource
            for stack in stacks or STACKS
            for name, resource in self.template(stack)["Resources"].items()
            if resource["Type"] == kind
        }

    def statements(self, role: str) -> list[Statement]:
        """What the policies of a role, named by its logical id, allow or deny."""
        documents = [
            policy["Properties"]["PolicyDocument"]
            for policy in self.resources("AWS::IAM::Policy").values()
            if {"Ref": role} in policy["Properties"]["Roles"]
        ]
        return [Statement.read(one) for document in documents for one in document["Statement"]]

    def functions(self) -> dict[str, Resource]:
        """By folder in ``lambdas/``, what is deployed of it; with its logical id as ``LogicalId``."""
        return {
            self._without_prefix(one["Properties"]["FunctionName"]).replace("-", "_"): {**one, "LogicalId": name}
            for name, one in self.resources("AWS::Lambda::Function").items()
        }

    def machines(self) -> dict[str, "Machine"]:
        """By name without the prefix: ``run`` and its children."""
        found = [one["Properties"] for one in self.resources("AWS::StepFunctions::StateMachine").values()]
        return {
            self._without_prefix(one["StateMachineName"]): Machine(
                json.loads(text(one["DefinitionString"])), role=role_of(one["RoleArn"])
            )
            for one in found
        }

    def _without_prefix(self, name: str) -> str:
        assert name.startswith(f"{self.prefix}-")
        return name.removeprefix(f"{self.prefix}-")


def role_of(arn: Any) -> str:
    """The logical id of the role that an ARN is of."""
    found = re.fullmatch(r"\$\{(\w+)\.Arn\}", text(arn))
    assert found is not None, f"{arn} is no role of this stack"
    return found[1]


@dataclass(frozen=True)
class Scope:
    """States that can name each other: those of a machine, or of a Map's item processor."""

    name: str
    start: str
    states: Mapping[str, dict[str, Any]]
    outer: "Scope | None"


@dataclass(frozen=True)
class Machine:
    definition: dict[str, Any]
    role: str

    def scopes(self) -> list[Scope]:
        return list(_scopes("the machine", self.definition, None))

    def states(self) -> list[tuple[str, dict[str, Any]]]:
        """Every state, those inside of Maps too."""
        return [pair for scope in self.scopes() for pair in scope.states.items()]

    def tasks(self) -> list[tuple[str, dict[str, Any]]]:
        """(resource without ``arn:aws:states:::``, arguments) of every task."""
        return [
            (state["Resource"].removeprefix("arn:aws:states:::"), state["Arguments"])
            for _, state in self.states()
            if state["Type"] == "Task"
        ]


def _scopes(name: str, definition: Mapping[str, Any], outer: Scope | None) -> Iterator[Scope]:
    scope = Scope(name, definition["StartAt"], definition["States"], outer)
    yield scope
    for inner, state in scope.states.items():
        if state["Type"] == "Map":
            yield from _scopes(inner, state["ItemProcessor"], scope)


def ways_on(state: Mapping[str, Any]) -> list[str]:
    """The states that may come next."""
    choices = [way["Next"] for way in state.get("Choices", [])]
    caught = [way["Next"] for way in state.get("Catch", [])]
    return [*choices, *caught, *(state[key] for key in ("Next", "Default") if key in state)]


def expressions(value: Any) -> Iterator[str]:
    """Every JSONata expression in a state, without its brackets."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)
    elif isinstance(value, str) and value.startswith("{%"):
        yield value.removeprefix("{%").removesuffix("%}").strip()
