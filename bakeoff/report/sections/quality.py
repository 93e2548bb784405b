"""Quality: the main figures with their intervals, who can be told apart, all metrics, all paired comparisons."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.report.blocks import Block, Chart, Folded, Section, Table, row
from bakeoff.report.charts.drawing import drawn
from bakeoff.report.charts.intervals import Dot, Panel, interval_chart
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.metric_words import families, legend
from bakeoff.report.numbers import NOTHING, figure, plain, probability, signed
from bakeoff.report.sections.labels import is_leading, label, letters

_SHARED = " Contestants that share a letter cannot be told apart by a paired test."


def quality_section(inputs: Inputs) -> Section:
    if not inputs.scored:
        return Section(
            anchor="quality",
            title="Quality",
            lead=("There are no figures: no contestant of this run has lists that were evaluated.",),
        )
    blocks: list[Block] = [_accuracy(inputs)]
    measured = list(dict.fromkeys(metric for one in inputs.scored for metric in _metrics(inputs, one["name"])))
    tables = [_metrics_table(inputs, title, family) for title, family in families(measured)]
    blocks.append(Folded(summary="All metrics", tables=tuple(tables)))
    comparisons = (inputs.metrics or {}).get("comparisons") or []
    lead = ["Figures are of the test part, with 95 % intervals: how far each could move with other users of the kind."]
    if comparisons:
        blocks.append(_first_comparisons(comparisons))
        blocks.append(_all_comparisons(comparisons))
    else:
        lead.append("No two contestants were compared by a paired test, so nothing is said about who is better.")
    blocks += _against_given(inputs)
    if incumbent := (inputs.metrics or {}).get("incumbent"):
        blocks += _against_incumbent(incumbent)
    return Section(anchor="quality", title="Quality", lead=tuple(lead), blocks=tuple(blocks))


def _metrics(inputs: Inputs, name: str) -> Sequence[str]:
    return list((inputs.contestant(name).get("metrics") or inputs.evaluated(name).get("metrics") or {}).keys())


def _accuracy(inputs: Inputs) -> Chart:
    groups = ((inputs.metrics or {}).get("groups") or {}).get(FIRST) or []
    dots = tuple(dot_of(inputs, one, FIRST, letters(groups, one["name"])) for one in inputs.scored)
    title = "Accuracy of the first ten recommendations"
    says = (
        f"{legend([FIRST])} A dot is the figure, the bar its 95 % interval; a hollow dot is a local twin."
        f"{_SHARED if any(dot.letters for dot in dots) else ''}"
    )
    wide, narrow = drawn(
        lambda width: interval_chart([Panel(title="", dots=dots)], axis=FIRST, width=width),
        name="accuracy",
        title=title,
        description=says,
    )
    table = Table(
        caption=f"{title}, with 95 % intervals",
        columns=("contestant", FIRST, "same letter: cannot be told apart"),
        rows=tuple(
            row(label(one), figure(inputs.estimate(one["name"], FIRST)), letters(groups, one["name"]) or "–")
            for one in inputs.scored
        ),
        texts=("same letter: cannot be told apart",),
    )
    return Chart(title=title, says=says, wide=wide, narrow=narrow, table=table)


def dot_of(inputs: Inputs, contestant: Mapping[str, Any], metric: str, marks: str = "") -> Dot:
    estimate = inputs.estimate(contestant["name"], metric)
    assert estimate is not None
    return as_dot(inputs, contestant, estimate, marks)


def as_dot(inputs: Inputs, contestant: Mapping[str, Any], estimate: Mapping[str, Any], marks: str = "") -> Dot:
    """A figure of a contestant, drawn as that contestant is drawn everywhere."""
    value = estimate["value"]
    return Dot(
        name=label(contestant),
        value=value,
        low=value if estimate.get("low") is None else estimate["low"],
        high=value if estimate.get("high") is None else estimate["high"],
        letters=marks,
        leading=is_leading(inputs, contestant["name"]),
        hollow=bool(contestant.get("twin")),
    )


def _metrics_table(inputs: Inputs, title: str, family: list[str]) -> Table:
    return Table(
        caption=f"{title}. {legend(family)}",
        columns=("contestant", *family),
        rows=tuple(
            row(label(one), *[figure(inputs.estimate(one["name"], metric)) for metric in family])
            for one in inputs.scored
        ),
    )


def _detectable(one: Mapping[str, Any]) -> str:
    """Nothing where a single user was tested, or nobody's two values differ: there is no scatter to go by."""
    return plain(one["smallest"]) if one["smallest"] else NOTHING


