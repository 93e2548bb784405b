"""The commands that show the price table and have AWS's Price List fill it."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner, Result

from bakeoff.command_line import prices
from bakeoff.command_line.app import app
from bakeoff.config import load_config
from bakeoff.price_list import Refreshed


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["prices", *arguments])


def test_the_table_is_shown_with_its_sources() -> None:
    shown = call("show", "--region", "us-east-1").output
    for row in load_config("local").prices.rows.values():
        assert row.key in shown
    assert "million requests" in shown
    assert "From memory, not checked" in shown


def test_a_region_without_prices_says_how_to_get_some() -> None:
    shown = call("show").output
    assert "eu-central-1: no price is known; `python -m bakeoff prices refresh --region eu-central-1` asks" in shown
    assert "eu-west-1" in shown


def test_a_region_that_there_is_not_is_refused_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "refresh", lambda *_, **__: pytest.fail("asked"))
    monkeypatch.setattr(prices, "client", lambda: None)
    for command in ("show", "refresh"):
        refused = call(command, "--region", "eu-nowhere-1")
        assert refused.exit_code == 1
        assert "'eu-nowhere-1' is none of ap-northeast-1" in refused.stderr


def test_a_refresh_says_what_it_found_and_what_it_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def refresh(pricing: Any, **options: Any) -> Refreshed:
        asked.update(options, pricing=pricing)
        return Refreshed(
            path=Path("config/prices.json"),
            verified={"eu-west-1": ["glue.dpu", "s3.storage"]},
            left={"eu-west-1": ["personalize.batch"]},
            offered={"eu-west-1": ["EU-Training: 0.24 USD for one Hrs"]},
        )

    monkeypatch.setattr(prices, "refresh", refresh)
    monkeypatch.setattr(prices, "client", lambda: "a client")
    done = call("refresh", "--region", "eu-west-1")
    assert done.output.splitlines() == [
        "eu-west-1: 2 prices are the Price List's now.",
        "eu-west-1: 1 were not found there and stay as they were: personalize.batch",
        "eu-west-1: Amazon Personalize EU-Training: 0.24 USD for one Hrs",
        "Written: config/prices.json",
    ]
    assert (asked["pricing"], asked["regions"]) == ("a client", ["eu-west-1"])
    assert asked["keys"] == prices.configured_keys()


def test_without_a_region_all_of_the_table_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refresh(pricing: Any, *, regions: list[str], **_: Any) -> Refreshed:
        asked.extend(regions)
        return Refreshed(path=Path("p"), verified={}, left={}, offered={})

    monkeypatch.setattr(prices, "refresh", refresh)
    monkeypatch.setattr(prices, "client", lambda: None)
    assert call("refresh").exit_code == 0
    assert asked == ["eu-central-1", "eu-west-1", "us-east-1"]


def test_the_keys_are_those_of_every_environments_instances() -> None:
    keys = prices.configured_keys()
    assert {"sagemaker.hosting.ml.m5.large", "sagemaker.training.ml.m5.xlarge"} < keys
    assert {"sagemaker.processing.ml.m5.xlarge", "sagemaker.transform.ml.m5.xlarge"} < keys
    assert len([key for key in keys if "serverless" in key]) == 6


def test_without_credentials_the_refresh_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Refreshed:
        raise NoCredentialsError

    monkeypatch.setattr(prices, "refresh", refused)
    monkeypatch.setattr(prices, "client", lambda: None)
    done = call("refresh")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: There are no AWS credentials. Sign in, or set AWS_PROFILE")


def test_the_price_list_is_asked_in_its_own_region(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, str]] = []

    class Session:
        def __init__(self, *, region_name: str) -> None:
            self.region = region_name

        def client(self, service: str) -> None:
            made.append((self.region, service))

    monkeypatch.setattr(boto3, "Session", Session)
    prices.client()
    assert made == [("us-east-1", "pricing")]
