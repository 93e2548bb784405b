"""The report's page in a real browser: quiet, without a network, on any width, in light and dark, for everybody."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import SCHEMES, WIDTHS, Opened, Scheme, faults, opened_page

Open = Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a page in a window of its own."""
    with ExitStack() as windows:

        def open_page(which: str = "whole", *, width: int = 1280, scheme: Scheme = "light") -> Opened:
            return windows.enter_context(opened_page(browser, pages[which], width=width, scheme=scheme))

        yield open_page


@pytest.mark.parametrize("which", ["whole", "failed"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_quiet_fits_and_is_usable_by_everybody(
    opened: Open, width: int, scheme: Scheme, which: str
) -> None:
    assert faults(opened(which, width=width, scheme=scheme)) == []


def test_what_is_wrong_with_a_page_is_found(browser: Browser, tmp_path: Path) -> None:
    """Or nothing would be proved by finding nothing."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><title>t</title><img src='gone.png'><p style='width:900px;color:#eee;background:#fff'>pale</p>"
        "<script>console.error('no')</script>",
        encoding="utf-8",
    )
    with opened_page(browser, page, width=360, scheme="light") as found:
        told = " ".join(faults(found))
    for part in ("no", "gone.png", "px wide in a window of 360", "color-contrast", "image-alt", "html-has-lang"):
        assert part in told


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
    def colours(scheme: Scheme) -> tuple[str, str]:
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
