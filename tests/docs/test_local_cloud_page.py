"""docs/local_cloud.md names what the local cloud plays, records and refuses, as the code has it."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from botocore import xform_name

from local_cloud.glue import Glue
from local_cloud.glue import options as glue_options
from local_cloud.personalize import Personalize
from local_cloud.personalize.recipes.registry import CURRENT, PLAYED, SUCCESSORS
from local_cloud.personalize.recommendations import NOT_PLAYED
from local_cloud.sagemaker import options
from local_cloud.sagemaker.service import SageMaker
from local_cloud.service import PlayedService, service_model
from tests.docs.conftest import Built

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "local_cloud.md").read_text()


def operations(service: type[PlayedService]) -> list[str]:
    """The operations that the class has a method for, one that takes the request and nothing else."""
    names = [name for model in service.model_names for name in service_model(model).operation_names]
    methods = {name: getattr(service, xform_name(name), None) for name in names}
    return [name for name, method in methods.items() if method and len(inspect.signature(method).parameters) == 2]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("title", "service"), [("SageMaker", SageMaker), ("Personalize", Personalize), ("Glue", Glue)])
def test_the_operations_on_the_page_are_those_that_are_played(title: str, service: type[PlayedService]) -> None:
    listed = re.search(r"^Operations played: (.*)\.$", section(title), re.MULTILINE)
    assert listed is not None
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(operations(service))


def test_the_options_with_particular_values_on_the_page_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| (.+) \|$", section("SageMaker"), re.MULTILINE)
    listed = {(operation, option): values for operation, option, values in rows}
    limited = {
        (operation, option): values
        for operation, played in options.PLAYED.items()
        for option, values in played.items()
        if values != options.ANY
    }
    assert listed.keys() == limited.keys()
    for where, values in limited.items():
        shown = re.findall(r"`([^`]+)`", listed[where])
        assert shown == [str(value) for value in values] or listed[where] == f"{values[0]} to {values[-1]}"


def test_the_particular_values_of_glue_on_the_page_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (`[^|]+`) \|$", section("Glue"), re.MULTILINE)
    played = glue_options.PLAYED_OF_A_RUN | glue_options.PLAYED_OF_A_JOB | glue_options.PLAYED_PARAMETERS
    limited = {name: [str(value) for value in values] for name, values in played.items() if values is not None}
    assert {name: re.findall(r"`([^`]+)`", values) for name, values in rows} == limited


@pytest.mark.parametrize("operation", sorted(options.RECORDED))
def test_the_options_that_are_only_recorded_are_those_of_the_code(operation: str) -> None:
    table = section("SageMaker").partition("Only recorded:")[2]
    row = re.search(rf"^\| `{operation}` \| (.+) \|$", table, re.MULTILINE)
    assert row is not None
    assert tuple(re.findall(r"`([\w.]+)`", row[1])) == options.RECORDED[operation]


@pytest.mark.parametrize("recipe", [*CURRENT, *SUCCESSORS])
def test_every_recipe_is_on_the_page_where_it_belongs(recipe: str) -> None:
    recipes, retired = re.findall(r"^(?:Recipes|Retired).*$", section("Personalize"), re.MULTILINE)
    played, _, refused = recipes.partition("refused for training: ")
    found = [
        name for name, text in (("played", played), ("refused", refused), ("retired", retired)) if f"`{recipe}`" in text
    ]
    assert found == ["played" if recipe in PLAYED else "refused" if recipe in CURRENT else "retired"]


def refused_options() -> set[str]:
    """The members that Personalize's refusals name: in their messages, and in the loops around them."""
    found = set(NOT_PLAYED)
    for path in (ROOT / "local_cloud" / "personalize").glob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and "NotPlayedError" in ast.dump(node):
                found |= words(node)
            if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) and "NotPlayedError" in ast.dump(node):
                found |= words(node.iter)
    return found


def words(node: ast.AST) -> set[str]:
    keys = {id(each.slice) for each in ast.walk(node) if isinstance(each, ast.Subscript)}
    constants = [each for each in ast.walk(node) if isinstance(each, ast.Constant) and id(each) not in keys]
    texts = [each.value for each in constants if isinstance(each.value, str)]
    return {word for text in texts for word in re.findall(r"\b[a-z]+[A-Z]\w*|\b[A-Z]+_[A-Z]+\b|\bdomain\b", text)}


def test_the_refused_options_are_found() -> None:
    assert {"kmsKeyArn", "performHPO", "promotions", "THEME_GENERATION", "metricAttribution"} <= refused_options()


@pytest.mark.parametrize("option", sorted(refused_options()))
def test_every_option_that_personalize_refuses_is_on_the_page(option: str) -> None:
    assert re.search(rf"\b{option}\b", section("Personalize"))


@pytest.mark.parametrize("seam", sorted(path.name for path in (ROOT / "local_cloud" / "seams").glob("[a-z]*.py")))
def test_every_seam_is_on_the_page(seam: str) -> None:
    assert f"`local_cloud/seams/{seam}`" in section("Seams")


def test_the_resource_types_on_the_page_are_those_of_the_stacks(built: Built) -> None:
    assert set(re.findall(r"`((?:AWS|Custom)::[\w:]+)`", PAGE)) == built.types - {"AWS::CDK::Metadata"}
