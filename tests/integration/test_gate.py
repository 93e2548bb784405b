"""Runs that are worse than the one that serves, or cannot be compared: the gate keeps it, and a person may decide."""

import json
from collections.abc import Callable

import pytest

from bakeoff.command_line import rolling_back
from bakeoff.errors import RunError
from tests.integration import data
from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product, wait_until
from tests.support.small_data import DAY, FIRST_TIMESTAMP, SmallData

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


def test_a_worse_run_is_held_to_what_serves_on_its_own_split_and_leaves_neither_endpoint_nor_rows(
    product: Product, noise: str
) -> None:
    promoted, trained = product.promoted(), product.training_jobs()
    report = product.run(noise, "ease")
    assert report["promoted"] is False
    assert report["reason"].endswith(" The promoted run goes on serving.")
    (contestant,) = report["contestants"]
    assert contestant["status"] == "ok"

    asked = product.children(report["runId"])["the_incumbent"]
    assert asked["status"] == "SUCCEEDED"
    assert json.loads(asked["output"])["name"] == f"incumbent {promoted['default']}"
    assert set(product.training_jobs()) - set(trained) <= {contestant["modelVersion"]}, "it is asked, never trained"
    gate = product.record(report["runId"])["gate"]
    assert gate["incumbent"] == {"runId": promoted["runId"], "default": promoted["default"]}
    checks = {check["name"]: check for check in gate["checks"]}
    assert f"for the same {report['protocol']['users']} users: difference " in checks["accuracy"]["says"]
    assert list(checks) == ["accuracy", "coverage", "latency", "cost"]
    assert checks["accuracy"]["verdict"] == "failed"
    assert "not evaluated" not in [check["verdict"] for check in checks.values()]

    assert contestant["backend"]["name"] not in product.endpoints()
    configurations = product.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
    assert {one["EndpointConfigName"] for one in configurations} == backends(promoted)[0]
    assert product.model_servers(contestant["backend"]["name"]) == []
    serves_as_before(product, promoted)


def test_what_cannot_be_compared_is_kept_back_until_a_person_decides_and_can_be_rolled_back(
    product: Product, load_data: Callable[[SmallData], str], capsys: pytest.CaptureFixture[str]
) -> None:
    promoted = product.promoted()
    earlier = load_data(data.noise(12, since=FIRST_TIMESTAMP - 1000 * DAY))
    report = product.run(earlier, "ease")
    assert report["promoted"] is False
    assert report["reason"].startswith("Not comparable (n = 0): no user's held-out part is later than ")
    assert "run again with --promote" in report["reason"]
    serves_as_before(product, promoted)
    board = product.scoreboard().body
    assert (board["runId"], board["newest"]["runId"]) == (promoted["runId"], report["runId"])
    assert (board["newest"]["promoted"], board["newest"]["reason"]) == (False, report["reason"])

    forced = product.run(earlier, "ease", promote=True)
    assert forced["promoted"] is True
    assert forced["reason"].endswith("A person decided that it serves (--promote).")
    board = product.scoreboard().body
    assert board["runId"] == forced["runId"]
    assert (board["gate"]["byPerson"], board["gate"]["reason"], board["newest"]) == (True, forced["reason"], None)
    assert product.loaded_versions() == {product.promoted()["dataVersion"]}

    rolling_back.roll_back(product.cloud, product.deployed, to=None, yes=True, confirm=lambda question: False)
    assert f"The run {promoted['runId']} serves again, in place of {forced['runId']}" in capsys.readouterr().out
    restored = product.promoted()
    assert {**restored, "executionArn": ""} == {**promoted, "executionArn": ""}
    wait_until(lambda: product.ask(USER).body["runId"] == promoted["runId"], what="an answer by the former run")
    serves_as_before(product, restored)


def test_a_run_that_is_not_there_cannot_be_rolled_back_to_and_what_serves_goes_on(
    product: Product, first_run: FirstRun
) -> None:
    promoted = product.promoted()
    with pytest.raises(RunError, match=r"There is no run no-such-run\. What serves goes on serving\."):
        rolling_back.roll_back(product.cloud, product.deployed, to="no-such-run", yes=True, confirm=lambda _: False)
    serves_as_before(product, promoted)
