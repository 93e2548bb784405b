"""What serving costs: an idle month, a thousand requests, four levels of traffic, and where ways of serving meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bakeoff.pricing import assumptions, making, usage
from bakeoff.pricing.amounts import Part, not_offered, priced, times
from bakeoff.pricing.break_even import Way, break_even
from bakeoff.pricing.table import PriceTable

# From a shop window to a busy site: 0.004, 0.04, 0.4 and 4 requests a second on average. All of them stay in the first
# price tier of each service, which is the one that the table holds.
LEVELS = (10_000, 100_000, 1_000_000, 10_000_000)
PAIRS = (("serverless", "provisioned"), ("serverless", "batch"), ("provisioned", "batch"))
# Why contestants of a kind have no serverless endpoint:
# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions
_NO_SERVERLESS = {
    "personalize": "Amazon Personalize has no serverless campaigns",
    "autopilot": "a pipeline of Autopilot's containers cannot serve serverless",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A contestant as it is deployed, with the prices of its region.

    Args:
        contestant: an entry of report.json.
        deployment: see `bakeoff.pricing.contestant.contestant_costs`.
        laptop: seconds and latencies were measured on a laptop.
    """

    contestant: Mapping[str, Any]
    deployment: Mapping[str, Any]
    prices: PriceTable
    laptop: bool

    @property
    def managed(self) -> bool:
        return bool(self.contestant["kind"] == "personalize")

    @property
    def deployed(self) -> str:
        """The way it serves: ``provisioned``, ``serverless``, or ``batch`` where its lists are stored."""
        if self.contestant.get("serving") == "stored":
            return "batch"
        instances = self.no_serverless is not None or self.deployment["serving"]["mode"] == "instance"
        return "provisioned" if instances else "serverless"

    @property
    def no_serverless(self) -> str | None:
        """Why it cannot be served serverless; None where it can."""
        return _NO_SERVERLESS.get(self.contestant["kind"])

    def priced(self, parts: list[Part]) -> dict[str, Any]:
        return priced(parts, self.prices, laptop=self.laptop)


def idle_month(case: Case) -> dict[str, Any]:
    """As deployed and never asked: instances and campaigns bill, an archive is stored, stored lists are written."""
    return case.priced(_fixed(case, case.deployed, requests=0))


def per_thousand(case: Case) -> dict[str, Any]:
    """A thousand requests as deployed. An instance's share is that of one used to its capacity."""
    return case.priced(times(_request_at_capacity(case), 1000))


def per_useful(case: Case) -> dict[str, Any]:
    """One useful recommendation: a request whose ten items hold at least one that the user went on to like.

    The cost of a request divided by hit_rate@10, the share of test users with such a list.
    """
    rate = ((case.contestant.get("metrics") or {}).get("hit_rate@10") or {}).get("value")
    if not rate:
        return not_offered("hit_rate@10 was not measured" if rate is None else "there is none: hit_rate@10 is 0")
    return case.priced(times(_request_at_capacity(case), 1 / rate))


def levels(case: Case) -> list[dict[str, Any]]:
    """A month's cost at each of `LEVELS`, by each way of serving."""
    table = []
    for requests in LEVELS:
        ways = {way: _month(case, way, requests) for way in ("provisioned", "serverless", "batch")}
        table.append({"requestsPerMonth": requests, **ways, "asDeployed": ways[case.deployed]})
    return table


def break_evens(case: Case) -> list[dict[str, Any]]:
    """For each of `PAIRS` the fewest requests a month at which the second way costs no more, or None with a sentence.

    Where a further instance is needed the ways may cross again; the levels of `levels` show it.
    """
    return [{"between": [first, second], **_meeting(case, first, second)} for first, second in PAIRS]


def _month(case: Case, way: str, requests: int) -> dict[str, Any]:
    if way == "serverless" and case.no_serverless:
        return not_offered(case.no_serverless)
    return case.priced([*_fixed(case, way, requests=requests), *times(_request(case, way), requests)])


