"""The Price List: what is asked, what is read from answers of the recorded shape, and what is written."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from bakeoff.config import CONFIG_FOLDER, read_price_file
from bakeoff.price_list import API_REGION, refresh, rule_of
from bakeoff.pricing.keys import FIXED_UNITS, instance_key, serverless_key

REGION = "eu-west-1"
HOSTING = instance_key("hosting", "ml.m5.large")


def product(usage: str, *tiers: tuple[str, str], service: str = "AmazonSageMaker", unit: str = "Hrs") -> str:
    """An entry of a PriceList as the API gives it, a string of JSON; `tiers` are where each begins and its price."""
    dimensions = {
        f"SKU.TERM.{number}": {
            "unit": unit,
            "endRange": "Inf",
            "beginRange": begins,
            "description": f"${usd} per {unit}",
            "rateCode": f"SKU.TERM.{number}",
            "appliesTo": [],
            "pricePerUnit": {"USD": usd},
        }
        for number, (begins, usd) in enumerate(tiers)
    }
    entry = {
        "product": {
            "productFamily": "ML Instance",
            "sku": "SKU",
            "attributes": {"servicecode": service, "regionCode": REGION, "usagetype": usage},
        },
        "serviceCode": service,
        "terms": {
            "OnDemand": {
                "SKU.TERM": {
                    "priceDimensions": dimensions,
                    "sku": "SKU",
                    "effectiveDate": "2026-11-01T00:00:00Z",
                    "offerTermCode": "TERM",
                    "termAttributes": {},
                }
            }
        },
        "version": "20261115120000",
        "publicationDate": "2026-11-15T12:00:00Z",
    }
    return json.dumps(entry)


class PriceList:
    """A stubbed client whose answers lie by key; every key is asked for in order, with its service and filters."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "pricing", region_name=API_REGION, aws_access_key_id="AKIDTEST", aws_secret_access_key="secret"
        )
        self.stubber = Stubber(self.client)
        self.stubber.activate()

    def expect(self, keys: set[str], answers: dict[str, list[str]], *, region: str = REGION) -> None:
        for key in sorted({*FIXED_UNITS, *keys}):
            rule = rule_of(key)
            if rule is None:
                continue
            how = "CONTAINS" if rule.field == "usagetype" else "TERM_MATCH"
            self._expect(
                rule.service,
                [
                    {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
                    {"Type": how, "Field": rule.field, "Value": rule.value},
                ],
                answers.get(key, []),
            )
        whole_region = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
        self._expect("AmazonPersonalize", whole_region, answers.get("personalize", []))

    def _expect(self, service: str, filters: list[dict[str, str]], answer: list[str]) -> None:
        asked = {"ServiceCode": service, "Filters": filters, "FormatVersion": "aws_v1"}
        self.stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": answer}, asked)


@pytest.fixture
def price_list() -> Iterator[PriceList]:
    made = PriceList()
    yield made
    made.client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table with one unverified row, and one in another region."""
    row = {"unit": "hour", "source": "somebody's page", "date": "2020-01-01", "verified": False}
    regions = {REGION: [{"key": HOSTING, "price": 9.0, **row}], "us-east-1": [{"key": HOSTING, "price": 8.0, **row}]}
    (tmp_path / "prices.json").write_text(json.dumps({"currency": "USD", "regions": regions}))
    return tmp_path


def rows(folder: Path, region: str = REGION) -> dict[str, Any]:
    return {row.key: row for row in read_price_file(folder).regions[region]}


def test_a_price_that_is_found_replaces_the_row_and_is_verified(price_list: PriceList, folder: Path) -> None:
    price_list.expect({HOSTING}, {HOSTING: [product("EU-Host:ml.m5.large", ("0", "0.1280000000"))]})
    refreshed = refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    price_list.stubber.assert_no_pending_responses()
    row = rows(folder)[HOSTING]
    assert (row.price, row.unit, row.verified, row.date.isoformat()) == (0.128, "hour", True, "2026-11-27")
    assert row.source == (
        "AWS Price List API, AmazonSageMaker, EU-Host:ml.m5.large, published 2026-11-15, effective 2026-11-01"
    )
    assert refreshed.verified == {REGION: [HOSTING]}
    assert set(refreshed.left[REGION]) == set(FIXED_UNITS)


def test_other_regions_stay_as_they_are_and_no_other_file_is_left(price_list: PriceList, folder: Path) -> None:
    before = rows(folder, "us-east-1")
    price_list.expect({HOSTING}, {})
    assert refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder).path == (
        folder / "prices.json"
    )
    assert rows(folder, "us-east-1") == before
    assert [path.name for path in folder.iterdir()] == ["prices.json"]


def test_what_is_not_found_stays_and_is_listed(price_list: PriceList, folder: Path) -> None:
    price_list.expect({HOSTING}, {})
    refreshed = refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert (rows(folder)[HOSTING].price, rows(folder)[HOSTING].verified) == (9.0, False)
    assert HOSTING in refreshed.left[REGION]


def test_a_price_by_the_request_becomes_one_by_the_million(price_list: PriceList, folder: Path) -> None:
    answers = {
        "lambda.requests": [product("EU-Request-ARM", ("0", "0.0000002000"), service="AWSLambda", unit="Requests")],
        "stepfunctions.transitions": [
            product("EU-StateTransition", ("0", "0"), ("4000", "0.0000250000"), service="AmazonStates")
        ],
    }
    price_list.expect({HOSTING}, answers)
    refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert rows(folder)["lambda.requests"].price == 0.2
    assert rows(folder)["stepfunctions.transitions"].price == 0.025, "the first tier is free"


def test_a_tier_that_is_free_is_not_the_price(price_list: PriceList, folder: Path) -> None:
    key = serverless_key(3072)
    tiers = (("150000", "0.0000600000"), ("0", "0.0000000000"))
    price_list.expect({HOSTING, key}, {key: [product("EU-ServerlessInf:Mem-3GB", *tiers, unit="seconds")]})
    refresh(price_list.client, regions=[REGION], keys=[key], today="2026-11-27", folder=folder)
    assert rows(folder)[key].price == 0.00006


@pytest.mark.parametrize(
    "others",
    [
        [product("EU-Host:ml.m5.large.extra", ("0", "5"))],
        [product("EU-Spot-Host:ml.m5.large", ("0", "5"))],
        [product("EU-Host:ml.m5.large", ("0", "0"))],
    ],
    ids=["longer", "of another kind", "free"],
)
def test_a_product_that_only_contains_the_usage_type_is_none(
    price_list: PriceList, folder: Path, others: list[str]
) -> None:
    price_list.expect({HOSTING}, {HOSTING: others})
    refreshed = refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert HOSTING in refreshed.left[REGION]


def test_products_of_two_prices_are_left_to_a_person(price_list: PriceList, folder: Path) -> None:
    two = [product("EU-Host:ml.m5.large", ("0", usd)) for usd in ("0.1", "0.2")]
    price_list.expect({HOSTING}, {HOSTING: two})
    refreshed = refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert HOSTING in refreshed.left[REGION]


def test_the_standard_class_is_taken_where_another_one_ends_alike(price_list: PriceList, folder: Path) -> None:
    classes = [
        product(usage, ("0", usd), service="AmazonDynamoDB")
        for usage, usd in (("IA-ReadRequestUnits", "0.00000031"), ("ReadRequestUnits", "0.000000125"))
    ]
    price_list.expect({HOSTING}, {"dynamodb.reads": classes})
    refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert rows(folder)["dynamodb.reads"].price == 0.125


def test_what_personalize_sells_is_told_for_a_person_to_fill_in(price_list: PriceList, folder: Path) -> None:
    sold = [product("EU-Training", ("0", "0.24"), service="AmazonPersonalize")]
    price_list.expect({HOSTING}, {"personalize": sold})
    refreshed = refresh(price_list.client, regions=[REGION], keys=[], today="2026-11-27", folder=folder)
    assert refreshed.offered == {REGION: ["EU-Training: 0.24 USD for one Hrs"]}
    assert "personalize.training" in refreshed.left[REGION]


def test_a_region_that_the_table_lacks_is_added(price_list: PriceList, folder: Path) -> None:
    price_list.expect({HOSTING}, {HOSTING: [product("EUC1-Host:ml.m5.large", ("0", "0.138"))]}, region="eu-central-1")
    refresh(price_list.client, regions=["eu-central-1"], keys=[HOSTING], today="2026-11-27", folder=folder)
    assert rows(folder, "eu-central-1")[HOSTING].price == 0.138


def test_the_written_table_is_read_again_and_written_the_same(price_list: PriceList, tmp_path: Path) -> None:
    shutil.copy(CONFIG_FOLDER / "prices.json", tmp_path / "prices.json")
    refresh(price_list.client, regions=[], keys=[], today="2026-11-27", folder=tmp_path)
    assert (tmp_path / "prices.json").read_bytes() == (CONFIG_FOLDER / "prices.json").read_bytes()
