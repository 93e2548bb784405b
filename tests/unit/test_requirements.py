"""The requirement files: the nine packages are there, everything is pinned, and synth needs the deploy list only."""

import ast
import re
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
FILES = ["requirements.txt", "requirements-deploy.txt", "requirements-dev.txt"]
NINE = {"aws-cdk-lib", "constructs", "boto3", "sagemaker", "pandas", "scikit-learn", "torch", "moto", "pytest"}
# A distribution's name where it is not the package's.
PACKAGES = {"aws-cdk-lib": "aws_cdk", "cdk-nag": "cdk_nag"}


def lines(name: str) -> list[str]:
    text = (CHECKOUT / name).read_text()
    return [line.partition("#")[0].strip() for line in text.splitlines() if line.partition("#")[0].strip()]


def pins(name: str) -> dict[str, str]:
    """Versions by distribution, those of files that it takes in included."""
    found: dict[str, str] = {}
    for line in lines(name):
        if line.startswith("-r "):
            found |= pins(line.removeprefix("-r "))
        elif not line.startswith("-c "):
            distribution, _, version = line.partition("==")
            found[distribution.partition("[")[0].lower()] = version
    return found


@pytest.mark.parametrize("name", [*FILES, "requirements-spark.txt", "constraints.txt"])
def test_every_line_pins_one_version(name: str) -> None:
    pinned = re.compile(r"-[cr] [a-z-]+\.txt|[A-Za-z0-9._-]+(\[\w+\])?==[A-Za-z0-9.+!]+")
    assert [line for line in lines(name) if not pinned.fullmatch(line)] == []


@pytest.mark.parametrize("name", FILES)
def test_a_requirement_is_in_the_constraints_with_the_same_version(name: str) -> None:
    constraints = pins("constraints.txt")
    assert {one: constraints.get(one) for one in pins(name)} == pins(name)


def test_spark_runs_with_the_versions_of_the_constraints_and_glues_own_spark() -> None:
    constraints, spark = pins("constraints.txt"), pins("requirements-spark.txt")
    assert {name for name, version in spark.items() if constraints.get(name) != version} == {"pyspark", "py4j"}
    assert spark["pyspark"] == "4.1.1", "that of Glue 6.0"


def test_the_benchmark_runs_with_the_versions_of_the_constraints_where_rectools_takes_them() -> None:
    pinned = re.compile(r'([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)(; python_version [<>]=? "3\.\d+")?')
    matches = [pinned.fullmatch(line) for line in lines("requirements-bench.txt")]
    assert None not in matches, "every line pins one version"
    constraints = pins("constraints.txt")
    others = {one[1] for one in matches if one is not None and constraints.get(one[1].lower()) != one[2]}
    assert others == {"rectools", "fastrlock", "pm-implicit", "attrs", "numpy", "typeguard"}


@pytest.mark.parametrize(
    ("job", "needed"),
    [
        ("prepare_data", {"duckdb", "ibis-framework", "sqlglot"}),
        ("write_report", {"altair", "jinja2", "vl-convert-python"}),
    ],
)
def test_the_wheels_that_travel_with_a_job_are_the_versions_of_the_constraints(job: str, needed: set[str]) -> None:
    constraints = pins("constraints.txt")
    text = (CHECKOUT / "sagemaker_jobs" / job / "wheels.txt").read_text()
    shipped = {name.lower(): version for name, version in re.findall(r"^([\w-]+)==(\S+) --hash=sha256:", text, re.M)}
    assert needed <= shipped.keys()
    assert {name: constraints.get(name) for name in shipped} == shipped


def test_the_nine_packages_are_required() -> None:
    assert pins("requirements.txt").keys() >= NINE


def imported(path: Path) -> set[str]:
    """The dotted names that a file imports; of `from a import b` both a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def files_of(name: str) -> set[Path]:
    """A module of ours, and the packages around it."""
    parts = name.split(".")
    candidates = [CHECKOUT.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return {path for path in [*candidates, CHECKOUT.joinpath(*parts).with_suffix(".py")] if path.is_file()}


def test_synth_imports_nothing_that_the_deploy_list_does_not_hold() -> None:
    waiting, seen, foreign = {CHECKOUT / "app.py", *(CHECKOUT / "stacks").rglob("*.py")}, set[Path](), set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for name in imported(path):
            ours = files_of(name)
            waiting |= ours - seen
            if not ours and name.split(".")[0] not in {"bakeoff", "stacks"}:
                foreign.add(name.split(".")[0])
    allowed = {PACKAGES.get(name, name) for name in pins("requirements-deploy.txt")}
    assert {"bakeoff/config.py", "bakeoff/shipping.py"} <= {path.relative_to(CHECKOUT).as_posix() for path in seen}
    assert foreign - set(sys.stdlib_module_names) == allowed, "what is not needed is not required either"
