"""Evidence: other splits, what the article said, the gate, the protocol and the prices."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.report.blocks import Block, Cell, Chart, Folded, Listing, Section, Table, row
from bakeoff.report.charts.drawing import drawn
from bakeoff.report.charts.intervals import Panel, interval_chart
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.numbers import NOTHING, count, figure, plain, price
from bakeoff.report.sections.labels import label
from bakeoff.report.sections.quality import as_dot

CANNOT = "cannot be told"


def splits_section(inputs: Inputs) -> Section:
    title = "On other splits"
    others = inputs.report.get("otherSplits") or []
    if not others:
        why = "There is nothing to compare with: this run looked at no other split of the data."
        return Section(anchor="splits", title=title, lead=(why,))
    blocks: list[Block] = [Listing(title="What changes", lines=tuple(_says(one) for one in others))]
    here = {one["name"]: inputs.estimate(one["name"], FIRST) for one in inputs.scored}
    split = ((inputs.report.get("protocol") or {}).get("split") or {}).get("strategy") or "this split"
    columns = [(f"{split} (this run)", here)]
    columns += [
        (one["strategy"], {name: found.get(FIRST) for name, found in (one.get("metrics") or {}).items()})
        for one in others
    ]
    table = Table(
        caption=f"{FIRST} by split; figures of two splits are of other users and tasks, only their order compares",
        columns=("contestant", *[name for name, _ in columns]),
        rows=tuple(
            row(label(one), *[figure(found.get(one["name"])) for _, found in columns]) for one in inputs.contestants
        ),
    )
    panels = [Panel(title=name, dots=dots) for name, found in columns if (dots := tuple(_dots(inputs, found)))]
    if not panels:
        return Section(anchor="splits", title=title, blocks=(*blocks, table))
    says = f"{FIRST} with 95 % intervals. Each split has a scale of its own: compare the order, not the figures."
    wide, narrow = drawn(
        lambda width: interval_chart(panels, axis=FIRST, width=width, shared_scale=False),
        name="splits",
        title=title,
        description=says,
    )
    chart = Chart(title="The order by split", says=says, wide=wide, narrow=narrow, table=table)
    return Section(anchor="splits", title=title, blocks=(*blocks, chart))


def _says(other: Mapping[str, Any]) -> str:
    tau = other.get("kendallTau")
    return " ".join(
        [str(other["says"]), *([f"Kendall's tau of the two orders is {plain(tau)}."] if tau is not None else [])]
    )


def _dots(inputs: Inputs, found: Mapping[str, Any]) -> Any:
    for contestant in inputs.contestants:
        estimate = found.get(contestant["name"])
        if estimate and estimate.get("value") is not None:
            yield as_dot(inputs, contestant, estimate)


def claims_section(inputs: Inputs) -> Section:
    title = "What the article said, and what we find"
    claims = inputs.report.get("claims") or []
    if not claims:
        why = "No claim was tested: the report of this run has none."
        return Section(anchor="claims", title=title, lead=(why,))
    told = [one for one in claims if one["verdict"] != CANNOT]
    untold = [one for one in claims if one["verdict"] == CANNOT]
    lead = (
        "The article that this project began with gave no figures and called its grades subjective. Each of its claims "
        f"is tested on this run; of {len(claims)} claims {len(untold)} cannot be told by it.",
    )
    blocks: list[Block] = [_claims("Claims that this run can test", told)] if told else []
    if untold:
        table = _claims("Claims that this run cannot test", untold)
        blocks.append(Folded(summary=table.caption, tables=(table,)))
    return Section(anchor="claims", title=title, lead=lead, blocks=tuple(blocks))


def _claims(caption: str, claims: list[Mapping[str, Any]]) -> Table:
    return Table(
        caption=f"{caption}. Below each, how it is tested",
        columns=("claim", "verdict", "what we find", "n"),
        rows=tuple(
            row(
                Cell(text=one["claim"], more=one["test"]),
                Cell(text=one["verdict"], more="of the twin" if one.get("twins") and one["verdict"] != CANNOT else ""),
                one["finding"],
                NOTHING if one.get("n") is None else count(one["n"]),
            )
            for one in claims
        ),
        texts=("verdict", "what we find"),
    )


def gate_section(inputs: Inputs) -> Section:
    title = "The gate's decision"
    gate = inputs.report.get("gate")
    if not gate:
        why = "The gate decided nothing: the run did not come so far."
        return Section(anchor="gate", title=title, lead=(why,))
    incumbent = gate.get("incumbent")
    lead = ["The run may serve." if gate.get("promote") else "The run may not serve.", str(gate.get("reason") or "")]
    if gate.get("byPerson"):
        lead.append("A person asked for it to serve whatever the checks say (--promote).")
    lead.append(_before(incumbent, gate) if incumbent else "Nothing served before.")
    checks = Table(
        caption="The gate's checks",
        columns=("check", "verdict", "in words"),
        rows=tuple(row(one["name"], one["verdict"], one["says"]) for one in gate.get("checks") or []),
        texts=("verdict", "in words"),
    )
    return Section(
        anchor="gate",
        title=title,
        lead=tuple(one for one in lead if one),
        blocks=(checks,) if checks.rows else (),
    )


def _before(incumbent: Mapping[str, Any], gate: Mapping[str, Any]) -> str:
    """What served before, and whether the run was held against it."""
    which = f"{incumbent['default']} of run {incumbent['runId']}"
    since = "which served until then" if gate.get("promote") else "which goes on serving"
    if gate.get("checks"):
        return f"It was held against {which}, {since}."
    return f"No check held it against {which}, {since}."


def protocol_section(inputs: Inputs) -> Section:
    title = "Protocol and versions"
    protocol = inputs.report.get("protocol") or (inputs.metrics or {}).get("protocol")
    rows = [row(name, value) for name, value in _versions(inputs)]
    blocks: list[Block] = [
        Table(caption="Where this page comes from", columns=("what", "value"), rows=tuple(rows), texts=("value",))
    ]
    if not protocol:
        why = "There is no protocol: nothing was evaluated."
        return Section(anchor="protocol", title=title, lead=(why,), blocks=tuple(blocks))
    blocks.append(
        Table(
            caption="How contestants were compared",
            columns=("what", "value"),
            rows=tuple(row(name, value) for name, value in _flat(protocol)),
            texts=("value",),
        )
    )
    lead = ("Everything that a figure depends on beside the contestant. docs/protocol.md says what each metric means.",)
    return Section(anchor="protocol", title=title, lead=lead, blocks=tuple(blocks))


def _versions(inputs: Inputs) -> list[tuple[str, str]]:
    report = inputs.report
    named = {
        "run": report.get("runId"),
        "started": report.get("startedAt"),
        "data set": report.get("dataset"),
        "data version": report.get("dataVersion"),
        "split": report.get("split"),
        "measured on": (report.get("measuredOn") or {}).get("words"),
        "report format": report.get("format"),
        "evaluation format": (inputs.metrics or {}).get("format"),
    }
    return [(name, NOTHING if value is None else str(value)) for name, value in named.items()]


def _flat(content: Any, name: str = "") -> list[tuple[str, str]]:
    """Every leaf of nested objects, its names joined."""
    if isinstance(content, Mapping):
        return [leaf for key, value in content.items() for leaf in _flat(value, f"{name} {key}".strip())]
    if isinstance(content, list) and any(isinstance(one, Mapping) for one in content):
        return [(name, "; ".join(" ".join(str(value) for value in one.values()) for one in content))]
    if isinstance(content, list):
        return [(name, ", ".join(str(one) for one in content))]
    return [(name, NOTHING if content is None else str(content))]


def prices_section(inputs: Inputs) -> Section:
    prices = inputs.report.get("prices")
    if not prices or not prices.get("rows"):
        why = "There are no prices: the report of this run used none."
        return Section(anchor="prices", title="Prices", lead=(why,))
    table = Table(
        caption=f"Prices of {prices.get('region')} in {prices.get('currency')}, the oldest of {prices.get('date')}",
        columns=("price", "amount", "per", "source", "date", "checked"),
        rows=tuple(
            row(
                one["key"],
                "not known" if one.get("price") is None else price(one["price"]),
                str(one.get("unit") or ""),
                str(one.get("source") or ""),
                str(one.get("date") or ""),
                "yes" if one.get("verified") else "no",
            )
            for one in prices["rows"]
        ),
        texts=("per", "source", "date", "checked"),
    )
    lead = f"{checked(prices['rows'])} read from AWS's own price list; what was not says where it comes from."
    return Section(anchor="prices", title="Prices", lead=(lead,), blocks=(table,))


def checked(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many of some prices were verified, as the beginning of a sentence."""
    verified = sum(bool(one.get("verified")) for one in rows)
    which = "All" if verified == len(rows) else str(verified or "None")
    return f"{which} of the {len(rows)} prices {'were' if which == 'All' or verified > 1 else 'was'}"
