"""What the contestants of a run cost, from the run's own figures and the deployment's choices and prices."""

from collections.abc import Mapping
from typing import Any

from bakeoff.pricing.contestant import contestant_costs
from bakeoff.pricing.table import PriceTable

# The parts of the split that models are fitted on at the end.
_FITTED = ("train", "validation", "validation_fold_in")


def costs_of(contestant: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The costs of one contestant: see `contestant_costs`.

    Some 20 KB of JSON, and a state may hand on 256 KB: whoever needs them computes them.

    Args:
        contestant: with its ``metrics`` and ``latency``.
        given: ``order`` (whose ``counts`` are the prepared data's), ``deployment``, ``prices`` and ``measuredOn``.
    """
    counts = given["order"]["counts"]
    fitted = sum(counts.get(part, 0) for part in _FITTED)
    there = {"users": counts["users"], "items": counts.get("items"), "interactions": fitted}
    deployment = {**given["deployment"], **there}
    prices, laptop = PriceTable.from_json(given["prices"]), bool(given["measuredOn"]["laptop"])
    return contestant_costs(contestant, deployment=deployment, prices=prices, laptop=laptop)
