"""The functions' settings and clients: named faults, and requests as AWS gets them."""

from typing import Any

import pytest
from botocore.session import Session

from bakeoff.errors import SettingsError
from bakeoff.workflow.cloud import Cloud, WorkflowSettings


def test_settings_are_read_by_their_variables() -> None:
    environment = {"BUCKET": "b", "RUNS_TABLE": "r", "PREFIX": "not asked for"}
    settings = WorkflowSettings.from_environment(environment, "bucket", "runs_table")
    assert (settings.bucket, settings.runs_table, settings.prefix) == ("b", "r", "")


@pytest.mark.parametrize("environment", [{"PREFIX": "p"}, {"PREFIX": "p", "BUCKET": "", "RUNS_TABLE": ""}])
def test_every_missing_variable_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"lacks BUCKET, RUNS_TABLE;"):
        WorkflowSettings.from_environment(environment, "prefix", "bucket", "runs_table")


def test_clients_are_made_once_and_retry(session: Session) -> None:
    cloud = Cloud(settings=WorkflowSettings(), session=session)
    client = cloud.client("ssm")
    assert cloud.client("ssm") is client
    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": 5}
    client.close()


def test_what_is_written_is_read_again(aws: Any) -> None:
    aws.cloud.write_json("runs/1/report.json", {"ä": [1, None]})
    assert aws.cloud.read_json("runs/1/report.json") == {"ä": [1, None]}
    [(_, put)] = aws.called("PutObject")
    assert (put["Bucket"], put["Key"], put["ContentType"]) == (
        "bakeoff-test",
        "runs/1/report.json",
        "application/json",
    )


def test_only_the_first_bytes_are_fetched(aws: Any) -> None:
    aws.put_file("lines", b"0123456789")
    assert aws.cloud.read("lines", first_bytes=4) == b"0123"
    assert aws.called("GetObject")[0][1]["Range"] == "bytes=0-3"


def test_a_file_exists_or_does_not_and_one_key_is_asked_for(aws: Any) -> None:
    aws.put_file("prepared/a/manifest.json", {})
    assert aws.cloud.exists("prepared/a/manifest.json")
    assert not aws.cloud.exists("prepared/b/manifest.json")
    assert aws.calls[0] == (
        "ListObjectsV2",
        {"Bucket": "bakeoff-test", "Prefix": "prepared/a/manifest.json", "MaxKeys": 1},
    )
