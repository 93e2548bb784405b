"""A blend in a run: nothing is trained, staged or asked for it, and it is scored like any other."""

from tests.integration.conftest import FirstRun
from tests.integration.product import Product
from tests.support.schemas import faults


def test_a_blend_of_what_was_trained_before_is_scored_and_nothing_is_made_for_it(
    product: Product, first_run: FirstRun
) -> None:
    trained, endpoints = sorted(product.training_jobs()), sorted(product.endpoints())
    report = product.run(first_run.dataset, "ease", "content", "blend")
    assert (sorted(product.training_jobs()), sorted(product.endpoints())) == (trained, endpoints)
    found = {one["name"]: one for one in report["contestants"]}
    assert {name: one["status"] for name, one in found.items()} == dict.fromkeys(("ease", "content", "blend"), "ok")
    blend = found["blend"]
    assert (blend["costs"], blend["latency"], blend["modelVersion"]) == (None, None, None)
    assert blend["metrics"]["ndcg@10"]["n"] == found["ease"]["metrics"]["ndcg@10"]["n"]
    weights = blend["backend"]["weights"]
    assert set(weights) <= {"ease", "content"}
    assert {name: found[name]["weight"] for name in weights} == weights
    assert faults(report, "report") == []
