"""A run that is stopped while it trains: its child and its job stop too, and the next run releases what it held."""

from bakeoff.command_line.runs import run_id
from tests.integration.product import Product, wait_until
from tests.integration.test_gate import serves_as_before

CONTESTANT = "autoencoder-article"


def test_stopping_a_run_stops_its_child_and_its_training_job(product: Product, noise: str) -> None:
    promoted = product.promoted()
    arn = product.begin(noise, CONTESTANT)
    wait_until(lambda: product.training_processes(CONTESTANT), what="the training")
    product.client("stepfunctions").stop_execution(executionArn=arn, cause="Changed my mind")
    assert product.end(arn)["status"] == "ABORTED"
    wait_until(lambda: product.children(run_id(arn))[CONTESTANT]["status"] == "ABORTED", what="the child to be stopped")
    assert "RUNNING" not in [child["status"] for child in product.children(run_id(arn)).values()]
    wait_until(lambda: not product.training_processes(CONTESTANT), what="the end of the training")
    sagemaker = product.client("sagemaker")
    (job,) = [
        name
        for name in product.training_jobs()
        if name.startswith(f"{product.config.prefix}-{CONTESTANT}-")
        and name not in {one["modelVersion"] for one in promoted["contestants"]}
    ]
    wait_until(
        lambda: sagemaker.describe_training_job(TrainingJobName=job)["TrainingJobStatus"] == "Stopped",
        what="the job to be stopped",
    )
    assert product.promoted() == promoted
    assert product.loaded_versions() > {promoted["dataVersion"]}

    assert product.end(product.begin("no-such-data", CONTESTANT))["status"] == "FAILED"
    serves_as_before(product, promoted)
