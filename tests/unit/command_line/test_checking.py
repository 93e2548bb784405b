"""`data check` as a person calls it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bakeoff.command_line.app import app
from tests.support.small_data import small_data, write_csv

MAPPING = """
title = "A shop"
[interactions]
source = { file = "ratings.csv" }
user = "userId"
item = "movieId"
value = "rating"
timestamp = "timestamp"
liked_threshold = 4
[items]
source = { file = "movies.csv" }
id = "movieId"
fields = { title = { columns = ["title"] } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "films", small_data())


def test_shows_facts_and_findings_and_writes_the_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "check.html"
    done = CliRunner().invoke(app, ["data", "check", "--data", str(folder), "--html", str(page)])
    assert done.exit_code == 0, done.output
    for heading in ("Files", "Interactions, items and users", "Interactions by month", "What is known of items"):
        assert f"\n{heading}" in done.output
    assert "The preparation would run on this data." in done.output
    assert f"The page is in {page}" in done.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_would_stop_the_preparation_is_shown_and_ends_with_an_error(folder: Path, tmp_path: Path) -> None:
    ratings, page = folder / "ratings.csv", tmp_path / "check.html"
    ratings.write_text(ratings.read_text().replace(",4.0,", ",four,"))
    done = CliRunner().invoke(app, ["data", "check", "--data", str(folder), "--html", str(page)])
    assert done.exit_code == 1
    assert "unreadable rating" in done.stdout
    assert "Error: Too many rows are rejected. ratings.csv:" in done.stderr
    assert "four" in page.read_text(encoding="utf-8")


def test_missing_files_are_one_error(folder: Path) -> None:
    (folder / "movies.csv").unlink()
    done = CliRunner().invoke(app, ["data", "check", "--data", str(folder)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "movies.csv is missing; put it there." in done.stderr


def test_a_mapping_of_ones_own_is_a_file(folder: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "shop.toml"
    mapping.write_text(MAPPING)
    done = CliRunner().invoke(app, ["data", "check", "--data", str(folder), "--mapping", str(mapping)])
    assert done.exit_code == 0, done.output
    assert "read as A shop (mapping shop)" in done.output
    assert "The mapping says nothing about plot." in done.output


def test_a_mapping_that_is_not_there_or_has_faults_is_an_error(folder: Path, tmp_path: Path) -> None:
    call = ["data", "check", "--data", str(folder), "--mapping"]
    unknown = CliRunner().invoke(app, [*call, "netflix"])
    assert (unknown.exit_code, "'netflix' is no mapping" in unknown.stderr) == (1, True)
    gone = CliRunner().invoke(app, [*call, str(tmp_path / "gone.toml")])
    assert (gone.exit_code, "gone.toml has 1 fault" in gone.stderr) == (1, True)
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(MAPPING.replace('user = "userId"', 'usr = "userId"'))
    done = CliRunner().invoke(app, [*call, str(faulty)])
    assert done.exit_code == 1
    assert "interactions.user is missing." in done.stderr
    assert "interactions.usr is unknown" in done.stderr
