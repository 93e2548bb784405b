"""A run's report as the table that a person sees."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.results import parse_report, read_report, results_table
from bakeoff.errors import RunError

REPORT = {
    "runId": "r1",
    "promoted": True,
    "default": "ease",
    "contestants": [
        {
            "name": "ease",
            "status": "ok",
            "twin": False,
            "trainingSeconds": 65.4,
            "metrics": {
                "ndcg@10": {"value": 0.1951, "low": 0.1812, "high": 0.2093, "n": 900},
                "coverage@10": {"value": 0.155, "n": 900},
            },
        },
        {"name": "personalize-popularity-count", "status": "ok", "twin": True, "metrics": {}},
        {"name": "content", "status": "failed", "reason": "out of memory [137]", "metrics": None},
    ],
}


class S3:
    """One report under its key."""

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) != ("the-bucket", "runs/r1/report.json"):
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        return {"Body": io.BytesIO(json.dumps(REPORT).encode())}


def test_shows_accuracy_with_its_interval_coverage_training_time_and_status_in_words() -> None:
    table = results_table(parse_report(REPORT))
    cells = [list(column.cells) for column in table.columns]
    assert [column.header for column in table.columns] == ["contestant", "ndcg@10", "coverage@10", "training", "status"]
    assert cells[0] == ["ease", "personalize-popularity-count", "content"]
    assert cells[1] == ["0.195 (0.181 to 0.209)", "–", "–"]
    assert cells[2] == ["0.155", "–", "–"]
    assert cells[3] == ["1 min 05 s", "–", "–"]
    assert cells[4] == ["trained, the default", "trained, local twin", r"failed: out of memory \[137]"]


def test_reads_the_report_of_a_run(deployed: Deployed) -> None:
    report = read_report(S3(), deployed, run="r1")
    assert (report.run, report.promoted, report.default) == ("r1", True, "ease")


def test_a_failed_jobs_description_is_cut_down_to_its_reason() -> None:
    cause = json.dumps({"ProcessingJobName": "evaluate", "FailureReason": "lists of another split"})
    assert parse_report({**REPORT, "reason": cause}).reason == "lists of another split"


def test_a_run_without_a_report_is_said_to_have_none(deployed: Deployed) -> None:
    with pytest.raises(RunError, match="no report of a run 'r2'"):
        read_report(S3(), deployed, run="r2")
