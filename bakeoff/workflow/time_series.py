"""Sends each run's main figures to CloudWatch, where they are a time series over runs.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bakeoff.contracts.naming import METRICS_NAMESPACE
from bakeoff.workflow.cloud import Cloud

MOST_DATA = 1_000  # in one request
METRICS = ("ndcg@10", "coverage@10")


def send_metrics(cloud: Cloud, contestants: Sequence[Mapping[str, Any]], *, promoted: bool) -> str:
    """Send what was measured of each contestant, and whether it serves from now on.

    Figures for people to look at are no reason for a run to fail.

    Args:
        contestants: as they stand at the gate.
        promoted: whether the run passed.

    Returns:
        A sentence that says what went wrong; empty where all was sent.
    """
    data = [one for contestant in contestants for one in _data(cloud, contestant, promoted=promoted)]
    try:
        for start in range(0, len(data), MOST_DATA):
            cloud.client("cloudwatch").put_metric_data(
                Namespace=METRICS_NAMESPACE, MetricData=data[start : start + MOST_DATA]
            )
    except (ClientError, BotoCoreError) as error:
        return f"CloudWatch did not take this run's metrics: {error}"
    return ""


def _data(cloud: Cloud, contestant: Mapping[str, Any], *, promoted: bool) -> Iterator[dict[str, Any]]:
    dimensions = [
        {"Name": "environment", "Value": cloud.settings.prefix.removeprefix("bakeoff-")},
        {"Name": "contestant", "Value": contestant["name"]},
    ]
    for name, value, unit in _figures(contestant, promoted=promoted):
        if value is not None:
            yield {"MetricName": name, "Dimensions": dimensions, "Value": float(value), "Unit": unit}


def _figures(contestant: Mapping[str, Any], *, promoted: bool) -> Iterator[tuple[str, float | None, str]]:
    metrics, latency = contestant.get("metrics") or {}, contestant.get("latency") or {}
    for name in METRICS:
        yield name, (metrics.get(name) or {}).get("value"), "None"
    yield "latency p95", latency.get("p95") if latency.get("n") else None, "Milliseconds"
    yield "training seconds", contestant.get("trainingSeconds"), "Seconds"
    yield "promoted", float(promoted and contestant["status"] == "ok"), "None"
