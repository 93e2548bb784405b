"""What holds for every page: its first line, its links, its anchors; and the pages that the code mentions exist."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bakeoff.evaluation.field import OF_CATALOGUE, OF_POPULARITY, OF_SAMPLE, TESTED
from bakeoff.evaluation.neighbours import SAME_DIRECTOR, USEFULNESS
from bakeoff.evaluation.scoring import METRICS
from bakeoff.serving.fan_out import Status

ROOT = Path(__file__).parents[2]
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *(ROOT / "docs").rglob("*.md")]
PAGES.sort()
SOURCES = [
    path
    for room in ("bakeoff", "bench", "config", "lambdas", "local_cloud", "sagemaker_jobs", "stacks", "tests")
    for path in sorted((ROOT / room).rglob("*"))
    if path.suffix in (".py", ".toml")
] + [ROOT / name for name in ("Makefile", "app.py", "pyproject.toml", "requirements.txt")]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_opens_with_its_title_and_a_line_that_says_what_it_is_for(path: Path) -> None:
    title, blank, purpose = path.read_text().splitlines()[:3]
    assert title.startswith("# ")
    assert blank == ""
    assert len(purpose) > 20
    assert purpose[0] not in "#|-"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_anchor_of_a_link_is_a_heading(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text())
    assert [anchor for file, anchor in links if anchor not in anchors(path.parent / file if file else path)] == []


def test_every_page_is_in_the_index_and_linked_from_the_readme() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    index = set(re.findall(r"^\| \[(.+?)\]\(", (ROOT / "docs" / "README.md").read_text(), re.MULTILINE))
    assert index == pages | {"adr/"}
    linked = set(re.findall(r"\]\(docs/(\w+\.md)\)", (ROOT / "README.md").read_text()))
    assert linked == pages


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_page_that_the_code_mentions_exists(path: Path) -> None:
    named = re.findall(r"(?<![\w./-])docs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(
    "metric",
    sorted({*METRICS, *TESTED, *OF_POPULARITY, *OF_CATALOGUE, *OF_SAMPLE, "rmse", "mae", USEFULNESS, SAME_DIRECTOR}),
)
def test_every_metric_has_its_formula_in_the_protocol(metric: str) -> None:
    assert re.search(rf"^\| .*`{metric}`", (ROOT / "docs" / "protocol.md").read_text(), re.MULTILINE)


def test_every_finding_about_lists_is_in_the_protocol() -> None:
    source = (ROOT / "bakeoff" / "evaluation" / "lists.py").read_text()
    findings = set(re.findall(r'(?:findings|unknown)\.add\(\s*"([^"]+)"', source))
    listed = set(re.findall(r"^\| `([A-Z][a-z -]+)` \|", (ROOT / "docs" / "protocol.md").read_text(), re.MULTILINE))
    assert listed == findings


def test_every_status_of_a_contestant_but_ok_and_cold_is_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    statuses = set(get_args(Status)) - {"ok", "cold"}
    assert {status for status in statuses if f"| `{status}` |" not in runbook} == set()
