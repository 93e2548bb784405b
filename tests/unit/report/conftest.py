"""What the page's tests share: the whole page once, and a reader of HTML out of the standard library."""

from html.parser import HTMLParser

import pytest

from bakeoff.report.inputs import Inputs
from bakeoff.report.page import page
from tests.support.reports import CURVE, MODEL, evaluation, report

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """A page taken apart.

    Args:
        elements: every element with its attributes, in order.
        texts: by element's place, its own and its descendants' text.
        open_at_end: elements that were never closed.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.paths: list[tuple[int, ...]] = []
        self.open_at_end: list[int] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.paths.append(tuple(self.open_at_end))
        if tag not in VOID:
            self.open_at_end.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.paths.append(tuple(self.open_at_end))

    def handle_endtag(self, tag: str) -> None:
        opened = self.open_at_end.pop()
        assert self.elements[opened][0] == tag, f"</{tag}> closes <{self.elements[opened][0]}>"

    def handle_data(self, data: str) -> None:
        for place in self.open_at_end:
            self.texts[place] += data

    def all(self, tag: str, **attributes: str) -> list[int]:
        """The places of the elements of a kind."""
        return [
            place
            for place, (name, found) in enumerate(self.elements)
            if name == tag and all(found.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]

    def inside(self, outer: int, tag: str) -> list[int]:
        return [place for place in self.all(tag) if outer in self.paths[place]]

    def text(self, place: int) -> str:
        return " ".join(self.texts[place].split())

    def section(self, anchor: str) -> str:
        [place] = self.all("section", id=anchor)
        return self.text(place)

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of the one table whose caption begins so."""
        [table] = [
            place for place in self.all("table") if self.text(self.inside(place, "caption")[0]).startswith(caption)
        ]
        return [
            [self.text(cell) for cell in sorted(self.inside(row, "th") + self.inside(row, "td"))]
            for row in self.inside(table, "tr")
        ]


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return Inputs(report=report(), metrics=evaluation(), curves={"ease": CURVE}, models={"ease": MODEL})


@pytest.fixture(scope="session")
def whole(inputs: Inputs) -> Page:
    """The page of the whole run."""
    return Page(page(inputs))
