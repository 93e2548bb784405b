"""What a request and a month of serving use of AWS, in the units of the price table; no money yet."""

import math
from collections.abc import Mapping
from typing import Any

from bakeoff.pricing import assumptions
from bakeoff.pricing.amounts import Part, times
from bakeoff.pricing.keys import instance_key, serverless_key
from bakeoff.pricing.making import is_v2, lists_once

NO_LATENCY = "latency.mean"


def front_request(seconds: float | None, deployment: Mapping[str, Any], *, reads: float, measured: bool) -> list[Part]:
    """One request through the API that asks this contestant alone: API Gateway, the function, its reads.

    Args:
        seconds: that the function runs: as long as the answer takes.
        reads: DynamoDB read units.
    """
    memory = deployment["front"]["memoryMb"] / 1024
    return [
        Part(what="API Gateway", key="apigateway.rest.requests", quantity=1e-6),
        Part(what="function, request", key="lambda.requests", quantity=1e-6),
        Part(
            what="function, time",
            key="lambda.duration",
            quantity=None if seconds is None else seconds * memory,
            unknown=NO_LATENCY,
            measured=measured,
            assumed=not measured,
        ),
        Part(what="history and titles", key="dynamodb.reads", quantity=reads / 1e6, assumed=True),
    ]


def asked_request(contestant: Mapping[str, Any], deployment: Mapping[str, Any]) -> list[Part]:
    """The front's part of a request that waits for a backend."""
    reads = assumptions.HISTORY_READ_UNITS + assumptions.TITLE_READ_UNITS
    return front_request(_mean_seconds(contestant), deployment, reads=reads, measured=True)


def serverless_request(contestant: Mapping[str, Any], deployment: Mapping[str, Any]) -> list[Part]:
    """One request to a serverless endpoint: the mean latency x the price of a second with its memory.

    The latency is the asker's, network included, which makes it a little too much. Data in and out is left out.
    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    key = serverless_key(deployment["serving"]["memoryMb"])
    seconds = _mean_seconds(contestant)
    endpoint = Part(what="serverless endpoint", key=key, quantity=seconds, unknown=NO_LATENCY, measured=True)
    return [endpoint, *asked_request(contestant, deployment)]


def instance_month(deployment: Mapping[str, Any]) -> list[Part]:
    """One instance of an endpoint for a month, asked or not."""
    key = instance_key("hosting", deployment["serving"]["instanceType"])
    return [Part(what="endpoint instance", key=key, quantity=assumptions.HOURS_A_MONTH)]


def instance_capacity(contestant: Mapping[str, Any], deployment: Mapping[str, Any], *, laptop: bool) -> int | None:
    """Requests a month that one instance takes: its requests a second x seconds a month / `PEAK`; None if not measured.

    Its requests a second are those of the latency burst. A serverless endpoint on AWS answered that with several
    workers; one of them takes 1 / mean.
    """
    latency = contestant.get("latency") or {}
    seconds = _mean_seconds(contestant)
    if not seconds:
        return None
    shared = deployment["serving"]["mode"] == "serverless" and not laptop
    a_second = None if shared else latency.get("requestsPerSecond")
    return max(1, math.floor((a_second or 1 / seconds) * assumptions.SECONDS_A_MONTH / assumptions.PEAK))


def instance_request(contestant: Mapping[str, Any], deployment: Mapping[str, Any], *, laptop: bool) -> list[Part]:
    """One request to an instance that is used to its capacity: its share of the month, and the front."""
    capacity = instance_capacity(contestant, deployment, laptop=laptop)
    [month] = instance_month(deployment)
    share = Part(
        what="endpoint instance at capacity",
        key=month.key,
        quantity=None if capacity is None else assumptions.HOURS_A_MONTH / capacity,
        unknown=NO_LATENCY,
        measured=True,
        assumed=True,
    )
    return [share, *asked_request(contestant, deployment)]


def campaign_requests(contestant: Mapping[str, Any], requests: float) -> list[Part]:
    """`requests` to a campaign, those paid for; a v2 recipe has a price of its own."""
    key = "personalize.v2.recommendations" if is_v2(contestant) else "personalize.recommendations"
    return [Part(what="campaign", key=key, quantity=requests / 1000)]


def stored_request(deployment: Mapping[str, Any]) -> list[Part]:
    """One request answered from a stored list: the function waits for DynamoDB alone."""
    reads = assumptions.HISTORY_READ_UNITS + assumptions.TITLE_READ_UNITS + assumptions.STORED_LIST_READ_UNITS
    return front_request(assumptions.STORED_LIST_SECONDS, deployment, reads=reads, measured=False)


def stored_month(contestant: Mapping[str, Any], deployment: Mapping[str, Any]) -> list[Part]:
    """A month in which every user's list is written anew every day, and is kept."""
    users = deployment.get("users")
    writes = None if users is None else users * assumptions.STORED_LIST_WRITE_UNITS * assumptions.DAYS_A_MONTH
    return [
        *times(lists_once(contestant, deployment), assumptions.DAYS_A_MONTH),
        Part(
            what="list writes",
            key="dynamodb.writes",
            quantity=None if writes is None else writes / 1e6,
            unknown="users",
            assumed=True,
        ),
        Part(
            what="stored lists",
            key="dynamodb.storage",
            quantity=None if users is None else users * assumptions.STORED_LIST_BYTES / 1e9,
            unknown="users",
            assumed=True,
        ),
    ]


def _mean_seconds(contestant: Mapping[str, Any]) -> float | None:
    milliseconds = (contestant.get("latency") or {}).get("mean")
    return None if milliseconds is None else milliseconds / 1000
