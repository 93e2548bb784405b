"""A run's page: fetched whole into the file that is asked for, opened where that is asked; a run may have none."""

import io
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bakeoff.command_line import report_page
from bakeoff.command_line.deployed import Deployed
from bakeoff.errors import RunError


class S3:
    """One page under its key."""

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) != ("the-bucket", "runs/r1/report.html"):
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        return {"Body": io.BytesIO(b"<!doctype html>")}


def test_the_page_is_written_where_it_is_asked_for_and_nothing_beside_it(tmp_path: Path, deployed: Deployed) -> None:
    page = report_page.fetch_page(S3(), deployed, run="r1", path=tmp_path / "page.html")
    assert page == tmp_path / "page.html"
    assert page.read_text() == "<!doctype html>"
    assert list(tmp_path.iterdir()) == [page]


def test_without_a_path_it_goes_into_a_folder_of_its_own(
    tmp_path: Path, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_page.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    assert report_page.fetch_page(S3(), deployed, run="r1", path=None) == tmp_path / "report-r1.html"


def test_a_run_without_a_page_is_said_to_have_none(tmp_path: Path, deployed: Deployed) -> None:
    with pytest.raises(RunError, match="Run 'r2' has no page"):
        report_page.fetch_page(S3(), deployed, run="r2", path=tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("in_browser", "opens", "said"),
    [
        (False, True, ["The page is in page.html"]),
        (True, True, ["The page is in page.html"]),
        (True, False, ["The page is in page.html", "No browser could be started; open that file in one."]),
    ],
)
def test_it_says_where_the_page_is_and_opens_it_where_it_can(
    in_browser: bool, opens: bool, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    asked: list[str] = []
    monkeypatch.setattr(report_page, "say", lines.append)

    def browser(address: str) -> bool:
        asked.append(address)
        return opens

    report_page.show_page(Path("page.html"), in_browser=in_browser, browser=browser)
    assert lines == said
    assert asked == ([Path("page.html").resolve().as_uri()] if in_browser else [])
