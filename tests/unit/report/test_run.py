"""Writing the page: from folders, whole or not at all; what is wrong with the input is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from bakeoff.errors import ReportError
from bakeoff.report.inputs import read_inputs
from bakeoff.report.run import Folders, write_report
from tests.support.reports import CURVE, MODEL, evaluation, report, write_archive, write_run

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


def folders(folder: Path) -> Folders:
    return Folders(
        report=folder / "report", evaluation=folder / "evaluation", curves=folder / "curves", output=folder / "page"
    )


def test_the_page_is_the_only_file_written_and_the_same_each_time(tmp_path: Path) -> None:
    write_run(tmp_path, evaluated=evaluation())
    written = write_report(folders(tmp_path))
    assert written == tmp_path / "page" / "report.html"
    first = written.read_bytes()
    assert b"Every step, measured" in first
    write_report(folders(tmp_path))
    assert written.read_bytes() == first
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["report.html"]


def test_a_run_without_evaluation_and_curves_has_its_page(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.json").write_text(json.dumps(report()))
    assert write_report(folders(tmp_path)).stat().st_size > 10_000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "report.json does not exist"),
        ("{", "report.json is no JSON"),
        ("[]", "report.json holds no JSON object"),
        ('{"format": 1}', "has format 1, this page is written from 2"),
        ('{"format": 2, "runId": "r"}', "report.json lacks startedAt, dataset, "),
    ],
)
def test_a_report_that_cannot_be_read_is_told_and_nothing_is_written(
    tmp_path: Path, content: str | None, sentence: str
) -> None:
    (tmp_path / "report").mkdir()
    if content is not None:
        (tmp_path / "report" / "report.json").write_text(content)
    with pytest.raises(ReportError, match=sentence):
        write_report(folders(tmp_path))
    assert not (tmp_path / "page").exists()


def test_what_is_needed_of_a_report_is_what_its_schema_asks_for(tmp_path: Path) -> None:
    needed = json.loads((SCHEMAS / "report.schema.json").read_text(encoding="utf-8"))["required"]
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.json").write_text('{"format": 2}')
    with pytest.raises(ReportError) as raised:
        read(tmp_path)
    assert f" lacks {', '.join(needed[1:])};" in str(raised.value)


@pytest.mark.parametrize(("content", "sentence"), [("{", "ease.json is no JSON"), ("{}", "holds no JSON array")])
def test_a_curve_that_cannot_be_read_is_named(tmp_path: Path, content: str, sentence: str) -> None:
    write_run(tmp_path, curves=False)
    (tmp_path / "curves").mkdir(exist_ok=True)
    (tmp_path / "curves" / "ease.json").write_text(content)
    with pytest.raises(ReportError, match=sentence):
        read(tmp_path)


def read(folder: Path) -> Any:
    return read_inputs(report=folder / "report", evaluation=folder / "evaluation", curves=folder / "curves")


def test_curves_come_as_files_or_out_of_archives_however_deep(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "curves" / "content.json").write_text(json.dumps(CURVE[:1]))
    # What keeps the manifest from being empty is no curve.
    (tmp_path / "curves" / "runs").mkdir()
    (tmp_path / "curves" / "runs" / "run.json").write_text("{}")
    inputs = read(tmp_path)
    assert inputs.curves == {"content": CURVE[:1], "ease": CURVE}
    assert inputs.models == {"ease": MODEL}


def test_an_archive_that_names_no_contestant_is_left_out(tmp_path: Path) -> None:
    write_run(tmp_path, curves=False)
    write_archive(tmp_path / "curves" / "a" / "output.tar.gz", {"curve.json": CURVE})
    assert read(tmp_path).curves == {}


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    write_run(tmp_path, curves=False)
    (tmp_path / "curves" / "output.tar.gz").write_bytes(b"no archive")
    with pytest.raises(ReportError, match=r"output\.tar\.gz is no archive of a training's curve"):
        read(tmp_path)
