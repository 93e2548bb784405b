"""The deployed functions: every folder is one, its environment is what its code reads, its limits are AWS's."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.support.synthesized import Synthesized, text

CHECKOUT = Path(__file__).parent.parent.parent
FOLDERS = {path.name for path in (CHECKOUT / "lambdas").iterdir() if (path / "handler.py").is_file()}
ONLY_WHERE_DATA_GOES = {"empty_buckets"}


def test_every_folder_is_deployed_and_nothing_else_is(synthesized: Synthesized) -> None:
    kept = ONLY_WHERE_DATA_GOES if synthesized.environment == "prod" else set()
    assert set(synthesized.functions()) == FOLDERS - kept


def test_the_code_of_a_function_is_its_own_folder_staged(synthesized: Synthesized) -> None:
    keys = {name: one["Properties"]["Code"]["S3Key"] for name, one in synthesized.functions().items()}
    for name, key in keys.items():
        staged = synthesized.folder / f"asset.{key.removesuffix('.zip')}" / "handler.py"
        assert staged.read_bytes() == (CHECKOUT / "lambdas" / name / "handler.py").read_bytes()


def test_a_function_is_given_the_settings_that_its_code_reads(synthesized: Synthesized) -> None:
    for name, one in synthesized.functions().items():
        variables = {key: text(value) for key, value in one["Properties"]["Environment"]["Variables"].items()}
        read = settings_read_by(name, variables)
        assert {key: str(getattr(read, key.lower())) for key in variables} == variables, name


def settings_read_by(name: str, variables: dict[str, str]) -> Any:
    """What the code of a function makes of its environment."""
    handler = import_module(f"lambdas.{name}.handler")
    is_front = hasattr(handler, "settings")
    read = handler.settings if is_front else handler.cloud
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        made = getattr(read, "__wrapped__", read)()  # without the cache that outlives a call
    return made if is_front else made.settings


def test_every_function_runs_the_entry_on_one_runtime_within_lambdas_limits(synthesized: Synthesized) -> None:
    for one in synthesized.functions().values():
        properties = one["Properties"]
        assert properties["Handler"] == "handler.lambda_handler"
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"])
        assert 3 < properties["Timeout"] <= 900
        assert 128 <= properties["MemorySize"] <= 10_240


@pytest.mark.parametrize("name", ["get_recommendations", "get_similar_items", "get_contestants"])
def test_the_fronts_time_is_what_api_gateway_waits_and_its_budget_fits_in(synthesized: Synthesized, name: str) -> None:
    properties = synthesized.functions()[name]["Properties"]
    assert properties["Timeout"] == 29
    assert int(properties["Environment"]["Variables"]["BUDGET_MS"]) < 29_000
