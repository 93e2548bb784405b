"""Releasing: only what no run needs goes, what serves never does, and doing it twice does no harm."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bakeoff.errors import CloudError
from bakeoff.workflow.release import release_backends
from tests.support.aws_calls import refusal

CAMPAIGN = "arn:aws:personalize:us-east-1:123456789012:campaign/"
Refuse = Callable[[str], ClientError | None]


def endpoint(name: str) -> dict[str, str]:
    return {"type": "sagemaker-endpoint", "name": name}


def campaign(name: str) -> dict[str, str]:
    return {"type": "personalize-campaign", "arn": CAMPAIGN + name}


class Backends:
    """SageMaker and Personalize, as far as they delete; what was deleted, in order."""

    def __init__(self, aws: Any, refuse: Refuse = lambda operation: None) -> None:
        self.deleted: list[str] = []
        self._refuse = refuse
        for service in ("sagemaker", "personalize"):
            aws.answer(service, self._answer)

    def _answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        error = self._refuse(operation)
        if error is not None:
            raise error
        [name] = parameters.values()
        self.deleted.append(f"{operation} {name.removeprefix(CAMPAIGN)}")
        return {}


@pytest.fixture
def run(aws: Any, manifest: dict[str, Any]) -> Callable[..., None]:
    """Puts a run on record: `run("run-1", endpoint("a"), version="v1", running=True)`."""

    def put(run_id: str, *backends: dict[str, str], version: str = "v1", running: bool = False) -> None:
        key = f"prepared/{version}/"
        aws.put_file(f"{key}manifest.json", manifest)
        aws.put_row("items", key=f"loaded#{version}")
        aws.put_row(
            "runs",
            runId=run_id,
            executionArn=aws.execution(run_id, running=running),
            dataVersion=version,
            preparedKey=key,
            backends=list(backends),
        )

    return put


def test_a_run_that_lost_gives_up_all_it_staged(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"), campaign("b-1"))
    released = release_backends(aws.cloud, {"runId": "run-1"})
    assert released["released"] == [endpoint("a-1"), campaign("b-1")]
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1", "DeleteCampaign b-1"]
    assert [call for call in aws.calls if call[0].startswith("Delete") and call[0] != "DeleteItem"] == [
        ("DeleteEndpoint", {"EndpointName": "a-1"}),
        ("DeleteEndpointConfig", {"EndpointConfigName": "a-1"}),
        ("DeleteCampaign", {"campaignArn": f"{CAMPAIGN}b-1"}),
    ]


def test_a_run_that_only_compares_releases_nothing(aws: Any, run: Callable[..., None]) -> None:
    run("run-1", endpoint("a-1"))
    assert release_backends(aws.cloud, {"runId": "run-1-global_time", "onlyCompare": True}) == {
        "released": [],
        "parts": [],
    }
    assert aws.calls == [], "the run that started it is told by nobody else"


def test_the_promoted_runs_backends_are_never_deleted_whoever_asks(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"))
    run("run-2", endpoint("a-2"))
    aws.promote("run-2")
    for asking in ("run-1", "run-2"):
        release_backends(aws.cloud, {"runId": asking})
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]
    assert "released" not in aws.rows("runs")["run-2"]


def test_a_backend_that_two_runs_share_stays_while_one_of_them_serves(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("shared"), endpoint("a-1"))
    run("run-2", endpoint("shared"))
    aws.promote("run-2")
    released = release_backends(aws.cloud, {"runId": "run-2"})
    assert released["released"] == [endpoint("a-1")]
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]


def test_a_backend_that_two_lost_runs_share_is_deleted_once(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", campaign("shared"))
    run("run-2", campaign("shared"))
    assert release_backends(aws.cloud, {"runId": "run-2"})["released"] == [campaign("shared")]
    assert backends.deleted == ["DeleteCampaign shared"]


def test_a_run_under_way_keeps_what_it_has_and_what_it_will_come_to(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"), endpoint("shared"))
    run("run-2", endpoint("shared"), endpoint("b-2"), version="v2", running=True)
    assert release_backends(aws.cloud, {"runId": "run-1"})["released"] == [endpoint("a-1")]
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]
    assert "loaded#v2" in aws.rows("items")
    described = {call["executionArn"].rpartition(":")[2] for _, call in aws.called("DescribeExecution")}
    assert described == {"run-2"}, "the run that asks runs too, and has nothing more to do"


def test_the_run_that_asks_is_over_though_its_execution_goes_on(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"), running=True)
    release_backends(aws.cloud, {"runId": "run-1"})
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]


def test_a_restoration_that_failed_gives_up_what_it_staged_of_the_former_run(
    aws: Any, run: Callable[..., None]
) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"))
    aws.put_row("runs", **{**aws.rows("runs")["run-1"], "executionArn": aws.execution("back-1", running=True)})
    release_backends(aws.cloud, {"runId": "run-2"})
    assert backends.deleted == [], "another run leaves it alone while it is under way"
    release_backends(aws.cloud, {"runId": "back-1"})
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]


def test_an_execution_that_aws_has_forgotten_is_over(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"))
    record = aws.rows("runs")["run-1"]
    aws.put_row("runs", **{**record, "executionArn": record["executionArn"] + "-forgotten"})
    release_backends(aws.cloud, {"runId": "run-2"})
    assert backends.deleted == ["DeleteEndpoint a-1", "DeleteEndpointConfig a-1"]


def test_a_state_machine_that_cannot_be_asked_releases_nothing(aws: Any, run: Callable[..., None]) -> None:
    def denies(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        raise refusal("AccessDeniedException")

    backends = Backends(aws)
    run("run-1", endpoint("a-1"))
    aws.answer("stepfunctions", denies)
    with pytest.raises(ClientError, match="AccessDenied"):
        release_backends(aws.cloud, {"runId": "run-2"})
    assert backends.deleted == []


def test_releasing_twice_deletes_once(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", endpoint("a-1"))
    release_backends(aws.cloud, {"runId": "run-1"})
    assert release_backends(aws.cloud, {"runId": "run-1"}) == {"released": [], "parts": []}
    assert len(backends.deleted) == 2
    assert aws.rows("runs")["run-1"]["released"] is True


GONE = {
    "SageMaker's words": refusal("ValidationException", 'Could not find endpoint "arn".'),
    "no such campaign": refusal("ResourceNotFoundException"),
}


@pytest.mark.parametrize("error", GONE.values(), ids=GONE)
def test_what_is_gone_already_is_released(aws: Any, run: Callable[..., None], error: ClientError) -> None:
    Backends(aws, lambda operation: error)
    run("run-1", endpoint("a-1"), campaign("b-1"))
    assert len(release_backends(aws.cloud, {"runId": "run-1"})["released"]) == 2
    assert aws.rows("runs")["run-1"]["released"] is True


BUSY = {
    "an endpoint that is being made": refusal("ValidationException", 'Cannot update in-progress endpoint "arn".'),
    "a campaign that is being made or deleted": refusal("ResourceInUseException"),
}


@pytest.mark.parametrize("error", BUSY.values(), ids=BUSY)
def test_what_cannot_be_deleted_yet_stays_on_record_for_the_next_run(
    aws: Any, run: Callable[..., None], error: ClientError
) -> None:
    refusing = [error, error]
    backends = Backends(aws, lambda operation: refusing.pop() if refusing else None)
    run("run-1", endpoint("a-1"), campaign("b-1"))
    run("run-2", endpoint("a-2"))
    assert release_backends(aws.cloud, {"runId": "run-2"})["released"] == [endpoint("a-2")]
    assert [run_id for run_id, row in aws.rows("runs").items() if row.get("released")] == ["run-2"]
    assert release_backends(aws.cloud, {"runId": "run-3"})["released"] == [endpoint("a-1"), campaign("b-1")]
    assert aws.rows("runs")["run-1"]["released"] is True
    assert {"DeleteEndpoint a-1", "DeleteEndpointConfig a-1", "DeleteCampaign b-1"} <= set(backends.deleted)


def test_a_refusal_is_told_and_the_run_stays_to_be_released(aws: Any, run: Callable[..., None]) -> None:
    Backends(aws, lambda operation: refusal("AccessDeniedException", "not you"))
    run("run-1", endpoint("a-1"))
    with pytest.raises(CloudError, match=r"Releasing .*a-1.* failed: AccessDeniedException: not you"):
        release_backends(aws.cloud, {"runId": "run-1"})
    assert "released" not in aws.rows("runs")["run-1"]
    assert "loaded#v1" in aws.rows("items")


def test_the_rows_of_data_that_no_run_needs_are_named_after_their_mark_is_gone(
    aws: Any, run: Callable[..., None]
) -> None:
    Backends(aws)
    run("run-1", endpoint("a-1"), version="v1")
    run("run-2", endpoint("a-2"), version="v2")
    aws.promote("run-2")
    released = release_backends(aws.cloud, {"runId": "run-2"})
    assert released["parts"] == [
        {"table": "items", "key": "prepared/v1/serving/items/part-00000.jsonl", "dataVersion": "v1"},
        {"table": "histories", "key": "prepared/v1/serving/histories/part-00000.jsonl", "dataVersion": "v1"},
    ]
    assert list(aws.rows("items")) == ["loaded#v2"], "rows half deleted must not pass for loaded ones"
    order = [call[0] for call in aws.called("DeleteItem", "UpdateItem")]
    assert order == ["DeleteItem", "UpdateItem"], "a call cut short between the two is made good by the next"


def test_data_that_the_promoted_run_serves_from_is_kept(aws: Any, run: Callable[..., None]) -> None:
    Backends(aws)
    run("run-1", endpoint("a-1"))
    run("run-2", endpoint("a-2"))
    aws.promote("run-2")
    assert release_backends(aws.cloud, {"runId": "run-2"})["parts"] == []
    assert "loaded#v1" in aws.rows("items")


def test_a_run_whose_prepared_data_was_deleted_is_released_all_the_same(aws: Any, run: Callable[..., None]) -> None:
    """Or every later run would fail on it, after it was promoted."""
    Backends(aws)
    run("run-1", endpoint("a-1"))
    aws.clients["s3"].delete_object(Bucket="bakeoff-test", Key="prepared/v1/manifest.json")
    released = release_backends(aws.cloud, {"runId": "run-2"})
    assert released == {"released": [endpoint("a-1")], "parts": []}
    assert aws.rows("runs")["run-1"]["released"] is True
    assert "loaded#v1" not in aws.rows("items"), "data that is made anew is loaded anew"


STORED = {"type": "stored-lists", "name": "bakeoff-test-a-1", "table": "lists", "rows": "a/1/stored", "parts": 2}
LIVE = {"type": "autopilot-endpoint", "name": "b-1", "table": "lists", "rows": "candidates/1/bodies/all", "parts": 1}


def test_stored_lists_give_up_their_rows_and_the_mark_that_they_are_loaded(aws: Any, run: Callable[..., None]) -> None:
    backends = Backends(aws)
    run("run-1", STORED, LIVE)
    for key in ("a/1/stored/part-00000.jsonl", "candidates/1/bodies/all/part-00000.jsonl"):
        aws.put_file(f"lists/{key}", "")
    for mark in ("loaded#a/1/stored", "loaded#candidates/1/bodies/all", "loaded#other"):
        aws.put_row("lists", key=mark)
    released = release_backends(aws.cloud, {"runId": "run-1"})
    assert released["released"] == [STORED, LIVE]
    assert backends.deleted == ["DeleteEndpoint b-1", "DeleteEndpointConfig b-1"]
    of_lists = [part for part in released["parts"] if part["table"] == "lists"]
    assert of_lists == [
        {"table": "lists", "rows": "a/1/stored", "number": 0},
        {"table": "lists", "rows": "a/1/stored", "number": 1},
        {"table": "lists", "rows": "candidates/1/bodies/all", "number": 0},
    ]
    assert list(aws.rows("lists")) == ["loaded#other"]


def test_rows_that_another_run_serves_with_stay(aws: Any, run: Callable[..., None]) -> None:
    Backends(aws)
    run("run-1", LIVE)
    run("run-2", {**LIVE, "name": "b-2"}, running=True)
    aws.put_file("lists/candidates/1/bodies/all/part-00000.jsonl", "")
    released = release_backends(aws.cloud, {"runId": "run-1"})
    assert (released["released"], released["parts"]) == ([LIVE], [])


def test_rows_whose_files_are_gone_are_left(aws: Any, run: Callable[..., None]) -> None:
    Backends(aws)
    run("run-1", STORED)
    assert [part for part in release_backends(aws.cloud, {"runId": "run-1"})["parts"] if "rows" in part] == []
