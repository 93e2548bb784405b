"""Dots with their intervals, a row a contestant: which are better, and how far each figure could move."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from bakeoff.report.charts.drawing import TEXT, data
from bakeoff.report.palette import light

ROW = 40  # pixels: a line for the name, one for the dot


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One figure.

    Args:
        name: stands above the row.
        letters: at the right end; rows that share one cannot be told apart.
        leading: drawn in the page's own colour.
        hollow: of a local twin, which stands in for what would be measured.
    """

    name: str
    value: float
    low: float
    high: float
    letters: str = ""
    leading: bool = False
    hollow: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Some dots on one scale."""

    title: str
    dots: tuple[Dot, ...]


def interval_chart(panels: Sequence[Panel], *, axis: str, width: int, shared_scale: bool = True) -> Any:
    """The panels below each other.

    Args:
        axis: what is measured.
        shared_scale: whether the figures of different panels may be compared.
    """
    highest = max(dot.high for panel in panels for dot in panel.dots)
    drawn = [_panel(panel, axis, width, highest if shared_scale else None) for panel in panels]
    # Even one panel is a concatenation, which is what a configuration can be given to.
    return alt.vconcat(*drawn, spacing=22)


def _panel(panel: Panel, axis: str, width: int, highest: float | None) -> Any:
    # Dividing letters from the drawing; and the drawing's right edge from the last tick's label.
    inner = width - 28
    rows = [
        {
            "row": place,
            "name": dot.name,
            "value": dot.value,
            "low": dot.low,
            "high": dot.high,
            "letters": dot.letters,
            "colour": light("accent" if dot.leading else "mark"),
            "ground": light("paper") if dot.hollow else light("accent" if dot.leading else "mark"),
        }
        for place, dot in enumerate(panel.dots)
    ]
    top = highest if highest is not None else max(dot.high for dot in panel.dots)
    scale = alt.Scale(domain=[min(0.0, *(dot.low for dot in panel.dots)), top or 1.0], nice=True)
    base = alt.Chart(data(rows)).encode(y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)))
    x = alt.X("value:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=5, gridDash=[1, 3]))
    colour = alt.Color("colour:N", scale=None)
    lines = base.mark_rule(strokeWidth=4, strokeCap="round", opacity=0.45, yOffset=6).encode(
        x=alt.X("low:Q", title=axis, scale=scale), x2="high:Q", color=colour
    )
    dots = base.mark_point(size=80, strokeWidth=2, opacity=1, filled=False, yOffset=6).encode(
        x=x, stroke=alt.Stroke("colour:N", scale=None), fill=alt.Fill("ground:N", scale=None)
    )
    names = base.mark_text(align="left", baseline="middle", dy=-9, fontSize=TEXT).encode(x=alt.value(0), text="name:N")
    letters = base.mark_text(align="right", baseline="middle", dy=-9, fontSize=TEXT, color=light("muted")).encode(
        x=alt.value(inner), text="letters:N"
    )
    layered = alt.layer(lines, dots, names, letters).properties(width=inner, height=ROW * len(rows))
    return layered.properties(title=panel.title) if panel.title else layered


