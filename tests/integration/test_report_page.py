"""The page of a real run, as the local cloud's job wrote it, in a real browser at three widths, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bakeoff.command_line.report_page import fetch_page
from bakeoff.command_line.runs import run_id
from tests.integration.conftest import FirstRun
from tests.integration.product import Product
from tests.support.browser import SCHEMES, WIDTHS, Scheme, faults, opened_page, running_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started


@pytest.fixture(scope="module")
def page(product: Product, first_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `report --html` fetches it."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    return fetch_page(product.client("s3"), product.deployed, run=run_id(first_run.arn), path=path)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_real_run_is_quiet_fits_and_is_usable_by_everybody(
    browser: Browser, page: Path, first_run: FirstRun, width: int, scheme: Scheme
) -> None:
    with opened_page(browser, page, width=width, scheme=scheme) as found:
        assert faults(found) == []
        for name in (one["name"] for one in first_run.report["contestants"]):
            assert found.page.get_by_role("heading", name=name).count() >= 1
