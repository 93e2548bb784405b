"""Accuracy against coverage: who finds what a user likes, and who shows more than the same few items."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from bakeoff.report.charts.drawing import SMALL, data
from bakeoff.report.palette import light

HEIGHT = 360
_SMALLEST, _LARGEST = 60, 700  # square pixels
_LETTER = 6.4  # pixels; a wide letter of the small size
_LINE = 14


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A contestant.

    Args:
        x, y: value, low, high.
        size: 0 to 1 of the largest; None where it is not known.
    """

    name: str
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    size: float | None
    leading: bool
    hollow: bool


def tradeoff_chart(spots: Sequence[Spot], *, x_axis: str, y_axis: str, width: int) -> Any:
    """The chart; a name stands where it covers no other."""
    inner = width - 56
    right = max(spot.x[2] for spot in spots) * 1.05 or 1.0
    top = max(spot.y[2] for spot in spots) * 1.05 or 1.0
    places = [(spot.x[0] / right * inner, HEIGHT - spot.y[0] / top * HEIGHT) for spot in spots]
    sizes = [_SMALLEST if spot.size is None else _SMALLEST + spot.size * (_LARGEST - _SMALLEST) for spot in spots]
    labels = _placed([spot.name for spot in spots], places, [math.sqrt(size / math.pi) for size in sizes], inner)
    rows = [
        {
            "name": spot.name,
            "x": spot.x[0],
            "xLow": spot.x[1],
            "xHigh": spot.x[2],
            "y": spot.y[0],
            "yLow": spot.y[1],
            "yHigh": spot.y[2],
            "size": size,
            "labelX": label_x,
            "labelY": label_y,
            "colour": light("accent" if spot.leading else "mark"),
            "ground": light("paper" if spot.hollow else "accent" if spot.leading else "mark"),
        }
        for spot, size, (label_x, label_y) in zip(spots, sizes, labels, strict=True)
    ]
    x_scale, y_scale = alt.Scale(domain=[0, right], nice=False), alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(data(rows))
    x = alt.X("x:Q", title=x_axis, scale=x_scale, axis=alt.Axis(tickCount=5, gridDash=[1, 3]))
    y = alt.Y("y:Q", title=y_axis, scale=y_scale, axis=alt.Axis(tickCount=5, gridDash=[1, 3], minExtent=34))
    colour = alt.Color("colour:N", scale=None)
    across = base.mark_rule(strokeWidth=2, opacity=0.45).encode(
        x=alt.X("xLow:Q", scale=x_scale), x2="xHigh:Q", y=y, color=colour
    )
    up = base.mark_rule(strokeWidth=2, opacity=0.45).encode(
        x=x, y=alt.Y("yLow:Q", scale=y_scale), y2="yHigh:Q", color=colour
    )
    dots = base.mark_point(filled=False, strokeWidth=2, opacity=0.9).encode(
        x=x,
        y=y,
        size=alt.Size("size:Q", scale=None, legend=None),
        stroke=alt.Stroke("colour:N", scale=None),
        fill=alt.Fill("ground:N", scale=None),
    )
    names = base.mark_text(align="left", baseline="middle", fontSize=SMALL).encode(
        x=alt.X("labelX:Q", scale=None), y=alt.Y("labelY:Q", scale=None), text="name:N"
    )
    return alt.vconcat(alt.layer(across, up, dots, names).properties(width=inner, height=HEIGHT))


def _placed(
    names: Sequence[str], places: Sequence[tuple[float, float]], radii: Sequence[float], width: float
) -> list[tuple[float, float]]:
    """Where each name begins: the first of a few places that no dot and no earlier name takes; else the first."""
    taken = [(x - radius, y - radius, x + radius, y + radius) for (x, y), radius in zip(places, radii, strict=True)]
    found = []
    for name, (x, y), radius in zip(names, places, radii, strict=True):
        long, away = len(name) * _LETTER, radius + 5
        offers = [
            (left, middle)
            for middle in (y, y - away - 5, y + away + 5, y - away - 20, y + away + 20)
            for left in (x + away, x - away - long, x - long / 2, min(max(x - long / 2, 0.0), width - long))
            if left >= 0 and left + long <= width and 8 <= middle <= HEIGHT - 8
        ]
        inside = (max(0.0, min(x - long / 2, width - long)), y - 20)
        left, middle = next((one for one in offers if _free(one, long, taken)), (offers or [inside])[0])
        taken.append((left, middle - _LINE / 2, left + long, middle + _LINE / 2))
        found.append((left, middle))
    return found


def _free(at: tuple[float, float], long: float, taken: Sequence[tuple[float, float, float, float]]) -> bool:
    left, top, right, bottom = at[0], at[1] - _LINE / 2, at[0] + long, at[1] + _LINE / 2
    return all(right <= x1 or x2 <= left or bottom <= y1 or y2 <= top for x1, y1, x2, y2 in taken)
