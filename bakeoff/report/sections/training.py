"""Training: what each contestant tried and how its validation figure moved."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.report.blocks import Chart, Section, Table, listed, row
from bakeoff.report.charts.drawing import drawn
from bakeoff.report.charts.multiples import Lines, training_chart
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.numbers import NOTHING, count, plain
from bakeoff.report.sections.labels import TWIN, is_leading

Steps = Sequence[Mapping[str, Any]]


def training_section(inputs: Inputs) -> Section:
    shown = [one for one in inputs.contestants if inputs.curves.get(one["name"])]
    if not shown:
        why = "There are no training curves: none of this run's trainings left one beside its model."
        return Section(anchor="training", title="Training", lead=(why,))
    without = [one["name"] for one in inputs.contestants if one not in shown]
    lead = (
        f"Without a curve: {listed(without)}. A managed service shows none; a training that failed, or that is older "
        "than the curves, left none.",
    )
    lines = [
        Lines(
            name=one["name"],
            points=_points(inputs.curves[one["name"]]),
            below=TWIN if one.get("twin") else "",
            leading=is_leading(inputs, one["name"]),
        )
        for one in shown
    ]
    title = "Validation over the steps of the training"
    says = (
        f"Up: {FIRST} on the validation part. To the right: the steps in their order. Epochs are a line, values that "
        "were tried without training are rings. The test part is not in it."
    )
    wide, narrow = drawn(
        lambda width: training_chart(lines, width=width), name="training", title=title, description=says
    )
    table = _table(inputs, {one["name"]: inputs.curves[one["name"]] for one in shown})
    chart = Chart(title=title, says=says, wide=wide, narrow=narrow, table=table)
    return Section(anchor="training", title="Training", lead=lead if without else (), blocks=(chart,))


def _points(steps: Steps) -> dict[str, list[tuple[float, float]]]:
    """Place in the order, and the figure; in two series."""
    found: dict[str, list[tuple[float, float]]] = {"epochs": [], "tries": []}
    for place, step in enumerate(steps, start=1):
        if FIRST in step["metrics"]:
            series = "tries" if step.get("epoch") is None else "epochs"
            found[series].append((place, step["metrics"][FIRST]))
    return found


def _table(inputs: Inputs, curves: Mapping[str, Steps]) -> Table:
    metrics = list(dict.fromkeys(metric for steps in curves.values() for step in steps for metric in step["metrics"]))
    return Table(
        caption=f"Every step, measured on the validation part{_of_users(inputs)}. A step has no interval; the "
        "figure of the one that was chosen has, on the contestant's card.",
        columns=("contestant", "step", "what", "train loss", *metrics),
        rows=tuple(
            row(
                name,
                str(place),
                _what(step),
                NOTHING if step.get("train_loss") is None else plain(step["train_loss"]),
                *[plain(step["metrics"][metric]) if metric in step["metrics"] else NOTHING for metric in metrics],
            )
            for name, steps in curves.items()
            for place, step in enumerate(steps, start=1)
        ),
        texts=("what",),
    )


def _of_users(inputs: Inputs) -> str:
    """How many users that is, where the trainings say so."""
    told = [((one.get("validation") or {}).get(FIRST) or {}).get("n") for one in inputs.contestants]
    ns = sorted({n for n in told if n})
    return f", over {' or '.join(count(n) for n in ns)} users" if ns else ""


def _what(step: Mapping[str, Any]) -> str:
    if step.get("epoch") is not None:
        return f"epoch {step['epoch']}"
    return ", ".join(f"{name} {value:g}" for name, value in step["tried"].items())
