"""A real Chromium, headless, and what it finds wrong with a page of the report."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

Scheme = Literal["light", "dark"]
WIDTHS = (360, 800, 1280)  # a phone, a tablet, a screen
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing of the browser itself may reach for the network; a container has no sandbox.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Where Chromium is; the test fails with what to do where it is not."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("There is no Chromium on this machine to open the report's page with; `make browser` installs it.")
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """For one module and no longer: as long as Playwright is there, its event loop runs in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@dataclass
class Opened:
    """A page that is open, and what it complained of or asked for."""

    page: Page
    file: Path
    width: int
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def opened_page(browser: Browser, file: Path, *, width: int, scheme: Scheme) -> Iterator[Opened]:
    """Open a file in a window of its own."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = Opened(context.new_page(), file, width)
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("requestfailed", lambda request: found.complaints.append(f"failed: {request.url}"))
    found.page.goto(file.as_uri())
    yield found
    context.close()


def faults(opened: Opened) -> list[str]:
    """What is wrong with a page once all is unfolded: words on the console, requests, overflow, serious axe rules."""
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    asked = {address for address in opened.requests if not address.startswith("data:")} - {opened.file.as_uri()}
    wide = page.evaluate("document.documentElement.scrollWidth")
    broken = [
        f"{rule['impact']}: {rule['id']}: {[node['html'][:200] for node in rule['nodes']][:3]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    return [
        *opened.complaints,
        *[f"it asks for {address}" for address in sorted(asked)],
        *([f"it is {wide} px wide in a window of {opened.width}"] if wide > opened.width else []),
        *broken,
    ]
