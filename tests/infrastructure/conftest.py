"""Synthesizes each environment once for all tests, without cdk-nag; `test_synth.py` does it with."""

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
Synthesize = Callable[[str], Synthesized]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthesize]:
    """Synthesizes an environment into a folder of its own; asked again, it gives the same."""
    folder = tmp_path_factory.mktemp("synth")
    context = json.loads((CHECKOUT / "cdk.json").read_text())["context"]

    @cache
    def made(environment: str) -> Synthesized:
        app = App(context={**context, "env": environment}, outdir=str(folder / environment), analytics_reporting=False)
        assembly = build_app(app, check=False).synth()
        return Synthesized(environment, load_config(environment).region, Path(assembly.directory))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artefacts, "_BUILD", folder / "build")
        yield made


@pytest.fixture(scope="session", params=environments())
def synthesized(request: pytest.FixtureRequest, synthesize: Synthesize) -> Synthesized:
    """Each environment in turn."""
    return synthesize(request.param)


@pytest.fixture(scope="session")
def prod(synthesize: Synthesize) -> Synthesized:
    return synthesize("prod")
