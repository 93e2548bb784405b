"""Synth: the same bytes anywhere, without credentials or network, and accepted by cdk-nag with a reason for each no."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_s3 as s3

from app import build_app
from bakeoff import wheels
from bakeoff.config import load_config
from tests.support.synthesized import STACKS, Synthesized, text

CHECKOUT = Path(__file__).parent.parent.parent
HOST = re.compile(r"https?://([\w.-]+)")
SOURCES = ("app.py", "cdk.json", "bakeoff", "config", "lambdas", "sagemaker_jobs", "stacks")
# Runs app.py as the CDK's command line does, and prints what it imported; any connection ends it.
RUN_APP = """
import json, runpy, socket, sys
def refuse(*arguments):
    raise OSError(f"synth asked for the network: {arguments[1:]}")
socket.socket.connect = socket.getaddrinfo = refuse
sys.path.insert(0, "")
before = set(sys.modules)  # what an environment's .pth files bring along is none of ours
runpy.run_path("app.py", run_name="__main__")
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules.keys() - before})))
"""
NO_NETWORK_IN_NODE = """
const refuse = () => { throw new Error("synth asked for the network") };
require("net").Socket.prototype.connect = refuse;
require("dns").lookup = refuse;
"""
LIMITS = {  # characters, by https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html and the models
    ("AWS::S3::Bucket", "BucketName"): 63,
    ("AWS::Lambda::Function", "FunctionName"): 64,
    ("AWS::StepFunctions::StateMachine", "StateMachineName"): 80,
    ("AWS::DynamoDB::Table", "TableName"): 255,
    ("AWS::Personalize::DatasetGroup", "Name"): 63,
    ("AWS::Personalize::Dataset", "Name"): 63,
    ("AWS::Personalize::Schema", "Name"): 63,
    ("AWS::SSM::Parameter", "Name"): 1011,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
}


@dataclass(frozen=True)
class Elsewhere:
    """A synth of `prod` by a process of its own in another folder, with cdk-nag, as the command line does it."""

    folder: Path
    imported: set[str]


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return synthesized_elsewhere(tmp_path_factory.mktemp("elsewhere"), {"env": "prod"})


@pytest.fixture(scope="session")
def spark_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return synthesized_elsewhere(tmp_path_factory.mktemp("spark_elsewhere"), {"env": "dev", "engine": "spark"})


def synthesized_elsewhere(root: Path, context: dict[str, str]) -> Elsewhere:
    for name in SOURCES:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(CHECKOUT / name, root / name)
    # The wheels are the one thing that synth would ask the network for, once.
    shutil.copytree(wheels.FOLDER, root / wheels.FOLDER.relative_to(CHECKOUT))
    (root / "no_network.js").write_text(NO_NETWORK_IN_NODE)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root / "home"),
        # Where jsii has unpacked the CDK: doing it again takes longer than the synth.
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        "PYTHONHASHSEED": "7",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NODE_OPTIONS": f"--require {root / 'no_network.js'}",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "CDK_OUTDIR": str(root / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_DISABLE_VERSION_CHECK": "1",
    }
    (root / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN_APP], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return Elsewhere(root / "cdk.out", set(json.loads(done.stdout.splitlines()[-1])))


def written(folder: Path) -> dict[str, bytes]:
    """Templates, asset lists and assets, by path."""
    kept = [*folder.glob("*.template.json"), *folder.glob("*.assets.json"), *folder.glob("asset.*")]
    files = [file for path in kept for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files if file.is_file()}


def test_another_process_in_another_folder_writes_the_same_bytes(prod: Synthesized, elsewhere: Elsewhere) -> None:
    """Templates and asset hashes: nothing is deployed again that has not changed."""
    here, there = written(prod.folder), written(elsewhere.folder)
    assert len([name for name in here if name.startswith("asset.")]) > 20
    assert sorted(here) == sorted(there)
    assert [name for name in here if here[name] != there[name]] == []


def test_another_process_writes_the_same_job_for_spark(on_spark: Synthesized, spark_elsewhere: Elsewhere) -> None:
    here, there = written(on_spark.folder), written(spark_elsewhere.folder)
    assert sorted(here) == sorted(there)
    assert [name for name in here if here[name] != there[name]] == []


def test_synth_imports_what_the_deploy_list_installs_and_no_more(elsewhere: Elsewhere) -> None:
    owners = packages_distributions()
    foreign = {name: {normal(one) for one in owners[name]} for name in elsewhere.imported if name in owners}
    assert {name for name, owned in foreign.items() if not owned & installed_by("requirements-deploy.txt")} == set()
    assert "aws_cdk" in foreign


def installed_by(file: str) -> set[str]:
    """The distributions that installing a requirements file brings along."""
    lines = (CHECKOUT / file).read_text().splitlines()
    found, waiting = set[str](), [line.partition("==")[0] for line in lines if "==" in line]
    while waiting:
        name = normal(waiting.pop())
        if name not in found:
            found.add(name)
            waiting += [re.split(r"[^\w.-]", one)[0] for one in needed_by(name) if "extra ==" not in one]
    return found


def needed_by(distribution: str) -> list[str]:
    try:
        return requires(distribution) or []
    except PackageNotFoundError:  # asked for on another Python or another system only
        return []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_template_knows_the_machine_that_made_it(synthesized: Synthesized) -> None:
    for stack in STACKS:
        template = synthesized.path(stack).read_text()
        for path in (str(CHECKOUT), str(Path.home()), str(synthesized.folder), sys.prefix):
            assert path not in template
        told = json.dumps(load_config(synthesized.environment).price_table())  # each price says where it was read
        assert set(HOST.findall(template)) <= {"docs.aws.amazon.com", *HOST.findall(told)}


def test_stacks_export_nothing_and_import_nothing(synthesized: Synthesized) -> None:
    """An export in use cannot be changed: each stack can be deployed and rolled back alone."""
    for stack in STACKS:
        template = synthesized.template(stack)
        assert not [name for name, one in template["Outputs"].items() if "Export" in one]
        assert "Fn::ImportValue" not in synthesized.path(stack).read_text()


def test_names_fit_their_services_and_begin_with_the_environment(synthesized: Synthesized) -> None:
    for (kind, key), longest in LIMITS.items():
        for resource in synthesized.resources(kind).values():
            if key in resource["Properties"]:
                name = text(resource["Properties"][key]).replace("${AWS::AccountId}", "1" * 12)
                assert len(name) <= longest
                assert synthesized.prefix in name
        assert synthesized.resources(kind), f"there is no {kind} any more"


def acknowledgements(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(construct, rule, reason) of every accepted finding."""
    for path in folder.glob("*.metadata.json"):
        for construct, entries in json.loads(path.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from ((construct, rule, reason) for rule, reason in entry["data"].items())


def test_cdk_nag_accepts_every_stack_and_every_exception_says_why(
    elsewhere: Elsewhere, spark_elsewhere: Elsewhere
) -> None:
    """The synth would have failed on a finding that nobody acknowledged: see the next test."""
    accepted = [*acknowledgements(elsewhere.folder), *acknowledgements(spark_elsewhere.folder)]
    assert len(accepted) > 100
    for construct, rule, reason in accepted:
        assert re.fullmatch(r"(Annotation::)?AwsSolutions-[A-Z]+\d+(\[.+\])?", rule), construct
        assert len(reason.split()) >= 5, f"{construct}: {rule}: {reason}"
        assert reason.endswith((".", "service-authorization/latest/reference.")), construct


def test_an_exception_is_made_only_for_a_wildcard_that_is_there(prod: Synthesized, elsewhere: Elsewhere) -> None:
    template = "".join(prod.path(stack).read_text() for stack in STACKS)
    for construct, rule, _ in acknowledgements(elsewhere.folder):
        wildcard = re.search(r"\[Resource::(.+)\]$", rule)
        if wildcard is not None:
            ends = wildcard[1].rpartition("<AWS::AccountId>")[2]
            assert ends in template, f"{construct} no longer needs {rule}"


def test_a_finding_that_nobody_acknowledged_fails_the_synth(tmp_path: Path, capfd: Any) -> None:
    context = json.loads((CHECKOUT / "cdk.json").read_text())["context"]
    app = build_app(App(context=context, outdir=str(tmp_path), analytics_reporting=False), check=True)
    s3.Bucket(Stack(app, "careless"), "Open")
    with pytest.raises(RuntimeError):
        app.synth()
    said = capfd.readouterr()
    report = (tmp_path / "validation-report.json").read_text()
    assert "AwsSolutions-S1" in report + said.out + said.err