def _fixed(case: Case, way: str, *, requests: int) -> list[Part]:
    """What a month bills beside its requests: instances as many as they need, the least of a campaign, kept lists."""
    if way == "batch":
        return usage.stored_month(case.contestant, case.deployment)
    kept = making.artefact_month(case.contestant)
    if way == "serverless":
        return kept
    if case.managed:
        paid = max(requests, assumptions.LEAST_CAMPAIGN_REQUESTS)
        return [*kept, *usage.campaign_requests(case.contestant, paid)]
    return [*kept, *_instances(case, requests)]


def _instances(case: Case, requests: int) -> list[Part]:
    month = usage.instance_month(case.deployment)
    if requests == 0:
        return month
    capacity = _capacity(case)
    if capacity is None:
        return [Part(what=month[0].what, key=month[0].key, quantity=None, unknown=usage.NO_LATENCY, measured=True)]
    count = max(1, -(-requests // capacity))
    return [
        Part(
            what="endpoint instance" if count == 1 else f"{count} endpoint instances",
            key=month[0].key,
            quantity=count * assumptions.HOURS_A_MONTH,
            measured=True,
            assumed=True,
        )
    ]


def _request(case: Case, way: str) -> list[Part]:
    """What each request bills beside the fixed part."""
    if way == "batch":
        return usage.stored_request(case.deployment)
    if way == "serverless":
        return usage.serverless_request(case.contestant, case.deployment)
    return usage.asked_request(case.contestant, case.deployment)


def _request_at_capacity(case: Case) -> list[Part]:
    """A request as deployed, with its share of what is paid by the hour."""
    if case.deployed == "batch":
        return usage.stored_request(case.deployment)
    if case.deployed == "serverless":
        return usage.serverless_request(case.contestant, case.deployment)
    if case.managed:
        front = usage.asked_request(case.contestant, case.deployment)
        return [*usage.campaign_requests(case.contestant, 1), *front]
    return usage.instance_request(case.contestant, case.deployment, laptop=case.laptop)


def _capacity(case: Case) -> int | None:
    return usage.instance_capacity(case.contestant, case.deployment, laptop=case.laptop)


def _meeting(case: Case, first: str, second: str) -> dict[str, Any]:
    if case.no_serverless and first == "serverless":
        why = case.no_serverless
        return {"requestsPerMonth": None, "says": f"{why[0].upper()}{why[1:]}."}
    ways = [_way(case, first), _way(case, second)]
    missing = list(dict.fromkeys(name for way in ways if isinstance(way, list) for name in way))
    if missing:
        return {"requestsPerMonth": None, "says": f"It cannot be told; unknown: {', '.join(missing)}."}
    met = break_even(ways[0], ways[1])  # type: ignore[arg-type]
    if met is None:
        return {"requestsPerMonth": None, "says": f"{first.capitalize()} costs less at any number of requests."}
    if met == 1:
        says = f"Already at one request a month {second} costs no more than {first}."
    else:
        says = f"Below {met:,} requests a month {first} costs less; there {second} first costs no more."
    return {"requestsPerMonth": met, "says": says}


def _way(case: Case, way: str) -> Way | list[str]:
    """The way as a function of its requests, or what is unknown of it."""
    campaign = way == "provisioned" and case.managed
    instance = way == "provisioned" and not case.managed
    fixed = case.priced([] if campaign else _without_instances(case, way))
    request = case.priced(_request(case, way))
    paid = case.priced(usage.campaign_requests(case.contestant, 1) if campaign else [])
    hours = case.priced(usage.instance_month(case.deployment) if instance else [])
    capacity = _capacity(case) if instance else None
    missing = [name for cost in (fixed, request, paid, hours) for name in cost["missing"]]
    if instance and capacity is None:
        missing.append(usage.NO_LATENCY)
    if missing:
        return missing
    return Way(
        fixed=fixed["usd"],
        per_request=request["usd"],
        per_instance=hours["usd"],
        capacity=capacity,
        least=assumptions.LEAST_CAMPAIGN_REQUESTS if campaign else 0,
        per_paid_request=paid["usd"],
    )


def _without_instances(case: Case, way: str) -> list[Part]:
    if way == "batch":
        return usage.stored_month(case.contestant, case.deployment)
    return making.artefact_month(case.contestant)