_COMPARED = ("better on the test users", "than", "difference", "ratio", "p", "p by Holm", "shown to differ")


def _first_comparisons(comparisons: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        caption=f"Every pair by {FIRST}: a paired permutation test, corrected by Holm for the number of pairs. The "
        "detectable difference is the smallest that one test of these users would find, before the correction, with a "
        "probability of 0.8.",
        columns=(*_COMPARED, "detectable difference"),
        rows=tuple(row(*_compared(one), _detectable(one)) for one in comparisons if one["metric"] == FIRST),
        texts=("than", "shown to differ"),
    )


def _all_comparisons(comparisons: Sequence[Mapping[str, Any]]) -> Folded:
    metrics = dict.fromkeys(one["metric"] for one in comparisons if one["metric"] != FIRST)
    tables = tuple(
        Table(
            caption=f"Every pair by {metric}",
            columns=(*_COMPARED, "detectable difference"),
            rows=tuple(row(*_compared(one), _detectable(one)) for one in comparisons if one["metric"] == metric),
            texts=("than", "shown to differ"),
        )
        for metric in metrics
    )
    return Folded(summary="Every pair by the other metrics", tables=tables)


def _compared(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        one["a"],
        one["b"],
        signed(one["difference"]),
        figure(one.get("ratio")),
        probability(one["p"]),
        probability(one["pHolm"]),
        "yes" if one["different"] else "no",
    )


_GIVEN_METRICS = ("ndcg@10", "ndcg@100", "recall@10", "recall@100")


def _against_given(inputs: Inputs) -> list[Block]:
    """Re-rankers, each with a row of the order it was given: what it has to beat to be worth anything."""
    found = {one["name"]: inputs.evaluated(one["name"]).get("given") for one in inputs.scored}
    reasons = tuple(f"{name}: {one['reason']}." for name, one in found.items() if one and one["reason"])
    rows = tuple(
        row(
            name,
            against["metric"],
            figure(inputs.estimate(name, against["metric"])),
            figure(against["given"]),
            signed(against["difference"]),
            probability(against["p"]),
        )
        for name, one in found.items()
        for against in (one or {}).get("comparisons") or []
        if against["metric"] in _GIVEN_METRICS
    )
    if not rows and not reasons:
        return []
    table = Table(
        caption="Contestants that re-rank candidates: the same candidates in the order that they were given in, which "
        "is EASE's, and re-ranked. Each p is of one comparison, not corrected for their number.",
        columns=("contestant", "metric", "re-ranked", "the order it was given", "difference", "p"),
        rows=rows,
        texts=("metric",),
    )
    title = "Re-rankers against the order they were given"
    return [Folded(summary=title, says=reasons, tables=(table,) if rows else ())]


def _against_incumbent(incumbent: Mapping[str, Any]) -> list[Block]:
    title = f"Against what serves now: {incumbent['name']} of run {incumbent['runId']}"
    if incumbent.get("reason"):
        return [Folded(summary=title, says=(f"Not compared: {incumbent['reason']}",))]
    table = Table(
        caption=f"{title}, over the {incumbent['users']:,} users who can be compared. Each p is of one comparison, not "
        "corrected for their number: the gate looks at the default alone, which was chosen before.",
        columns=("contestant", "metric", "difference", "p"),
        rows=tuple(
            row(
                one["contestant"],
                one["metric"],
                signed(one["difference"]),
                probability(one["p"]),
            )
            for one in incumbent["comparisons"]
        ),
        texts=("metric",),
    )
    return [Folded(summary=title, tables=(table,))]
