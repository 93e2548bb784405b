"""The report's page in a real browser: quiet, without a network, on any width, in light and dark, for everybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

WIDTHS = (360, 800, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Open = Callable[..., "Opened"]


@dataclass
class Opened:
    """A page that is open, and what it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a page in a window of its own."""
    contexts = []

    def open_page(which: str = "whole", *, width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("requestfailed", lambda request: found.complaints.append(f"failed: {request.url}"))
        found.page.goto(pages[which].as_uri())
        return found

    yield open_page
    for context in contexts:
        context.close()


def unfold(page: Page) -> None:
    """Open everything that is folded, by what a reader clicks."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("which", ["whole", "failed"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_quiet_fits_and_is_usable_by_everybody(
    opened: Open, pages: dict[str, Path], width: int, scheme: Literal["light", "dark"], which: str
) -> None:
    found = opened(which, width=width, scheme=scheme)
    unfold(found.page)
    assert found.complaints == []
    assert {address for address in found.requests if not address.startswith("data:")} == {pages[which].as_uri()}
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    broken = [
        (rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"]][:3])
        for rule in Axe().run(found.page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    assert broken == []


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (1280, "wide")])
def test_one_drawing_of_each_chart_is_shown_and_none_is_cut(opened: Open, width: int, shown: str) -> None:
    page = opened(width=width).page
    seen = page.locator(".drawing:visible")
    assert seen.count() == page.locator("figure").count() > 0
    assert page.locator(f".drawing.{shown}:visible").count() == seen.count()
    for box in (seen.nth(place).locator("svg").bounding_box() for place in range(seen.count())):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_charts_change_their_colours_with_the_scheme(opened: Open) -> None:
    def colours(scheme: Literal["light", "dark"]) -> tuple[str, str]:
        page = opened(scheme=scheme).page
        text = page.locator("#quality .wide svg text").first.evaluate("one => getComputedStyle(one).fill")
        return str(text), str(page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor"))

    (light_ink, light_paper), (dark_ink, dark_paper) = colours("light"), colours("dark")
    assert light_ink != dark_ink
    assert light_paper != dark_paper


def test_the_reasons_of_a_grade_are_reached_by_keyboard_alone(opened: Open) -> None:
    page = opened().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the summary"
    page.keyboard.press("Enter")
    reason = page.get_by_text("Because of ease.")
    assert not reason.is_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Why these grades: ease":
            break
    outline: Any = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where the keyboard is can be seen"
    page.keyboard.press("Enter")
    assert reason.is_visible()


def test_a_wide_table_scrolls_in_its_own_box(opened: Open) -> None:
    page = opened(width=360).page
    box = page.get_by_role("group", name="Table: Grades by criterion")
    assert box.evaluate("one => one.scrollWidth > one.clientWidth")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=box.element_handle())


def test_it_prints_on_paper_with_everything_unfolded(opened: Open, tmp_path: Path) -> None:
    page = opened(scheme="dark").page
    page.emulate_media(media="print")
    assert page.get_by_text("Because of ease.").is_visible()
    assert page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(252, 252, 250)"
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
