"""docs/api.md names every status, setting, route and error code that the code has."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from bakeoff.contracts.naming import NO_RUN
from bakeoff.serving.fan_out import Status
from bakeoff.serving.settings import Settings
from lambdas.get_recommendations.handler import API
from lambdas.get_similar_items.handler import API as SIMILAR_API

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SERVING = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "bakeoff" / "serving").glob("*.py"))]
CODES = {
    code for text in SERVING for code in re.findall(r"(?:NotServingError|HttpError)\(\s*(?:\d+, )?\"(\w+)\"", text)
}


def test_the_codes_are_found() -> None:
    assert {"no_promoted_run", "run_missing", "run_unavailable", "too_large", "not_found"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES | {"invalid_request", "internal", "run_unreadable"}))
def test_every_error_code_is_on_the_page(code: str) -> None:
    assert f"`{code}`" in PAGE


@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_is_on_the_page(status: str) -> None:
    assert f"| `{status}` |" in PAGE


@pytest.mark.parametrize("setting", [field.name.upper() for field in fields(Settings)])
def test_every_setting_is_on_the_page(setting: str) -> None:
    assert f"`{setting}`" in PAGE


@pytest.mark.parametrize("route", [f"{route.method} {route.path}" for route in (*API._routes, *SIMILAR_API._routes)])
def test_every_route_is_on_the_page(route: str) -> None:
    assert f"`{route}`" in PAGE


def test_the_value_before_the_first_run_is_on_the_page() -> None:
    assert f"`{NO_RUN}` before the first" in PAGE
