"""A training that fails in the middle of a run: the others go on, the reason is told, a re-run makes up for it."""

from bakeoff.command_line.runs import run_id
from tests.integration.product import Product, wait_until


def test_a_training_that_is_killed_fails_alone_and_a_rerun_trains_only_it(product: Product, noise: str) -> None:
    promoted, before = product.promoted(), set(product.training_jobs())
    arn = product.begin(noise, "ease", "content")
    for process in wait_until(lambda: product.training_processes("content"), what="the training of content"):
        process.kill()
    assert product.end(arn)["status"] == "SUCCEEDED"
    report = product.report(arn)
    outcomes = {one["name"]: one for one in report["contestants"]}
    assert {name: one["status"] for name, one in outcomes.items()} == {"ease": "ok", "content": "failed"}
    assert not outcomes["content"]["metrics"]
    (job,) = [name for name, status in product.training_jobs().items() if status == "Failed" and name not in before]
    assert outcomes["content"]["reason"] == f"TrainingJob {job}: AlgorithmError: , exit code: 137"
    children = product.children(run_id(arn))
    assert {name: child["status"] for name, child in children.items()} == {
        "ease": "SUCCEEDED",
        "content": "FAILED",
        "the_incumbent": "SUCCEEDED",
    }

    before = set(product.training_jobs())
    again = product.run(noise, "ease", "content")
    assert {one["name"]: one["status"] for one in again["contestants"]} == {"ease": "ok", "content": "ok"}
    (new,) = set(product.training_jobs()) - before
    assert new.startswith("bakeoff-local-content-")
    unchanged = {one["name"]: one for one in again["contestants"]}["ease"]
    assert (unchanged["modelVersion"], unchanged["metrics"]["ndcg@10"]) == (
        outcomes["ease"]["modelVersion"],
        outcomes["ease"]["metrics"]["ndcg@10"],
    )
    assert product.promoted() == promoted
