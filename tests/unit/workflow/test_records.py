"""Run records: what is written is read, and a released run holds nothing any more."""

from typing import Any

import pytest

from bakeoff.contracts.naming import NO_RUN
from bakeoff.workflow.records import (
    mark_holding,
    mark_released,
    note_newest,
    promoted_run_id,
    read_record,
    records_that_hold,
    resource_of,
    write_record,
)

RECORD = {"runId": "run-1", "backends": [{"type": "t", "name": "n"}], "weight": 0.125, "reason": None, "twin": False}


def test_no_run_is_promoted_before_the_first(aws: Any) -> None:
    assert promoted_run_id(aws.cloud) is None
    assert aws.calls == [("GetParameter", {"Name": "/bakeoff-test/promoted-run"})]


def test_the_promoted_run_is_what_the_parameter_holds(aws: Any) -> None:
    aws.promote("run-7")
    assert promoted_run_id(aws.cloud) == "run-7" != NO_RUN


def test_a_record_is_read_as_it_was_written_and_consistently(aws: Any) -> None:
    write_record(aws.cloud, RECORD)
    assert read_record(aws.cloud, "run-1") == RECORD
    assert read_record(aws.cloud, "run-2") is None
    assert all(call["ConsistentRead"] for _, call in aws.called("GetItem"))


def test_a_released_run_holds_nothing_and_keeps_its_record(aws: Any) -> None:
    for run_id in ("run-1", "run-2"):
        write_record(aws.cloud, {**RECORD, "runId": run_id})
    mark_released(aws.cloud, "run-1")
    assert [record["runId"] for record in records_that_hold(aws.cloud)] == ["run-2"]
    assert read_record(aws.cloud, "run-1") == {**RECORD, "released": True}


def test_what_was_decided_last_is_noted_and_holds_nothing(aws: Any) -> None:
    write_record(aws.cloud, RECORD)
    for run_id in ("run-1", "run-2"):
        note_newest(aws.cloud, run_id, promoted=run_id == "run-1", reason="Why.")
    newest = read_record(aws.cloud, "newest")
    assert newest == {"runId": "newest", "of": "run-2", "promoted": False, "reason": "Why.", "released": True}
    assert [record["runId"] for record in records_that_hold(aws.cloud)] == ["run-1"]


def test_a_restored_run_holds_again(aws: Any) -> None:
    write_record(aws.cloud, {**RECORD, "released": True, "executionArn": "arn:run-1"})
    mark_holding(aws.cloud, "run-1", execution_arn="arn:back-1")
    assert records_that_hold(aws.cloud) == [{**RECORD, "executionArn": "arn:back-1"}]


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ({"type": "sagemaker-endpoint", "name": "bakeoff-a-1"}, "bakeoff-a-1"),
        (
            {"type": "personalize-campaign", "arn": "arn:aws:personalize:eu-west-1:1:campaign/bakeoff-b-2"},
            "bakeoff-b-2",
        ),
    ],
)
def test_an_artefact_has_one_name_whatever_serves_it(backend: dict[str, str], name: str) -> None:
    assert resource_of(backend) == name


def test_every_page_of_records_is_read(aws: Any) -> None:
    def answer(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if "ExclusiveStartKey" in parameters:
            return {"Items": [{"runId": {"S": "run-2"}}]}
        return {"Items": [{"runId": {"S": "run-1"}}], "LastEvaluatedKey": {"runId": {"S": "run-1"}}}

    aws.answer("dynamodb", answer)
    assert [record["runId"] for record in records_that_hold(aws.cloud)] == ["run-1", "run-2"]
