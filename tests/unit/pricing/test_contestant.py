"""The cost model with round prices, every sum worked out by hand; what is unknown gives no number and is named."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.pricing.contestant import contestant_costs, keys_of, prices_used
from bakeoff.pricing.table import PriceTable

# API Gateway and the function's request, a millionth each; half a second of 1 GB; 6.5 millionths for reads.
FRONT = 1e-6 + 1e-6 + 0.5 + 6.5e-6
SERVERLESS = 0.5 * 2 + FRONT  # half a second at 2 dollars, which 2 GB cost
STORED_FRONT = 1e-6 + 1e-6 + 0.01 + 7e-6
DAYS = 730 / 24


def costs(
    contestant: dict[str, Any], deployment: dict[str, Any], prices: PriceTable, *, laptop: bool = False
) -> dict[str, Any]:
    return contestant_costs(contestant, deployment=deployment, prices=prices, laptop=laptop)


def test_a_training_job_costs_its_billed_seconds(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    training = costs(ease, deployment, prices)["training"]
    assert training == {
        "usd": 0.25,
        "estimate": False,
        "measuredOnLaptop": False,
        "missing": [],
        "parts": [
            {
                "what": "training",
                "key": "sagemaker.training.ml.m5.xlarge",
                "quantity": 0.5,
                "unit": "hour",
                "price": 0.5,
                "usd": 0.25,
                "verified": True,
            }
        ],
    }


def test_a_managed_training_costs_its_hours_and_the_import(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    training = costs(managed, deployment, prices)["training"]
    assert training["usd"] == pytest.approx(2 + 50_000 * 60 / 1e9)
    assert training["estimate"], "the bytes of an interaction are assumed"


def test_a_recipe_of_the_second_generation_costs_by_interactions(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    v2 = {**managed, "recipe": "aws-user-personalization-v2", "twin": True, "billableSeconds": 3}
    assert costs(v2, deployment, prices)["training"]["usd"] == pytest.approx(50 + 0.003)
    assert costs(v2, {**deployment, "interactions": None}, prices)["training"]["missing"] == ["interactions"]


def test_a_twins_seconds_are_not_taken_for_the_services_hours(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    training = costs({**managed, "twin": True, "billableSeconds": 3}, deployment, prices)["training"]
    assert training["usd"] is None
    assert training["missing"] == ["training hours of the service: a local twin was trained in its place"]


def test_every_users_list_costs_in_proportion_to_the_test_users(
    ease: dict[str, Any], managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    # 36 s for 100 users are 0.1 hours for 1,000.
    assert costs(ease, deployment, prices)["lists"]["usd"] == pytest.approx(0.1 * 0.25)
    assert costs(managed, deployment, prices)["lists"]["usd"] == 1.0
    assert costs({**ease, "listsSeconds": None}, deployment, prices)["lists"]["missing"] == ["listsSeconds"]


def test_lists_of_alike_items_cost_by_the_items(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    alike = {**managed, "answers": ["similar"]}
    assert costs(alike, {**deployment, "items": 500}, prices)["lists"]["usd"] == 0.5
    assert costs(alike, deployment, prices)["lists"]["missing"] == ["items"]


def test_an_idle_month_bills_what_is_there_whether_it_is_asked_or_not(
    ease: dict[str, Any], managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    instance = {**deployment, "serving": {**deployment["serving"], "mode": "instance"}}
    assert costs(ease, deployment, prices)["idleMonth"]["usd"] == 2.0
    assert costs(ease, instance, prices)["idleMonth"]["usd"] == pytest.approx(2.0 + 730 * 0.1)
    # One request a second, 3,600 an hour, 730 hours, a dollar a thousand.
    assert costs(managed, deployment, prices)["idleMonth"]["usd"] == pytest.approx(2628.0)


def test_a_thousand_requests_to_a_serverless_endpoint(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    cost = costs(ease, deployment, prices)["per1000"]
    assert cost["usd"] == pytest.approx(1000 * SERVERLESS)
    assert {part["what"]: part["quantity"] for part in cost["parts"]} == pytest.approx(
        {
            "serverless endpoint": 500.0,
            "API Gateway": 0.001,
            "function, request": 0.001,
            "function, time": 500.0,
            "history and titles": 0.0065,
        }
    )


def test_a_thousand_requests_to_an_instance_are_its_share_at_capacity(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    deployment["serving"]["mode"] = "instance"
    # Four requests a second measured, a quarter of that on average: 2,628,000 requests a month for 73 dollars.
    cost = costs(ease, deployment, prices)["per1000"]
    assert cost["usd"] == pytest.approx(1000 * (73 / 2_628_000 + FRONT))


def test_a_burst_against_a_serverless_endpoint_says_of_an_instance_what_one_worker_takes(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    """On AWS several workers answered it; half a second an answer makes two a second for one of them."""
    ten_million = costs(ease, deployment, prices)["traffic"][-1]["provisioned"]
    # 2 a second x 2,628,000 seconds / 4 are 1,314,000 requests an instance: eight for ten million.
    assert next(part["quantity"] for part in ten_million["parts"] if "instance" in part["what"]) == 8 * 730
    on_laptop = costs(ease, deployment, prices, laptop=True)["traffic"][-1]["provisioned"]
    assert next(part["quantity"] for part in on_laptop["parts"] if "instance" in part["what"]) == 4 * 730


def test_a_thousand_requests_to_a_campaign(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    assert costs(managed, deployment, prices)["per1000"]["usd"] == pytest.approx(1 + 1000 * FRONT)


def test_a_useful_recommendation_costs_a_request_divided_by_the_hit_rate(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    assert costs(ease, deployment, prices)["perUsefulRecommendation"]["usd"] == pytest.approx(4 * SERVERLESS)


@pytest.mark.parametrize(
    ("metrics", "missing"),
    [
        ({"hit_rate@10": {"value": 0.0}}, "there is none: hit_rate@10 is 0"),
        ({}, "hit_rate@10 was not measured"),
        (None, "hit_rate@10 was not measured"),
    ],
)
def test_nothing_useful_has_no_price(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable, metrics: Any, missing: str
) -> None:
    cost = costs({**ease, "metrics": metrics}, deployment, prices)["perUsefulRecommendation"]
    assert (cost["usd"], cost["missing"]) == (None, [missing])


def test_a_month_at_four_levels_by_every_way_of_serving(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    traffic = costs(ease, deployment, prices)["traffic"]
    assert [level["requestsPerMonth"] for level in traffic] == [10_000, 100_000, 1_000_000, 10_000_000]
    million = traffic[2]
    assert million["serverless"]["usd"] == pytest.approx(2 + 1e6 * SERVERLESS)
    assert million["provisioned"]["usd"] == pytest.approx(2 + 73 + 1e6 * FRONT)
    # Every day 0.1 instance hours and 3 write units for each of 1,000 users; 3 KB of each are kept.
    stored = DAYS * (0.025 + 0.003) + 0.003
    assert million["batch"]["usd"] == pytest.approx(stored + 1e6 * STORED_FRONT)
    assert million["asDeployed"] == million["serverless"]


def test_a_campaign_bills_its_least_and_has_no_serverless_sister(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    small, _, _, large = costs(managed, deployment, prices)["traffic"]
    assert small["provisioned"]["usd"] == pytest.approx(2628 + 10_000 * FRONT)
    assert large["provisioned"]["usd"] == pytest.approx(10_000 + 1e7 * FRONT)
    assert (small["serverless"]["usd"], small["serverless"]["missing"]) == (
        None,
        ["Amazon Personalize has no serverless campaigns"],
    )
    assert small["asDeployed"] == small["provisioned"]


def test_break_evens_are_where_the_months_meet(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    met = {tuple(one["between"]): one for one in costs(ease, deployment, prices)["breakEven"]}
    # Serverless costs a dollar more for each request; an instance costs 73.
    assert met["serverless", "provisioned"]["requestsPerMonth"] == 73
    assert met["serverless", "provisioned"]["says"] == (
        "Below 73 requests a month serverless costs less; there provisioned first costs no more."
    )
    # The stored lists cost less than the archive alone.
    assert met["serverless", "batch"]["requestsPerMonth"] == 1
    assert met["provisioned", "batch"]["says"] == "Already at one request a month batch costs no more than provisioned."


def test_a_way_that_never_pays_off_says_so(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    """An instance that takes one request in a hundred seconds, for a serverless second that costs next to nothing."""
    slow = {**ease, "latency": {"mean": 100_000.0, "n": 1}}
    cheap = prices.only(set(prices.rows) - {"sagemaker.serverless.2048mb"})
    row = prices.rows["sagemaker.serverless.3072mb"]
    rows = {**cheap.rows, "sagemaker.serverless.2048mb": type(row)(**{**vars(row), "price": 1e-9})}
    table = PriceTable(region="us-east-1", currency="USD", rows=rows)
    [met] = [one for one in costs(slow, deployment, table)["breakEven"] if one["between"][1] == "provisioned"]
    assert met["requestsPerMonth"] is None
    assert met["says"] == "Serverless costs less at any number of requests."


def test_the_break_even_of_a_campaign_with_stored_lists(
    managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    met = {tuple(one["between"]): one for one in costs(managed, deployment, prices)["breakEven"]}
    assert met["serverless", "batch"] == {
        "between": ["serverless", "batch"],
        "requestsPerMonth": None,
        "says": "Amazon Personalize has no serverless campaigns.",
    }
    assert met["provisioned", "batch"]["requestsPerMonth"] == 1, "a campaign bills 2,628 dollars unasked"


@pytest.mark.parametrize(
    ("key", "unknown"),
    [
        ("sagemaker.training.ml.m5.xlarge", {"training"}),
        ("sagemaker.transform.ml.m5.xlarge", {"lists", "batch"}),
        ("sagemaker.hosting.ml.m5.large", {"provisioned"}),
        ("sagemaker.serverless.2048mb", {"per1000", "perUsefulRecommendation", "serverless", "asDeployed"}),
        ("s3.storage", {"idleMonth", "serverless", "provisioned", "asDeployed"}),
        ("dynamodb.writes", {"batch"}),
        ("dynamodb.storage", {"batch"}),
        (
            "apigateway.rest.requests",
            {"per1000", "perUsefulRecommendation", "serverless", "provisioned", "batch", "asDeployed"},
        ),
    ],
)
def test_an_unknown_price_gives_no_number_and_is_named_never_zero(
    ease: dict[str, Any],
    deployment: dict[str, Any],
    without: Callable[..., PriceTable],
    key: str,
    unknown: set[str],
) -> None:
    found = costs(ease, deployment, without(key))
    every = {name: found[name] for name in ("training", "lists", "idleMonth", "per1000", "perUsefulRecommendation")}
    every |= {way: found["traffic"][0][way] for way in ("provisioned", "serverless", "batch", "asDeployed")}
    assert {name for name, cost in every.items() if cost["usd"] is None} == unknown
    assert all(every[name]["missing"] == [key] for name in unknown)
    assert all(cost["usd"] > 0 for name, cost in every.items() if name not in unknown)
    said = {tuple(one["between"]): one["says"] for one in found["breakEven"]}
    told = {way for pair, says in said.items() if f"unknown: {key}" in says for way in pair}
    assert told >= unknown & {"provisioned", "serverless", "batch"}


def test_without_a_latency_there_is_no_price_of_a_request(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    found = costs({**ease, "latency": None}, deployment, prices)
    assert found["per1000"]["missing"] == ["latency.mean"]
    assert found["traffic"][0]["provisioned"]["missing"] == ["latency.mean"]
    assert found["idleMonth"]["usd"] == 2.0
    assert all(one["requestsPerMonth"] is None and "unknown: latency.mean" in one["says"] for one in found["breakEven"])


def test_an_archive_of_unknown_size_is_not_free(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    idle = costs({**ease, "artefactBytes": None}, deployment, prices)["idleMonth"]
    assert (idle["usd"], idle["missing"]) == (None, ["artefactBytes"])


def test_what_rests_on_an_unverified_price_is_an_estimate(
    ease: dict[str, Any], deployment: dict[str, Any], unverified: PriceTable
) -> None:
    found = costs(ease, deployment, unverified)
    assert found["training"]["estimate"]
    assert found["idleMonth"]["estimate"]


def test_what_a_laptop_measured_is_an_estimate_that_says_so(
    ease: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    found = costs(ease, deployment, prices, laptop=True)
    for name in ("training", "lists", "per1000", "perUsefulRecommendation"):
        assert (found[name]["estimate"], found[name]["measuredOnLaptop"]) == (True, True), name
    assert (found["idleMonth"]["estimate"], found["idleMonth"]["measuredOnLaptop"]) == (False, False)


def test_the_prices_of_a_report_are_those_that_were_used(
    ease: dict[str, Any], managed: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    found = [costs(ease, deployment, prices), None, costs(managed, deployment, prices)]
    used = prices_used(found, prices=prices)
    keys = [row["key"] for row in used["rows"]]
    assert set(keys) == keys_of(deployment) - {"personalize.v2.training", "personalize.v2.recommendations"}
    assert keys == sorted(keys)
    assert (used["region"], used["currency"], used["date"], used["verified"]) == (
        "us-east-1",
        "USD",
        "2026-01-01",
        True,
    )
    assert prices_used([None], prices=prices) == {
        "region": "us-east-1",
        "currency": "USD",
        "date": None,
        "verified": False,
        "rows": [],
    }


@pytest.fixture
def search(ease: dict[str, Any]) -> dict[str, Any]:
    """A search of Autopilot over two hours, whose lists are stored."""
    took = {"trainingSeconds": 7200, "billableSeconds": None, "artefactBytes": None}
    return {**ease, **took, "name": "autopilot-xgboost-all", "kind": "autopilot", "serving": "stored"}


def test_a_search_is_assumed_to_keep_one_training_instance_busy(
    search: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    training = costs(search, deployment, prices)["training"]
    assert (training["usd"], training["estimate"]) == (pytest.approx(2 * 0.5), True)
    unknown = costs({**search, "trainingSeconds": None}, deployment, prices)["training"]
    assert (unknown["usd"], unknown["missing"]) == (None, ["trainingSeconds"])


def test_stored_lists_are_served_as_a_batch_whatever_endpoints_are(
    search: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    found = costs(search, deployment, prices)
    for level in found["traffic"]:
        assert level["asDeployed"] == level["batch"]
        assert level["serverless"]["usd"] is None
        assert level["serverless"]["missing"] == ["a pipeline of Autopilot's containers cannot serve serverless"]
    assert [part["what"] for part in found["idleMonth"]["parts"]] == ["writing lists", "list writes", "stored lists"]
    assert "endpoint" not in str([part["what"] for part in found["per1000"]["parts"]])
    says = {tuple(one["between"]): one["says"] for one in found["breakEven"]}
    assert says["serverless", "batch"] == "A pipeline of Autopilot's containers cannot serve serverless."


def test_one_that_is_asked_live_keeps_an_instance_though_others_are_serverless(
    search: dict[str, Any], deployment: dict[str, Any], prices: PriceTable
) -> None:
    found = costs({**search, "serving": "endpoint"}, deployment, prices)
    assert found["idleMonth"]["usd"] == pytest.approx(730 * 0.1)
    assert all(level["asDeployed"] == level["provisioned"] for level in found["traffic"])
