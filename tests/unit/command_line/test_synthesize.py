"""`data synthesize` as a person calls it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bakeoff.command_line import demo
from bakeoff.command_line.app import app


def test_writes_into_the_data_folder_under_the_shapes_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "DATA_FOLDER", tmp_path)
    done = CliRunner().invoke(app, ["data", "synthesize", "--shape", "tiny"])
    folder = tmp_path / "synthetic-tiny"
    assert (done.exit_code, (folder / "SYNTHETIC.json").is_file()) == (0, True)
    assert f"The data set is in {folder}" in done.output
    assert f"data load --data {folder}" in done.output


def test_a_folder_that_holds_something_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = CliRunner().invoke(app, ["data", "synthesize", "--shape", "tiny", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "is not empty" in done.output


def test_an_unknown_shape_is_an_error() -> None:
    done = CliRunner().invoke(app, ["data", "synthesize", "--shape", "huge"])
    assert done.exit_code == 1
    assert "choose one of tiny" in done.output
