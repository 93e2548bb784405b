"""Breadth: accuracy against coverage, how alike the contestants' lists are, and how much they lean on the popular."""

from typing import Any

from bakeoff.report.blocks import Chart, Section, Table, row
from bakeoff.report.charts.agreement import agreement_chart
from bakeoff.report.charts.drawing import drawn
from bakeoff.report.charts.multiples import Lines, popularity_chart
from bakeoff.report.charts.tradeoff import Spot, tradeoff_chart
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.metric_words import legend
from bakeoff.report.numbers import count, figure, share
from bakeoff.report.sections.costs import as_deployed, cost_cell, monthly, reference_level
from bakeoff.report.sections.labels import TWIN, is_leading, label

COVERAGE = "coverage@10"
_MARKS = (0.01, 0.05, 0.1, 0.2, 0.5)


def tradeoff_section(inputs: Inputs) -> Section:
    title, drawing = "Accuracy against coverage", f"{FIRST} against {COVERAGE}"
    both = [one for one in inputs.scored if inputs.estimate(one["name"], COVERAGE)]
    if not both:
        why = "There is no trade-off to draw: no contestant has both figures."
        return Section(anchor="tradeoff", title=title, lead=(why,))
    level = reference_level(inputs)
    costs = {one["name"]: monthly(one, level) for one in both}
    largest = max((cost for cost in costs.values() if cost), default=0.0)
    spots = [_spot(inputs, one, costs[one["name"]], largest) for one in both]
    says = (
        "Up is more accurate, to the right more of the catalogue is shown. Lines are 95 % intervals, a ring is a local "
        "twin. "
        + (
            f"A larger dot costs more a month at {level:,} requests; the smallest also stand for unknown costs."
            if largest and level
            else "All dots have one size, for no cost a month is known."
        )
    )
    wide, narrow = drawn(
        lambda width: tradeoff_chart(spots, x_axis=COVERAGE, y_axis=FIRST, width=width),
        name="tradeoff",
        title=drawing,
        description=says,
    )
    table = Table(
        caption=f"{drawing}. {legend([FIRST, COVERAGE])}",
        columns=("contestant", FIRST, COVERAGE, f"US dollars a month at {level:,} requests" if level else "cost"),
        rows=tuple(
            row(
                label(one),
                figure(inputs.estimate(one["name"], FIRST)),
                figure(inputs.estimate(one["name"], COVERAGE)),
                cost_cell(as_deployed(one, level)),
            )
            for one in both
        ),
    )
    chart = Chart(title=drawing, says=says, wide=wide, narrow=narrow, table=table)
    lead = ("A contestant that shows everybody the same few items can be accurate; it leaves the rest unseen.",)
    return Section(anchor="tradeoff", title=title, lead=lead, blocks=(chart,))


def _spot(inputs: Inputs, contestant: Any, cost: float | None, largest: float) -> Spot:
    def ends(metric: str) -> tuple[float, float, float]:
        found = inputs.estimate(contestant["name"], metric) or {}
        value = found["value"]
        return value, found.get("low", value), found.get("high", value)

    return Spot(
        name=contestant["name"],
        x=ends(COVERAGE),
        y=ends(FIRST),
        size=cost / largest if cost and largest else None,
        leading=is_leading(inputs, contestant["name"]),
        hollow=bool(contestant.get("twin")),
    )


def agreement_section(inputs: Inputs) -> Section:
    title, drawing = "How alike the lists are", "Overlap of every pair"
    pairs = (inputs.metrics or {}).get("agreement") or []
    names = [name for name in inputs.names if any(name in (pair["a"], pair["b"]) for pair in pairs)]
    if not names:
        why = "There is no agreement to show: it takes two contestants with sound lists."
        return Section(anchor="agreement", title=title, lead=(why,))
    estimates = {
        tuple(ends): pair["rbo"] for pair in pairs for ends in ((pair["a"], pair["b"]), (pair["b"], pair["a"]))
    }
    values: dict[tuple[str, str], float] = {(a, b): estimate["value"] for (a, b), estimate in estimates.items()}
    says = (
        "Rank-biased overlap of two contestants' lists, mean over the users: 0 have nothing in common, 1 are the same. "
        "Contestants that differ are worth blending. Columns are numbered like the rows."
    )
    wide, narrow = drawn(
        lambda width: agreement_chart(names, values, width=width), name="agreement", title=drawing, description=says
    )
    table = Table(
        caption="Rank-biased overlap of every pair",
        columns=("contestant", "and", "overlap"),
        rows=tuple(row(pair["a"], pair["b"], figure(pair["rbo"])) for pair in pairs),
        texts=("and",),
    )
    chart = Chart(title=drawing, says=says, wide=wide, narrow=narrow, table=table)
    return Section(anchor="agreement", title=title, blocks=(chart,))


def popularity_section(inputs: Inputs) -> Section:
    title, drawing = "Leaning on the popular", "Which items fill the lists"
    curves = {one["name"]: inputs.evaluated(one["name"]).get("popularityCurve") or [] for one in inputs.contestants}
    drawable = [one for one in inputs.contestants if curves[one["name"]]]
    if not drawable:
        why = "There are no popularity curves: no contestant of this run was evaluated."
        return Section(anchor="popularity", title=title, lead=(why,))
    lines = [
        Lines(
            name=one["name"],
            points={"slots": curves[one["name"]]},
            below=TWIN if one.get("twin") else "",
            leading=is_leading(inputs, one["name"]),
        )
        for one in drawable
    ]
    says = (
        "Up: share of the first ten places of all lists. To the right: share of the catalogue, the most popular items "
        "first. The dashed line shows every item equally often; the steeper the curve, the more it is of the popular."
    )
    wide, narrow = drawn(
        lambda width: popularity_chart(lines, width=width), name="popularity", title=drawing, description=says
    )
    table = Table(
        caption=f"Share of the places that the most popular items take, of the lists{_of_users(inputs, drawable)}. The "
        "share of the tenth has its interval as head_share@10 under Quality; the others have none.",
        columns=("contestant", *[f"most popular {mark:.0%}" for mark in _MARKS]),
        rows=tuple(row(label(one), *[_share_at(curves[one["name"]], mark) for mark in _MARKS]) for one in drawable),
    )
    chart = Chart(title=drawing, says=says, wide=wide, narrow=narrow, table=table)
    return Section(anchor="popularity", title=title, blocks=(chart,))


def _of_users(inputs: Inputs, drawable: list[Any]) -> str:
    ns = {found["n"] for one in drawable if (found := inputs.estimate(one["name"], FIRST)) and found.get("n")}
    return f" of {count(max(ns))} users" if ns else ""


def _share_at(curve: list[list[float]], mark: float) -> str:
    """At the curve's point there, which is at a whole number of items."""
    return share(min(curve, key=lambda point: abs(point[0] - mark))[1])
