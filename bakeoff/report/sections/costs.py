"""What the contestants cost: to train, to keep, to ask; at four levels of traffic; and what of it is an estimate."""

import math
from collections.abc import Mapping
from typing import Any

from bakeoff.report.blocks import Block, Cell, Chart, Folded, Section, Table, listed, row
from bakeoff.report.charts.drawing import drawn
from bakeoff.report.charts.multiples import Lines, traffic_chart
from bakeoff.report.inputs import Inputs
from bakeoff.report.numbers import NOTHING, count, money, price, quantity
from bakeoff.report.sections.labels import TWIN, label

WAYS = ("provisioned", "serverless", "batch")
_REFERENCE = 1_000_000  # requests a month; the level nearest to it stands for the cost of serving
_KINDS = {
    "training": "training, once",
    "lists": "lists for all users, once",
    "idleMonth": "a month without requests",
    "per1000": "1,000 requests",
    "perUsefulRecommendation": "a useful recommendation",
}


def reference_level(inputs: Inputs) -> int | None:
    """The requests a month at which costs are compared in one number; None where there are no costs."""
    levels = {level["requestsPerMonth"] for one in inputs.contestants for level in _traffic(one)}
    return min(levels, key=lambda level: abs(math.log(max(level, 1) / _REFERENCE)), default=None)


def monthly(contestant: Mapping[str, Any], level: int | None) -> float | None:
    """Dollars a month at a level of traffic, as it is deployed; None where that is not known."""
    usd = as_deployed(contestant, level).get("usd")
    return None if usd is None else float(usd)


def as_deployed(contestant: Mapping[str, Any], level: int | None) -> Mapping[str, Any]:
    """The whole cost of a month at a level of traffic, as it is deployed; empty where there is none."""
    found = [entry.get("asDeployed") or {} for entry in _traffic(contestant) if entry["requestsPerMonth"] == level]
    return found[0] if found else {}


def costs_section(inputs: Inputs) -> Section:
    priced = [one for one in inputs.contestants if one.get("costs")]
    if not priced:
        return Section(anchor="costs", title="Costs", lead=("There are no costs: the report of this run has none.",))
    without = [one["name"] for one in inputs.contestants if not one.get("costs")]
    lead = [
        "US dollars at list price, without taxes and discounts. A cost of which a price or a quantity is missing "
        "has no number; the reason stands in its place. An estimate rests on a price that was not read from AWS's "
        "price list, on an assumption, or on the seconds of a laptop."
    ]
    if without:
        lead.append(f"Nothing is known of the costs of {listed(without)}.")
    blocks: list[Block] = [_table(priced)]
    blocks += _traffic_blocks(priced)
    break_even = _break_even(priced)
    blocks += [Folded(summary=break_even.caption, tables=(break_even,))] if break_even.rows else []
    parts = _parts(priced)
    if parts.rows:
        blocks.append(Folded(summary="What each cost is made of", tables=(parts,)))
    return Section(anchor="costs", title="Costs", lead=tuple(lead), blocks=tuple(blocks))


def _table(priced: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="What each contestant costs",
        columns=("contestant", *_KINDS.values()),
        rows=tuple(row(label(one), *[cost_cell(one["costs"].get(kind)) for kind in _KINDS]) for one in priced),
    )


def cost_cell(cost: Mapping[str, Any] | None) -> Cell:
    """The dollars, and whether they are an estimate; what is missing where there is no number."""
    if not cost:
        return Cell(text=NOTHING)
    missing = [str(one) for one in cost.get("missing") or []]
    if cost.get("usd") is None and not cost.get("parts"):
        return Cell(text=NOTHING, more=listed(missing))
    if cost.get("usd") is None:
        return Cell(text="not known", more=f"missing: {listed(missing)}" if missing else "")
    more = [estimate_words(cost)] if cost.get("estimate") else []
    more += [f"without {listed(missing)}"] if missing else []
    return Cell(text=money(cost["usd"]), more=", ".join(more))


def estimate_words(cost: Mapping[str, Any]) -> str:
    """What kind of estimate a cost is."""
    return "an estimate from a laptop's seconds" if cost.get("measuredOnLaptop") else "an estimate"


def _traffic_blocks(priced: list[Mapping[str, Any]]) -> list[Block]:
    table = Table(
        caption="US dollars a month by requests a month",
        columns=("contestant", "requests a month", *WAYS, "as deployed"),
        rows=tuple(
            row(
                label(one),
                count(level["requestsPerMonth"]),
                *[cost_cell(level.get(way)) for way in WAYS],
                cost_cell(level.get("asDeployed")),
            )
            for one in priced
            for level in _traffic(one)
        ),
    )
    if not table.rows:
        return []
    lines = [one for one in map(_lines, priced) if one.points]
    if not lines:
        return [table]
    title = "Cost over traffic"
    says = (
        "US dollars a month over requests a month; a step to the right or up is ten times as many. Where lines cross, "
        "another way to serve becomes the cheaper one."
    )
    if dropped := [one["name"] for one in priced if not _lines(one).points]:
        says += f" Not drawn, for a price is missing: {listed(dropped)}."
    wide, narrow = drawn(lambda width: traffic_chart(lines, width=width), name="traffic", title=title, description=says)
    return [Chart(title=title, says=says, wide=wide, narrow=narrow, table=table)]


def _lines(contestant: Mapping[str, Any]) -> Lines:
    points = {
        way: [
            (level["requestsPerMonth"], level[way]["usd"])
            for level in _traffic(contestant)
            if (level.get(way) or {}).get("usd") and level["requestsPerMonth"]
        ]
        for way in WAYS
    }
    below = TWIN if contestant.get("twin") else ""
    return Lines(name=contestant["name"], below=below, points={way: found for way, found in points.items() if found})


def _break_even(priced: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="Where one way to serve becomes cheaper than another: as sure as the costs that it compares",
        columns=("contestant", "between", "requests a month", "in words"),
        rows=tuple(
            row(
                label(one),
                " and ".join(entry["between"]),
                NOTHING if entry.get("requestsPerMonth") is None else count(entry["requestsPerMonth"]),
                entry.get("says") or "",
            )
            for one in priced
            for entry in one["costs"].get("breakEven") or []
        ),
        texts=("between", "in words"),
    )


def _parts(priced: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption="Quantity times price, part by part",
        columns=("contestant", "cost of", "part", "quantity", "unit", "price", "US dollars", "price checked"),
        rows=tuple(
            row(
                label(one),
                words,
                str(part.get("what") or ""),
                NOTHING if part.get("quantity") is None else quantity(part["quantity"]),
                str(part.get("unit") or ""),
                NOTHING if part.get("price") is None else price(part["price"]),
                NOTHING if part.get("usd") is None else money(part["usd"]),
                "yes" if part.get("verified") else "no",
            )
            for one in priced
            for kind, words in _KINDS.items()
            for part in (one["costs"].get(kind) or {}).get("parts") or []
        ),
        texts=("cost of", "part", "unit", "price checked"),
    )


def _traffic(contestant: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((contestant.get("costs") or {}).get("traffic") or [])
