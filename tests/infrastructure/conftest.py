"""Synthesizes each environment once for all tests, and one on Spark; without cdk-nag, as `test_synth.py` does it."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from aws_cdk import App

from app import build_app
from bakeoff.config import environments, load_config
from stacks import artefacts
from tests.support.synthesized import Synthesized

CHECKOUT = Path(__file__).parent.parent.parent
Synthesize = Callable[[str, str], Synthesized]
DEPLOYMENTS = [*((name, "duckdb") for name in environments()), ("dev", "spark")]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthesize]:
    """Synthesizes an environment into a folder of its own; asked again, it gives the same."""
    folder = tmp_path_factory.mktemp("synth")
    context = json.loads((CHECKOUT / "cdk.json").read_text())["context"]

    @cache
    def made(environment: str, engine: str) -> Synthesized:
        context_of_this = {**context, "env": environment, "engine": engine}
        app = App(context=context_of_this, outdir=str(folder / f"{environment}-{engine}"), analytics_reporting=False)
        assembly = build_app(app, check=False).synth()
        return Synthesized(environment, load_config(environment).region, Path(assembly.directory), engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artefacts, "_BUILD", folder / "build")
        yield made


@pytest.fixture(scope="session", params=DEPLOYMENTS, ids="-".join)
def synthesized(request: pytest.FixtureRequest, synthesize: Synthesize) -> Synthesized:
    """Each environment with each engine that it is tested with, in turn."""
    return synthesize(*request.param)


@pytest.fixture(scope="session")
def prod(synthesize: Synthesize) -> Synthesized:
    return synthesize("prod", "duckdb")


@pytest.fixture(scope="session")
def on_spark(synthesize: Synthesize) -> Synthesized:
    return synthesize("dev", "spark")
