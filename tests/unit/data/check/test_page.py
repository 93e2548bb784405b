"""The page: it needs nothing else, its tables can be read aloud, and what the data says stays text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bakeoff.data.check.finding import Finding
from bakeoff.data.check.page import page
from bakeoff.data.check.profile import RejectFacts
from bakeoff.data.check.run import Report
from bakeoff.data.check.sections import sections

VOID = {"meta", "br", "link", "img", "input"}


class Outline(HTMLParser):
    """Tags with their attributes; fails where they are not nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text(report: Report) -> str:
    return page(report)


def test_nothing_is_fetched_and_nothing_runs(text: str) -> None:
    outline = Outline(text)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in outline.tags}
    assert "src=" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "://" not in text


def test_it_is_for_phones_and_for_the_dark(text: str) -> None:
    metas = Outline(text).of("meta")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in metas
    assert {"name": "color-scheme", "content": "light dark"} in metas
    assert "prefers-color-scheme: dark" in text
    assert "overflow-x: auto" in text


def test_tables_have_heads_and_names(text: str, report: Report) -> None:
    outline = Outline(text)
    assert outline.of("html") == [{"lang": "en"}]
    names = {attributes["id"] for attributes in outline.of("h2")}
    tables = outline.of("table")
    assert len(tables) == len(sections(report.profile))
    assert {table["aria-labelledby"] for table in tables} <= names
    assert {head.get("scope") for head in outline.of("th")} == {"col", "row"}
    regions = [attributes for attributes in outline.of("div") if attributes.get("role") == "region"]
    assert all(region["tabindex"] == "0" and region["aria-labelledby"] in names for region in regions)


def test_every_finding_and_figure_is_there(text: str, report: Report) -> None:
    assert text.count("<li ") == len(report.findings)
    assert "Findings: " in text
    for section in sections(report.profile):
        assert all(cell.split("\n")[0] in text for row in section.rows for cell in row if cell.isalnum())


def test_records_and_names_stay_text(report: Report) -> None:
    rejects = (RejectFacts(file="<b>.csv", reason="x", n=1, samples=("<script>alert(1)</script>", "a&b")),)
    findings = [Finding(severity="stop", about="<i>", found='"<&>"')]
    spoilt = Report(profile=replace(report.profile, rejects=rejects, folder="<u>"), findings=findings, stop="")
    text = page(spoilt)
    Outline(text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>a&amp;b" in text
    assert "<script" not in text
    assert "<title>Data check of &lt;u&gt;</title>" in text
