"""Fixtures of the pricing tests: a table of round prices, a deployment, and two contestants worked out by hand."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bakeoff.pricing.keys import FIXED_UNITS, SERVERLESS_MEMORY_MB, instance_key, serverless_key, unit_of
from bakeoff.pricing.table import PriceRow, PriceTable

PRICES: dict[str, float] = {
    **dict.fromkeys(FIXED_UNITS, 1.0),
    **{serverless_key(memory): memory / 1024 for memory in SERVERLESS_MEMORY_MB},
    instance_key("training", "ml.m5.xlarge"): 0.5,
    instance_key("transform", "ml.m5.xlarge"): 0.25,
    instance_key("hosting", "ml.m5.large"): 0.1,
}


def table(prices: Mapping[str, float], *, verified: bool = True) -> PriceTable:
    rows = {
        key: PriceRow(
            key=key, price=price, unit=unit_of(key) or "", source="a test", date="2026-01-01", verified=verified
        )
        for key, price in prices.items()
    }
    return PriceTable(region="us-east-1", currency="USD", rows=rows)


@pytest.fixture
def prices() -> PriceTable:
    return table(PRICES)


@pytest.fixture
def without() -> Callable[..., PriceTable]:
    """Makes the table without some of its rows: `without("s3.storage")`."""
    return lambda *keys: table({key: price for key, price in PRICES.items() if key not in keys})


@pytest.fixture
def unverified() -> PriceTable:
    return table(PRICES, verified=False)


@pytest.fixture
def deployment() -> dict[str, Any]:
    return {
        "training": {"instanceType": "ml.m5.xlarge"},
        "lists": {"instanceType": "ml.m5.xlarge"},
        "serving": {"mode": "serverless", "memoryMb": 2048, "instanceType": "ml.m5.large", "maxConcurrency": 10},
        "front": {"memoryMb": 1024},
        "users": 1_000,
        "interactions": 50_000,
    }


@pytest.fixture
def ease() -> dict[str, Any]:
    """Trained in half an hour, lists of 100 test users in 36 s, an archive of 2 GB, half a second an answer."""
    return {
        "name": "ease",
        "kind": "sagemaker",
        "twin": False,
        "recipe": None,
        "billableSeconds": 1800,
        "listsSeconds": 36,
        "artefactBytes": 2_000_000_000,
        "latency": {"mean": 500.0, "n": 100, "concurrency": 4, "requestsPerSecond": 4.0},
        "metrics": {"ndcg@10": {"value": 0.1, "n": 100}, "hit_rate@10": {"value": 0.25, "n": 100}},
    }


@pytest.fixture
def managed() -> dict[str, Any]:
    """A recipe of Amazon Personalize that took two training hours."""
    return {
        "name": "popularity",
        "kind": "personalize",
        "twin": False,
        "recipe": "aws-popularity-count",
        "billableSeconds": 7200,
        "listsSeconds": None,
        "artefactBytes": None,
        "latency": {"mean": 500.0, "n": 100, "concurrency": 4, "requestsPerSecond": 8.0},
        "metrics": {"ndcg@10": {"value": 0.1, "n": 100}, "hit_rate@10": {"value": 0.5, "n": 100}},
    }
