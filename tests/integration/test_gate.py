"""Runs that are worse than the one that serves: the gate keeps what serves, and what they staged is released."""

from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product

USER = "30"


def backends(record: Json) -> tuple[set[str], set[str]]:
    """Names of the endpoints and ARNs of the campaigns of a run's record."""
    found = [one["backend"] for one in record["contestants"]]
    return {one["name"] for one in found if "name" in one}, {one["arn"] for one in found if "arn" in one}


def serves_as_before(product: Product, promoted: Json) -> None:
    """Assert that the run `promoted` serves, with its own backends and data and no others."""
    assert product.promoted() == promoted
    assert (product.endpoints(), product.campaigns()) == backends(promoted)
    assert product.loaded_versions() == {promoted["dataVersion"]}
    answer = product.ask(USER)
    assert answer.body["runId"] == promoted["runId"]
    assert set(answer.statuses.values()) == {"ok"}


def test_the_worst_contestant_alone_does_not_replace_the_run_and_keeps_the_endpoint_that_both_use(
    product: Product, first_run: FirstRun
) -> None:
    promoted = product.promoted()
    figures = {
        one["name"]: one["validation"]["ndcg@10"] for one in first_run.report["contestants"] if one["validation"]
    }
    worst = min(figures, key=lambda name: figures[name]["value"])
    assert figures[worst]["high"] < figures[first_run.report["default"]]["value"]
    report = product.run(first_run.dataset, worst)
    assert (report["promoted"], report["failed"], report["default"]) == (False, False, worst)
    assert "worse beyond the noise. The promoted run goes on serving." in report["reason"]
    assert [one["status"] for one in report["contestants"]] == ["ok"]
    serves_as_before(product, promoted)


def test_a_run_on_noise_leaves_neither_endpoint_nor_rows(product: Product, noise: str) -> None:
    promoted = product.promoted()
    report = product.run(noise, "ease")
    assert report["promoted"] is False
    assert "The two were measured on different splits." in report["reason"]
    (contestant,) = report["contestants"]
    assert contestant["status"] == "ok"
    assert contestant["backend"]["name"] not in product.endpoints()
    configurations = product.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    assert {one["EndpointConfigName"] for one in configurations} == backends(promoted)[0]
    assert product.model_servers(contestant["backend"]["name"]) == []
    serves_as_before(product, promoted)
