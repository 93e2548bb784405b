"""`python -m local_cloud` where no local cloud runs."""

from pathlib import Path

import pytest

from local_cloud.__main__ import main


def test_status_says_that_none_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--state", str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"No local cloud runs on {tmp_path}.\n"


def test_stop_has_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "--state", str(tmp_path / "none")]) == 0
    assert "No local cloud runs" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()
