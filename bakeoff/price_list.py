"""Asks AWS's Price List API for the prices of the table, and writes ``config/prices.json`` anew. Asking is free.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bakeoff.config import CONFIG_FOLDER, read_price_file
from bakeoff.pricing.keys import FIXED_UNITS, instance_of, memory_of, unit_of
from bakeoff.pricing.table import PriceRow

# The API answers for all regions from a few: https://docs.aws.amazon.com/general/latest/gr/billing.html
API_REGION = "us-east-1"
# A usage type begins with a short name of its region, USE1- or EU-; those of us-east-1 may go without.
_REGION_PREFIX = r"([A-Z]{2,4}\d?-)?"
_USES = {"training": "Train", "processing": "Processing", "transform": "Tsform", "hosting": "Host"}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Where the Price List has a price.

    Args:
        field: ``usagetype``, of which `value` is the part behind the region's short name, or another attribute.
        units: of the Price List that make one of the table's.
    """

    service: str
    value: str
    field: str = "usagetype"
    units: int = 1


_RULES: dict[str, Rule] = {
    "lambda.requests": Rule(service="AWSLambda", field="group", value="AWS-Lambda-Requests-ARM", units=1_000_000),
    "lambda.duration": Rule(service="AWSLambda", field="group", value="AWS-Lambda-Duration-ARM"),
    "apigateway.rest.requests": Rule(service="AmazonApiGateway", value="ApiGatewayRequest", units=1_000_000),
    "dynamodb.reads": Rule(service="AmazonDynamoDB", value="ReadRequestUnits", units=1_000_000),
    "dynamodb.writes": Rule(service="AmazonDynamoDB", value="WriteRequestUnits", units=1_000_000),
    "dynamodb.storage": Rule(service="AmazonDynamoDB", value="TimedStorage-ByteHrs"),
    "s3.storage": Rule(service="AmazonS3", value="TimedStorage-ByteHrs"),
    "stepfunctions.transitions": Rule(service="AmazonStates", value="StateTransition", units=1_000),
    "glue.dpu": Rule(service="AWSGlue", value="ETL-DPU-Hour"),
}


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What a refresh did.

    Args:
        path: the file that was written.
        verified: by region, the keys whose rows are the Price List's now.
        left: by region, the keys that were not found, or found with several prices; their rows are as they were.
        offered: by region, what the Price List has of Amazon Personalize, whose usage types no rule knows.
    """

    path: Path
    verified: Mapping[str, list[str]]
    left: Mapping[str, list[str]]
    offered: Mapping[str, list[str]]


def rule_of(key: str) -> Rule | None:
    """Where the Price List has the price of `key`; None where that is not known."""
    instance, memory = instance_of(key), memory_of(key)
    if instance:
        return Rule(service="AmazonSageMaker", value=f"{_USES[instance[0]]}:{instance[1]}")
    if memory:
        return Rule(service="AmazonSageMaker", value=f"ServerlessInf:Mem-{memory // 1024}GB")
    return _RULES.get(key)


def refresh(
    pricing: Any, *, regions: Iterable[str], keys: Collection[str], today: str, folder: Path = CONFIG_FOLDER
) -> Refreshed:
    """Ask for every price and write ``prices.json`` (under a temporary name, then renamed).

    Args:
        pricing: a client of the service ``pricing`` in `API_REGION`.
        keys: to ask for beside those that the file has and those that every region needs.
        today: ISO, the date of the rows that are verified.
    """
    read = read_price_file(folder)
    table = {region: {row.key: row.model_dump(mode="json") for row in rows} for region, rows in read.regions.items()}
    verified: dict[str, list[str]] = {}
    left: dict[str, list[str]] = {}
    offered: dict[str, list[str]] = {}
    for region in regions:
        rows = table.setdefault(region, {})
        found = {key: _row(pricing, key, region, today) for key in sorted({*FIXED_UNITS, *keys, *rows})}
        rows.update({key: asdict(row) for key, row in found.items() if row})
        verified[region] = [key for key, row in found.items() if row]
        left[region] = [key for key, row in found.items() if not row]
        offered[region] = _offered(pricing, region)
    path = _written(folder / "prices.json", {"currency": read.currency, "regions": table})
    return Refreshed(path=path, verified=verified, left=left, offered=offered)


def _row(pricing: Any, key: str, region: str, today: str) -> PriceRow | None:
    """The Price List's row of `key`; None where it has none, or several that differ."""
    rule = rule_of(key)
    if rule is None:
        return None
    products = [product for product in _products(pricing, rule, region) if _first_paid(product) is not None]
    # Of the storage classes of a service, whose usage types end alike, the standard one has the shortest.
    shortest = min((len(_usage(product)) for product in products), default=0)
    products = [product for product in products if len(_usage(product)) == shortest]
    prices = {_first_paid(product) for product in products}
    if len(prices) != 1:
        return None
    [price] = prices
    return PriceRow(
        key=key,
        price=float(f"{(price or 0) * rule.units:.10g}"),
        unit=unit_of(key) or "",
        source=f"AWS Price List API, {rule.service}, {_usage(products[0])}, {_published(products[0])}",
        date=today,
        verified=True,
    )


