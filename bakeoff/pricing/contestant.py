"""What one contestant of a run costs, as report.json says it, and which prices were used for it."""

from collections.abc import Iterable, Mapping
from typing import Any

from bakeoff.pricing import making, traffic
from bakeoff.pricing.keys import FIXED_UNITS, instance_key, serverless_key
from bakeoff.pricing.table import PriceTable

# Of a month's traffic and of one training; the rest of the table is for people who look at it.
_NOT_ASKED = ("stepfunctions.transitions", "glue.dpu")


def contestant_costs(
    contestant: Mapping[str, Any], *, deployment: Mapping[str, Any], prices: PriceTable, laptop: bool
) -> dict[str, Any]:
    """The costs of one contestant; a price or quantity that is unknown gives no number and is named, never zero.

    Args:
        contestant: an entry of report.json's contestants: ``kind``, ``twin``, ``recipe``, ``billableSeconds``,
            ``listsSeconds``, ``artefactBytes``, ``latency`` and ``metrics``, each null where there is none.
        deployment: `Config.deployment`, with ``users`` whose lists batch serving would write, ``items`` that there
            are, and ``interactions`` that were trained on.
        laptop: seconds and latencies come from a laptop; what rests on them is an estimate that says so.

    Returns:
        ``training``, ``lists`` (writing every user's list once), ``idleMonth``, ``per1000``,
        ``perUsefulRecommendation``: each a cost as `bakeoff.pricing.amounts.priced` gives it; ``traffic``: costs of a
        month at four levels; ``breakEven``: the fewest requests a month at which one way costs no more than another.
    """
    case = traffic.Case(contestant=contestant, deployment=deployment, prices=prices, laptop=laptop)
    return {
        "training": case.priced(making.training(contestant, deployment)),
        "lists": case.priced(making.lists_once(contestant, deployment)),
        "idleMonth": traffic.idle_month(case),
        "per1000": traffic.per_thousand(case),
        "perUsefulRecommendation": traffic.per_useful(case),
        "traffic": traffic.levels(case),
        "breakEven": traffic.break_evens(case),
    }


def keys_of(deployment: Mapping[str, Any]) -> set[str]:
    """The keys that `contestant_costs` may ask for in this deployment."""
    serving = deployment["serving"]
    return {
        *(key for key in FIXED_UNITS if key not in _NOT_ASKED),
        instance_key("training", deployment["training"]["instanceType"]),
        instance_key("transform", deployment["lists"]["instanceType"]),
        instance_key("hosting", serving["instanceType"]),
        serverless_key(serving["memoryMb"]),
    }


def prices_used(costs: Iterable[Mapping[str, Any] | None], *, prices: PriceTable) -> dict[str, Any]:
    """The rows that costs rest on, as report.json's ``prices``.

    Args:
        costs: of each contestant, as `contestant_costs` gave them; None where there are none.
    """
    keys = {part["key"] for one in costs if one for cost in _all_costs(one) for part in cost["parts"]}
    return prices.only(keys).to_json()


def _all_costs(costs: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    yield from (costs[name] for name in ("training", "lists", "idleMonth", "per1000", "perUsefulRecommendation"))
    for level in costs["traffic"]:
        yield from (level[way] for way in ("provisioned", "serverless", "batch"))
