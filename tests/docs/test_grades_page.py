"""docs/grades.md has every criterion with the weight and the thresholds of config/grades.toml, and every margin."""

import re
import tomllib
from pathlib import Path

import pytest

from bakeoff.judging.claims import better, directors, effort, popular, same
from bakeoff.judging.scale import percent

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "grades.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "config" / "grades.toml").read_text(encoding="utf-8"))


def test_the_table_has_every_criterion_of_the_file_as_it_stands_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ([\d.]+) \| ?([\d., ]*) ?\|$", PAGE, re.MULTILINE)
    assert [
        (name, float(weight), [float(one) for one in limits.split(",") if one.strip()]) for name, weight, limits in rows
    ] == [(name, one["weight"], list(one.get("thresholds", []))) for name, one in SETTINGS["criteria"].items()]


@pytest.mark.parametrize(
    ("claim", "margins"),
    [
        ("with metadata HRNN", [percent(better.SAME)]),
        ("with metadata it takes longer", [percent(effort.LONGER), percent(effort.SHORTER)]),
        ("neither the model nor", [percent(same.ACCURACY), percent(same.ERROR), str(same.AGREEMENT)]),
        ("with more tuning", [percent(popular.CURE)]),
        ("the content model recommends", [percent(directors.NOTICED)]),
    ],
)
def test_a_claims_margin_is_the_codes(claim: str, margins: list[str]) -> None:
    [row] = re.findall(rf"^\| {claim}.+$", PAGE, re.MULTILINE)
    assert [margin for margin in margins if margin not in row] == []


def test_half_means_half() -> None:
    assert (popular.MANY, popular.GOOD) == (0.5, 0.5)
