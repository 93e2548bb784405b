"""The price table: JSON there and back, keys with their units, and nothing for what is unknown."""

import json

import pytest

from bakeoff.pricing.keys import instance_key, instance_of, memory_of, serverless_key, unit_of
from bakeoff.pricing.table import PriceTable


def test_a_table_goes_through_json_unchanged(prices: PriceTable) -> None:
    assert PriceTable.from_json(json.loads(json.dumps(prices.to_json()))) == prices


def test_a_table_is_as_old_as_its_oldest_row_and_verified_if_all_are(prices: PriceTable) -> None:
    old = prices.rows["s3.storage"]
    rows = {**prices.rows, "s3.storage": type(old)(**{**vars(old), "date": "2025-05-05", "verified": False})}
    value = PriceTable(region="us-east-1", currency="USD", rows=rows).to_json()
    assert (value["date"], value["verified"]) == ("2025-05-05", False)
    assert prices.to_json()["verified"] is True


def test_an_unknown_price_is_none(prices: PriceTable) -> None:
    assert prices.row("s3.storage") is not None
    assert prices.row("s3.glacier") is None
    assert list(prices.only({"s3.storage", "s3.glacier"}).rows) == ["s3.storage"]


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        (instance_key("hosting", "ml.m5.large"), "hour"),
        (serverless_key(3072), "second"),
        ("lambda.duration", "GB-second"),
        ("sagemaker.hosting.m5.large", None),
        ("sagemaker.notebook.ml.m5.large", None),
        ("sagemaker.serverless.1000mb", None),
        ("s3.glacier", None),
    ],
)
def test_every_key_has_its_unit_and_no_other_text_is_a_key(key: str, unit: str | None) -> None:
    assert unit_of(key) == unit


def test_a_key_tells_what_it_was_made_from() -> None:
    assert instance_of(instance_key("transform", "ml.c5.2xlarge")) == ("transform", "ml.c5.2xlarge")
    assert memory_of(serverless_key(6144)) == 6144
    assert instance_of("s3.storage") is None
    assert memory_of("s3.storage") is None
