"""The local cloud is killed in the middle of a run: what served serves on, and a new run goes on where it ended."""

import json
from collections.abc import Callable

from bakeoff.command_line.runs import run_id
from local_cloud.generations import Generations
from tests.integration.product import Product, wait_until
from tests.integration.test_gate import serves_as_before

USER = "30"
CONTESTANTS = ("ease", "content")


def job_of(product: Product, contestant: str, before: set[str]) -> str | None:
    """The training job of `contestant` that is not among those from `before`."""
    begin = f"{product.config.prefix}-{contestant}-"
    return next((name for name in set(product.training_jobs()) - before if name.startswith(begin)), None)


def test_a_run_that_was_killed_goes_on_and_what_served_serves(
    product: Product, load_noise: Callable[[int], str]
) -> None:
    dataset = load_noise(10)  # on which nothing was trained yet
    promoted, before = product.promoted(), set(product.training_jobs())
    arn = product.begin(dataset, *CONTESTANTS)
    for process in wait_until(lambda: product.training_processes("content"), what="the training of content"):
        process.suspend()  # it is in the middle, however fast the machine is
    wait_until(lambda: children_of(product, arn).get("ease") == "SUCCEEDED", what="the end of ease")
    wait_until(lambda: is_stored(product, "ease", before), what="ease to be stored")
    product.kill()
    assert product.model_servers() == []

    product.restart()
    assert product.ask(USER).status == 200
    wait_until(lambda: set(product.ask(USER).statuses.values()) == {"ok"}, what="an answer of every contestant")
    assert product.promoted() == promoted
    assert product.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "FAILED"
    finished, cut_off = job_of(product, "ease", before), job_of(product, "content", before)
    assert finished is not None
    assert cut_off is not None
    described = product.client("sagemaker").describe_training_job(TrainingJobName=cut_off)
    assert described["TrainingJobStatus"] == "Failed"
    assert "stopped in the middle of the job" in described["FailureReason"]

    report = product.run(dataset, *CONTESTANTS)
    outcomes = {one["name"]: one for one in report["contestants"]}
    assert {name: one["status"] for name, one in outcomes.items()} == dict.fromkeys(CONTESTANTS, "ok")
    assert outcomes["ease"]["modelVersion"] == finished
    (new,) = set(product.training_jobs()) - before - {finished, cut_off}
    assert outcomes["content"]["modelVersion"] == new
    serves_as_before(product, promoted)


def children_of(product: Product, arn: str) -> dict[str, str]:
    return {name: child["status"] for name, child in product.children(run_id(arn)).items()}


def is_stored(product: Product, contestant: str, before: set[str]) -> bool:
    """Whether the state on disk knows that the training of `contestant` is over: a kill may cost the last seconds."""
    job, current = job_of(product, contestant, before), Generations(product.running.state / "generations").current()
    if job is None or current is None:
        return False
    stored = json.loads((current / "played" / "sagemaker.json").read_text())
    return bool(stored["TrainingJob"].get(job, {}).get("TrainingJobStatus") == "Completed")
