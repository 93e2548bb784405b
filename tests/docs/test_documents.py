"""The documents are true: every task, command, contestant and error in the code is in them, and the other way round."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bakeoff import errors
from bakeoff.command_line.app import app
from bakeoff.config import load_config

CHECKOUT = Path(__file__).parent.parent.parent
DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]


def read(name: str) -> str:
    return (CHECKOUT / name).read_text()


def make_targets() -> set[str]:
    """What `make help` lists."""
    done = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE))


def commands() -> set[str]:
    """Every command of the command line, a group's as ``group command``."""
    found = set()
    top = typer.main.get_command(app)
    assert isinstance(top, TyperGroup)
    for name, command in top.commands.items():
        if isinstance(command, TyperGroup):
            found |= {f"{name} {inner}" for inner in command.commands}
        else:
            found.add(name)
    return found


def test_every_task_is_explained_by_make_help_and_named_in_the_readme() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == make_targets()
    assert set(re.findall(r"\bmake ([a-z-]+)", read("README.md"))) == make_targets()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_task_that_is_not_there(path: Path) -> None:
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", path.read_text(), re.MULTILINE))
    assert {one or other for one, other in named} <= make_targets()


def test_the_command_lines_page_has_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| `([a-z ]+)` \|", read("docs/command_line.md"), re.MULTILINE)
    assert sorted(listed) == sorted(commands())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_command_that_is_not_there(path: Path) -> None:
    known = {name.split()[0] for name in commands()} | {"--debug", "COMMAND"}
    named = re.findall(r"python -m bakeoff ([A-Za-z-]+)", path.read_text())
    assert set(named) <= known


def test_the_contestants_page_has_the_catalogue_and_nothing_else() -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", read("docs/contestants.md"), re.MULTILINE)
    assert listed == [contestant.name for contestant in load_config("local").contestants]


def test_the_errors_page_has_every_error_of_the_tree() -> None:
    listed = re.findall(r"^\| `([A-Za-z]+)` \|", read("docs/errors.md"), re.MULTILINE)
    tree = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert listed == tree


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", path.read_text()) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_code_letters_exists(path: Path) -> None:
    rooms = "bakeoff|bench|config|docs|lambdas|local_cloud|sagemaker_jobs|stacks|tests"
    named = re.findall(rf"`((?:{rooms})/[A-Za-z0-9_./-]*)`", path.read_text())
    assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_the_pinned_cdk_is_the_one_in_the_lock_file_which_names_no_registry() -> None:
    lock = read("package-lock.json")
    assert json.loads(read("package.json"))["devDependencies"] == {"aws-cdk": "2.1148.1"}
    assert '"version": "2.1148.1"' in lock
    assert "resolved" not in lock
    assert "://" not in lock


def test_every_direct_requirement_is_pinned_as_the_constraints_say() -> None:
    pins = dict(line.split("==") for line in read("constraints.txt").splitlines() if "==" in line)
    pins = {name.lower(): version for name, version in pins.items()}
    for name in ("requirements.txt", "requirements-deploy.txt", "requirements-dev.txt"):
        lines = [re.sub(r"\[\w+\]", "", line) for line in read(name).splitlines()]
        direct = [line.split("==") for line in lines if line and line[0] not in "#-"]
        assert {package: version for package, version in direct if pins.get(package.lower()) != version} == {}