def _products(pricing: Any, rule: Rule, region: str) -> list[Mapping[str, Any]]:
    how = "CONTAINS" if rule.field == "usagetype" else "TERM_MATCH"
    filters = [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
        {"Type": how, "Field": rule.field, "Value": rule.value},
    ]
    products = _asked(pricing, rule.service, filters)
    if rule.field != "usagetype":
        return products
    exact = re.compile(_REGION_PREFIX + re.escape(rule.value))
    return [product for product in products if exact.fullmatch(_usage(product))]


def _offered(pricing: Any, region: str) -> list[str]:
    """What the Price List has of Amazon Personalize, a line each, for a person who fills in the rows."""
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    products = _asked(pricing, "AmazonPersonalize", filters)
    return sorted(f"{_usage(product)}: {_first_paid(product)} USD for one {_unit(product)}" for product in products)


def _asked(pricing: Any, service: str, filters: list[dict[str, str]]) -> list[Mapping[str, Any]]:
    pages = pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters, FormatVersion="aws_v1")
    return [json.loads(product) for page in pages for product in page["PriceList"]]


def _usage(product: Mapping[str, Any]) -> str:
    return str(product["product"]["attributes"].get("usagetype", ""))


def _dimensions(product: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tiers of the on-demand price, the first one first."""
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    found = [dimension for term in terms for dimension in term["priceDimensions"].values()]
    return sorted(found, key=lambda dimension: float(dimension.get("beginRange") or 0))


def _first_paid(product: Mapping[str, Any]) -> float | None:
    """US dollars for a unit in the first tier that is not free; None where nothing is sold for dollars."""
    prices = (float(dimension["pricePerUnit"].get("USD") or 0) for dimension in _dimensions(product))
    return next((price for price in prices if price > 0), None)


def _unit(product: Mapping[str, Any]) -> str:
    return next((str(dimension["unit"]) for dimension in _dimensions(product)), "unit")


def _published(product: Mapping[str, Any]) -> str:
    effective = [term["effectiveDate"] for term in product["terms"]["OnDemand"].values()]
    published = str(product.get("publicationDate", "unknown"))
    return f"published {published[:10]}, effective {min(effective)[:10]}"


def _written(path: Path, value: Mapping[str, Any]) -> Path:
    regions = {region: [rows[key] for key in sorted(rows)] for region, rows in sorted(value["regions"].items())}
    written = path.with_suffix(".json.tmp")
    written.write_text(json.dumps({"currency": value["currency"], "regions": regions}, indent=2) + "\n")
    written.replace(path)
    return path
