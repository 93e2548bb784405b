"""Who may import whom, where import-linter cannot look: folders of scripts, and rooms that no contract names."""

import ast
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bakeoff.shipping import LAMBDA_ROOMS

CHECKOUT = Path(__file__).parent.parent.parent
LAMBDA_LIBRARIES = {"bakeoff", "botocore", "urllib3"}
JOB_LIBRARIES = {"bakeoff", "numpy"}


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, the standard library's left out."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names)


@pytest.mark.parametrize(("room", "libraries"), [("lambdas", LAMBDA_LIBRARIES), ("sagemaker_jobs", JOB_LIBRARIES)])
def test_scripts_import_the_library_and_never_each_other(room: str, libraries: set[str]) -> None:
    files = sorted((CHECKOUT / room).rglob("*.py"))
    assert files
    # A script for Glue begins Spark's session itself.
    spark = {path: {"pyspark"} if path.match("*_on_spark.py") else set() for path in files}
    foreign = {str(path.relative_to(CHECKOUT)): imported(path) - libraries - spark[path] for path in files}
    assert {path: names for path, names in foreign.items() if names} == {}


@pytest.mark.parametrize("path", sorted((CHECKOUT / "lambdas").glob("*/*.py")), ids=lambda path: path.parent.name)
def test_a_lambda_folder_has_one_file_with_the_one_entry(path: Path) -> None:
    assert path.name == "handler.py"
    functions = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    assert "lambda_handler" in functions


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    listed: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return listed


def test_every_room_of_the_library_stands_in_a_contract() -> None:
    rooms = {
        f"bakeoff.{path.stem}"
        for path in (CHECKOUT / "bakeoff").iterdir()
        if not path.name.startswith("__") and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    named = {name for contract in contracts() for name in contract.get("source_modules", [])}
    assert rooms - named == {"bakeoff.command_line"}


def test_the_rooms_that_a_lambda_may_hold_are_those_of_the_contract() -> None:
    [lambdas] = [one for one in contracts() if one["name"].startswith("What goes into a Lambda")]
    assert set(lambdas["source_modules"]) == {"bakeoff.errors", *(f"bakeoff.{room}" for room in LAMBDA_ROOMS)}
