"""docs/data.md has every reason, key, strategy and file that the code has; its example is a sound mapping."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bakeoff.data import layout, mapping, rejects
from bakeoff.data.mappings import parse_mapping
from bakeoff.data.settings import STRATEGIES

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_reason_and_no_other_is_on_the_page() -> None:
    listed = [
        reason
        for row in re.findall(r"^\| (`.+?) \|", section("What is rejected"), re.MULTILINE)
        for reason in re.findall(r"`(.+?)`", row)
    ]
    known = [value for name, value in vars(rejects).items() if name.isupper() and isinstance(value, str)]
    assert sorted(listed) == sorted(known)


@pytest.mark.parametrize(
    "part",
    [
        mapping.Source,
        mapping.InteractionColumns,
        mapping.ItemColumns,
        mapping.Join,
        mapping.Entries,
        mapping.Field,
        mapping.Column,
        mapping.UserColumns,
    ],
)
def test_every_key_of_a_mapping_is_on_the_page(part: type) -> None:
    keys = PAGE.partition("### Every key")[2].partition("\n## ")[0]
    assert [entry.name for entry in fields(part) if f"`{entry.name}`" not in keys] == []


def test_every_strategy_has_its_formula() -> None:
    assert tuple(re.findall(r"^\| `(\w+)` \|", section("The split"), re.MULTILINE)[1:]) == STRATEGIES


def test_every_file_of_a_prepared_folder_is_on_the_page() -> None:
    text = section("What comes out")
    paths = [value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)]
    starts = {re.split(r"[{]|part-", path)[0] for path in paths}
    assert [start for start in starts if start not in text] == []
    assert all(f"`{part}`" in text for part in layout.PARTS)


def test_the_example_is_a_sound_mapping() -> None:
    [example] = re.findall(r"^```toml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    shop = parse_mapping(example, name="shop")
    assert (shop.title, len(shop.items.joins), shop.interactions.weights["buy"]) == ("The shop", 1, 5.0)
