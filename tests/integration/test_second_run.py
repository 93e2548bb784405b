"""A run of what was run before makes nothing anew, and what it promotes serves."""

from typing import Any

from bakeoff.command_line.runs import run_id
from tests.integration.conftest import FirstRun
from tests.integration.product import Product, wait_until

USER = "30"


def made(product: Product) -> dict[str, list[Any]]:
    """Names of everything that costs time or money to make, by kind."""
    sagemaker, personalize = product.client("sagemaker"), product.client("personalize")
    return {
        "training": sorted(product.training_jobs()),
        "processing": sorted(
            job["ProcessingJobName"] for job in sagemaker.list_processing_jobs()["ProcessingJobSummaries"]
        ),
        "transform": sorted(
            job["TransformJobName"] for job in sagemaker.list_transform_jobs()["TransformJobSummaries"]
        ),
        "models": sorted(model["ModelName"] for model in sagemaker.list_models()["Models"]),
        "imports": sorted(job["jobName"] for job in personalize.list_dataset_import_jobs()["datasetImportJobs"]),
        "versions": sorted(
            version["solutionVersionArn"] for version in personalize.list_solution_versions()["solutionVersions"]
        ),
        "batches": sorted(job["jobName"] for job in personalize.list_batch_inference_jobs()["batchInferenceJobs"]),
        "endpoints": sorted(product.endpoints()),
        "campaigns": sorted(product.campaigns()),
        "servers": sorted(server.pid for server in product.model_servers()),
    }


def test_an_unchanged_run_makes_nothing_anew_and_serves(product: Product, first_run: FirstRun) -> None:
    before, versions = made(product), product.loaded_versions()
    assert before["training"]
    assert before["servers"]
    arn = product.begin(first_run.dataset)
    described = product.end(arn)
    assert described["status"] == "SUCCEEDED", described
    after = made(product)
    # The first run had nothing that served to be compared with.
    evaluations = [name for name in after.pop("processing") if name not in before["processing"]]
    assert [name.startswith("bakeoff-local-evaluate-") for name in evaluations] in ([], [True])
    before.pop("processing")
    assert after == before
    assert not any(name.endswith("the_incumbent") for name in product.children(run_id(arn)))
    assert product.loaded_versions() == versions
    report = product.report(arn)
    assert report["promoted"] is True
    assert report["reason"].endswith(
        " is the very artefact that serves, and every contestant that serves is healthy in this run too."
    )
    assert metrics(report) == metrics(first_run.report)
    assert (described["stopDate"] - described["startDate"]).total_seconds() < first_run.seconds / 2
    answer = wait_until(
        lambda: (asked := product.ask(USER)).body["runId"] == run_id(arn) and asked, what="an answer by the new run"
    )
    assert set(answer.statuses.values()) == {"ok"}


def metrics(report: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: (one["modelVersion"], one["metrics"]) for one in report["contestants"]}
