"""A real Chromium, headless, and the page of a whole run as a file, as a reader would open it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bakeoff.report.run import Folders, write_report
from tests.support.reports import evaluation, report, write_run

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of the module and no longer: as long as Playwright is there, its event loop runs in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a whole run, and that of one that failed before anything was known."""
    whole = write_run(tmp_path_factory.mktemp("whole"), evaluated=evaluation())
    nothing = dict.fromkeys(("default", "gate", "protocol", "prices", "grades", "split", "dataVersion", "dataset"))
    broken = {**report(), **nothing, "promoted": False, "failed": True, "contestants": [], "claims": []}
    failed = write_run(
        tmp_path_factory.mktemp("failed"), told={**broken, "otherSplits": []}, evaluated=None, curves=False
    )
    return {"whole": _written(whole), "failed": _written(failed)}


def _written(folder: Path) -> Path:
    return write_report(
        Folders(
            report=folder / "report",
            evaluation=folder / "evaluation",
            curves=folder / "curves",
            output=folder / "page",
        )
    )
