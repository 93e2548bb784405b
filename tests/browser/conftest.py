"""A browser, and the pages of a whole and of a failed run as files, as a reader would open them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bakeoff.report.run import Folders, write_report
from tests.support.browser import running_browser
from tests.support.reports import evaluation, report, write_run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started


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
