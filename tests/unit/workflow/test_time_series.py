"""Metrics for CloudWatch: the request as it is sent, in batches that it takes, and what is said where it refuses."""

from typing import Any

import pytest

from bakeoff.workflow import time_series
from bakeoff.workflow.time_series import send_metrics
from tests.support.aws_calls import refusal

EASE = {
    "name": "ease",
    "status": "ok",
    "metrics": {"ndcg@10": {"value": 0.25}, "coverage@10": {"value": 0.0}, "recall@10": {"value": 0.5}},
    "latency": {"p95": 12.5, "n": 40},
    "trainingSeconds": 30,
}
BROKEN = {"name": "broken", "status": "failed", "metrics": None, "latency": {"p95": None, "n": 0}}


@pytest.fixture
def sent(aws: Any) -> list[dict[str, Any]]:
    """The requests that CloudWatch takes."""
    requests: list[dict[str, Any]] = []
    aws.answer("cloudwatch", lambda operation, parameters: requests.append(parameters) or {})
    return requests


def test_each_figure_that_there_is_is_sent_by_environment_and_contestant(aws: Any, sent: list[dict[str, Any]]) -> None:
    assert send_metrics(aws.cloud, [EASE, BROKEN], promoted=True) == ""
    [request] = sent
    assert request["Namespace"] == "Bakeoff"
    assert [call for call, _ in aws.called("PutMetricData")] == ["PutMetricData"]
    figures = {
        (one["Dimensions"][1]["Value"], one["MetricName"]): (one["Value"], one["Unit"]) for one in request["MetricData"]
    }
    assert figures == {
        ("ease", "ndcg@10"): (0.25, "None"),
        ("ease", "coverage@10"): (0.0, "None"),
        ("ease", "latency p95"): (12.5, "Milliseconds"),
        ("ease", "training seconds"): (30.0, "Seconds"),
        ("ease", "promoted"): (1.0, "None"),
        ("broken", "promoted"): (0.0, "None"),
    }
    assert request["MetricData"][0]["Dimensions"] == [
        {"Name": "environment", "Value": "test"},
        {"Name": "contestant", "Value": "ease"},
    ]


def test_a_run_that_is_kept_back_promotes_nobody(aws: Any, sent: list[dict[str, Any]]) -> None:
    send_metrics(aws.cloud, [EASE], promoted=False)
    assert [one["Value"] for one in sent[0]["MetricData"] if one["MetricName"] == "promoted"] == [0.0]


def test_more_than_a_request_takes_is_sent_in_several(
    aws: Any, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_series, "MOST_DATA", 4)
    send_metrics(aws.cloud, [EASE, EASE], promoted=True)
    assert [len(request["MetricData"]) for request in sent] == [4, 4, 2]


def test_a_refusal_is_said_and_fails_nothing(aws: Any) -> None:
    def denies(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        raise refusal("AccessDenied", "not you")

    aws.answer("cloudwatch", denies)
    said = send_metrics(aws.cloud, [EASE], promoted=True)
    assert said.startswith("CloudWatch did not take this run's metrics: ")
    assert "not you" in said
