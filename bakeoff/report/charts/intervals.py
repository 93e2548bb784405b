"""Dots with their intervals, a row a contestant: which are better, and how far each figure could move."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from bakeoff.report.charts.drawing import NARROW, TEXT, data
from bakeoff.report.palette import light

_TALL, _LOW = 40, 27  # pixels of a row with the name above its dot, and beside it
_LETTER = 7.2  # pixels; a wide letter of the names
_GAP = 32  # pixels between panels side by side


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One figure.

    Args:
        name: of the row.
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
    """One panel with names beside its dots, or several with names above them; two side by side where there is room.

    Args:
        axis: what is measured.
        shared_scale: whether the figures of different panels may be compared.
    """
    every = [dot for panel in panels for dot in panel.dots]
    columns = 2 if width > NARROW and len(panels) > 1 else 1
    beside = len(panels) == 1 and width > NARROW
    size = (width - 8 - (columns - 1) * _GAP) // columns
    drawn = [
        _panel(panel, axis, size, _domain(every if shared_scale else panel.dots), beside=beside) for panel in panels
    ]
    # Even one panel is a concatenation, which is what a configuration can be given to.
    return alt.concat(*drawn, columns=columns, spacing={"row": 22, "column": _GAP})


def _domain(dots: Sequence[Dot]) -> list[float]:
    """From zero, so that a length says how large a figure is."""
    return [min(0.0, *(dot.low for dot in dots)), max(dot.high for dot in dots) or 1.0]


def _panel(panel: Panel, axis: str, width: int, domain: list[float], *, beside: bool) -> Any:
    lettered = any(dot.letters for dot in panel.dots)
    left = min(width // 2, round(_LETTER * max(len(dot.name) for dot in panel.dots)) + 12) if beside else 0
    right = width - (12 * max(len(dot.letters) for dot in panel.dots) if lettered and beside else 0) - 10
    down = 0 if beside else 7  # from the row's middle to its dot
    scale = alt.Scale(domain=domain, range=[left, right], nice=beside)
    x = alt.X("value:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=5 if beside else 3, gridDash=[1, 3]))
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(data(_rows(panel))).encode(y=alt.Y("row:O", axis=None, scale=alt.Scale(padding=0)))
    lines = base.mark_rule(strokeWidth=4, strokeCap="round", opacity=0.45, yOffset=down).encode(
        x=alt.X("low:Q", title=axis, scale=scale), x2="high:Q", color=colour
    )
    dots = base.mark_point(size=80, strokeWidth=2, opacity=1, filled=False, yOffset=down).encode(
        x=x, stroke=alt.Stroke("colour:N", scale=None), fill=alt.Fill("ground:N", scale=None)
    )
    names = base.mark_text(align="left", baseline="middle", dy=0 if beside else -9, fontSize=TEXT).encode(
        x=alt.value(0), text="name:N"
    )
    letters = base.mark_text(
        align="right", baseline="middle", dy=0 if beside else -9, fontSize=TEXT, color=light("muted")
    ).encode(x=alt.value(width), text="letters:N")
    height = (_LOW if beside else _TALL) * len(panel.dots)
    layered = alt.layer(lines, dots, names, *([letters] if lettered else [])).properties(width=width, height=height)
    return layered.properties(title=panel.title) if panel.title else layered


def _rows(panel: Panel) -> list[dict[str, Any]]:
    return [
        {
            "row": place,
            "name": dot.name,
            "value": dot.value,
            "low": dot.low,
            "high": dot.high,
            "letters": dot.letters,
            "colour": light("accent" if dot.leading else "mark"),
            "ground": light("paper" if dot.hollow else "accent" if dot.leading else "mark"),
        }
        for place, dot in enumerate(panel.dots)
    ]
