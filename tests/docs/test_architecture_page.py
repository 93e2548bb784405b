"""docs/architecture.md names every room, stack, function, job, state and table, and no function or job that is gone."""

import re
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb

from tests.docs.conftest import Built

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def packages(folder: str) -> list[str]:
    """The rooms inside a room: its folders and files of Python."""
    found = [path for path in (ROOT / folder).iterdir() if (path / "__init__.py").is_file() or path.suffix == ".py"]
    return sorted(f"{folder}/{path.name}{'/' if path.is_dir() else ''}" for path in found if path.name[:2] != "__")


def folders(room: str) -> list[str]:
    return sorted(path.name for path in (ROOT / room).iterdir() if any(path.glob("*.py")) and path.name[:2] != "__")


@pytest.mark.parametrize("room", [*packages("stacks"), *packages("bakeoff")])
def test_every_room_is_on_the_page(room: str) -> None:
    helpers = {"stacks/acknowledge.py", "stacks/artefacts.py", "stacks/grants.py", "stacks/names.py"}
    assert f"`{room}`" in PAGE or room in helpers


@pytest.mark.parametrize("room", ["lambdas", "sagemaker_jobs"])
def test_every_function_and_job_is_on_the_page_and_no_other(room: str) -> None:
    header = {"lambdas": "| function | for |", "sagemaker_jobs": "| job | SageMaker job | image |"}[room]
    table = PAGE.partition(header)[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == folders(room)


def test_every_state_of_a_run_is_on_the_page(built: Built) -> None:
    # Choices and marks, which the diagram draws as labels of its arrows.
    small = {"Begin", "Note that they are loaded", "Look for items and histories", "Done"}
    named = {name for name in built.states if not name.endswith("?")} - small
    assert "Prepare data" in named
    assert {name for name in named if name not in PAGE} == set()


def test_every_stack_and_table_is_on_the_page(built: Built) -> None:
    stacks = [child for child in built.app.node.children if isinstance(child, Stack)]
    names = {stack.stack_name.replace("local", "<env>") for stack in stacks}
    tables = {
        child.node.id.lower() for stack in stacks for child in stack.node.children if isinstance(child, dynamodb.Table)
    }
    assert len(names) == 3
    assert tables == {"runs", "items", "histories", "lists"}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    assert {name for name in tables if f"`bakeoff-<env>-{name}`" not in PAGE} == set()
