"""A run whose data a Glue job prepares: another deployment of the same product, the same split, the same figures."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import data
from tests.integration.conftest import FirstRun, fresh_product
from tests.integration.product import Json, Product
from tests.support.small_data import write_csv

CONTESTANTS = ("ease", "personalize-popularity-count")


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with fresh_product(tmp_path_factory.mktemp("spark"), "spark") as product:
        yield product


def test_the_run_ends_with_the_split_and_the_figures_of_the_other_engine(
    on_spark: Product, product: Product, first_run: FirstRun, tmp_path: Path
) -> None:
    dataset = on_spark.load(write_csv(tmp_path / first_run.dataset, data.learnable()))
    report = on_spark.run(dataset, *CONTESTANTS)
    distributed, embedded = (
        manifest_of(on_spark, report["dataVersion"]),
        manifest_of(product, first_run.report["dataVersion"]),
    )
    assert (distributed["engine"]["engine"], embedded["engine"]["engine"]) == ("spark", "duckdb")
    assert distributed["files"] == embedded["files"]
    assert report["split"] == first_run.report["split"]
    assert figures(report) == figures(first_run.report)
    glue = on_spark.client("glue")
    (job,) = glue.get_jobs()["Jobs"]
    (run,) = glue.get_job_runs(JobName=job["Name"])["JobRuns"]
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["Arguments"]["--OUTPUT_URI"].rstrip("/").endswith(f"prepared/{report['dataVersion']}")
    assert set(on_spark.ask("30").statuses.values()) == {"ok"}


def manifest_of(product: Product, data_version: str) -> Json:
    key = f"prepared/{data_version}/manifest.json"
    found: Json = json.load(product.client("s3").get_object(Bucket=product.deployed.bucket, Key=key)["Body"])
    return found


def figures(report: Json) -> Json:
    """The metrics of the contestants that both runs have."""
    return {one["name"]: one["metrics"] for one in report["contestants"] if one["name"] in CONTESTANTS}
