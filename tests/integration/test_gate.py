"""Runs that are worse than the one that serves: the gate keeps what serves, and what they staged is released."""

from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product

USER = "30"
TWIN = "personalize-popularity-count"


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


def test_a_twin_alone_does_not_replace_the_run_and_leaves_it_the_campaign_that_both_use(
    product: Product, first_run: FirstRun
) -> None:
    promoted = product.promoted()
    report = product.run(first_run.dataset, TWIN)
    assert (report["promoted"], report["failed"], report["default"]) == (False, False, None)
    assert report["reason"].startswith("No contestant can be the default: ")
    assert report["reason"].endswith(" What served before goes on serving.")
    (contestant,) = report["contestants"]
    assert contestant["status"] == "ok"
    assert contestant["backend"]["arn"] in product.campaigns()
    serves_as_before(product, promoted)


def test_a_worse_run_leaves_neither_endpoint_nor_rows(product: Product, noise: str) -> None:
    promoted = product.promoted()
    report = product.run(noise, "ease")
    assert report["promoted"] is False
    assert "worse beyond the noise. The promoted run goes on serving." in report["reason"]
    assert "The two were measured on different splits." in report["reason"]
    (contestant,) = report["contestants"]
    assert contestant["status"] == "ok"
    assert contestant["backend"]["name"] not in product.endpoints()
    configurations = product.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    assert {one["EndpointConfigName"] for one in configurations} == backends(promoted)[0]
    assert product.model_servers(contestant["backend"]["name"]) == []
    serves_as_before(product, promoted)
