"""Runs on data that cannot be used: they fail with file and reason in plain words, and leave what serves alone."""

from pathlib import Path

import pytest

from bakeoff.command_line import runs
from bakeoff.errors import DataError, RunError
from tests.integration import data
from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product
from tests.integration.test_gate import serves_as_before
from tests.support.small_data import SmallData, write_csv


def fails(product: Product, dataset: str) -> tuple[str, Json]:
    """Run on `dataset`, which must fail as a whole; what the command line says, and the report."""
    promoted = product.promoted()
    arn = product.begin(dataset, "ease")
    described = product.end(arn)
    assert described["status"] == "FAILED"
    observer = runs.Observer(sfn=product.client("stepfunctions"), deployed=product.deployed, arn=arn, expected=["ease"])
    with pytest.raises(RunError) as told:
        runs.require_success(observer.look())
    report = product.report(arn)
    assert (report["failed"], report["promoted"], report["contestants"]) == (True, False, [])
    assert report["reason"] in str(told.value)
    assert product.children(runs.run_id(arn)) == {}
    serves_as_before(product, promoted)
    return str(told.value), report


def test_a_broken_header_is_told_before_anything_is_sent(product: Product, tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "broken", data.learnable())
    ratings = (folder / "ratings.csv").read_text()
    (folder / "ratings.csv").write_text(ratings.replace("rating", "stars", 1))
    with pytest.raises(DataError, match=r"ratings\.csv lacks the column rating"):
        product.load(folder)
    listed = product.client("s3").list_objects_v2(Bucket=product.deployed.bucket, Prefix="raw/broken/")
    assert listed["KeyCount"] == 0


def test_unreadable_ratings_fail_the_run_with_the_file_and_the_reason(
    product: Product, first_run: FirstRun, tmp_path: Path
) -> None:
    folder = write_csv(tmp_path / "spoilt", data.learnable())
    header, *rows = (folder / "ratings.csv").read_text().splitlines()
    spoilt = [",".join([user, item, "good", time]) for user, item, _, time in (row.split(",") for row in rows)]
    (folder / "ratings.csv").write_text("\n".join([header, *spoilt]))
    told, report = fails(product, product.load(folder))
    assert report["reason"].startswith("Too many rows are rejected. ratings.csv: ")
    assert f"{len(rows)} x unreadable rating" in report["reason"]
    assert "Traceback" not in told
    assert report["dataset"] == "spoilt"


def test_too_few_ratings_fail_the_run_with_the_file_and_what_is_needed(
    product: Product, first_run: FirstRun, tmp_path: Path
) -> None:
    whole = data.learnable()
    folder = write_csv(tmp_path / "few", SmallData(whole.ratings[:12], whole.films))
    _, report = fails(product, product.load(folder))
    assert report["reason"].startswith("ratings.csv holds too little to compare recommenders on: ")
    assert report["reason"].endswith("Bring more data.")


def test_data_that_was_never_loaded_fails_the_run_with_where_it_was_looked_for(
    product: Product, first_run: FirstRun
) -> None:
    _, report = fails(product, "no-such-data")
    assert report["reason"] == (
        f"There is no data under s3://{product.deployed.bucket}/raw/no-such-data/. "
        "Load it with `python -m bakeoff data load`."
    )
