"""Slices: users by activity, items by popularity; where a contestant is good and where it only seems to be."""

from collections.abc import Mapping
from typing import Any

from bakeoff.report.blocks import Block, Chart, Section, Table, row
from bakeoff.report.charts.drawing import NARROW, drawn
from bakeoff.report.charts.intervals import Panel, interval_chart
from bakeoff.report.inputs import Inputs
from bakeoff.report.numbers import figure
from bakeoff.report.sections.labels import label
from bakeoff.report.sections.quality import as_dot

_OF = {"users": "Users by how much is known of them", "items": "Items by how popular they are"}


def slices_section(inputs: Inputs) -> Section:
    found = {one["name"]: inputs.evaluated(one["name"]).get("slices") or [] for one in inputs.contestants}
    if not any(found.values()):
        return Section(
            anchor="slices", title="Slices", lead=("There are no slices: no contestant of this run was evaluated.",)
        )
    blocks = [chart for of in _OF if (chart := _chart(inputs, of, found))]
    return Section(
        anchor="slices",
        title="Slices",
        lead=(
            "A mean over everybody hides who is served badly. A slice without users has no figure. Where nobody had a "
            "hit the interval has no width: it cannot say what more users would show. Nothing is tested inside slices.",
        ),
        blocks=tuple(blocks),
    )


def _chart(inputs: Inputs, of: str, found: Mapping[str, list[Mapping[str, Any]]]) -> Block | None:
    """A panel for each slice of users, or of items."""
    rules = {one["slice"]: one for slices in found.values() for one in slices if one["of"] == of}
    if not rules:
        return None
    metric = next(iter(rules.values()))["metric"]
    panels = [
        Panel(title=f"{name}: {_small(rules[name]['rule'])}", dots=dots)
        for name in rules
        if (dots := tuple(_dots(inputs, of, name, found)))
    ]
    table = _table(inputs, of, rules, found, metric)
    if not panels:
        return table
    title = _OF[of]
    says = f"{metric} within each slice, with 95 % intervals; all on one scale."
    wide, narrow = drawn(
        lambda width: interval_chart(_short(panels, width), axis=metric, width=width),
        name=f"slices-{of}",
        title=title,
        description=says,
    )
    return Chart(title=title, says=says, wide=wide, narrow=narrow, table=table)


def _short(panels: list[Panel], width: int) -> list[Panel]:
    """Titles that fit; the table has the whole rule."""
    longest = (width if width <= NARROW else width // 2) // 7  # pixels of a letter
    return [
        panel if len(panel.title) <= longest else Panel(title=panel.title.partition(":")[0], dots=panel.dots)
        for panel in panels
    ]


def _dots(inputs: Inputs, of: str, name: str, found: Mapping[str, list[Mapping[str, Any]]]) -> Any:
    for contestant in inputs.contestants:
        for one in found[contestant["name"]]:
            if (one["of"], one["slice"]) == (of, name) and one["value"] is not None:
                yield as_dot(inputs, contestant, one)


def _table(
    inputs: Inputs, of: str, rules: Mapping[str, Any], found: Mapping[str, list[Mapping[str, Any]]], metric: str
) -> Table:
    said = " ".join(f"{name}: {rule['rule']}" for name, rule in rules.items())
    by_name = {
        name: {one["slice"]: one for one in slices if one["of"] == of} for name, slices in found.items() if slices
    }
    return Table(
        caption=f"{_OF[of]}, {metric}. {said}",
        columns=("contestant", *rules),
        rows=tuple(
            row(label(one), *[figure(by_name[one["name"]].get(name)) for name in rules])
            for one in inputs.contestants
            if one["name"] in by_name
        ),
    )


def _small(rule: str) -> str:
    return f"{rule[:1].lower()}{rule[1:]}".rstrip(".")
