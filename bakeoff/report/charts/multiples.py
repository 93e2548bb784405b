"""Small drawings of one kind, one a contestant, side by side: lines of any number stay readable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from bakeoff.report.charts.drawing import NARROW, data
from bakeoff.report.palette import light

_HEIGHT = 110
_AXIS = 46  # pixels for labels beside each drawing
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """One contestant's lines.

    Args:
        points: by series.
        below: a second line of its title.
        leading: drawn in the page's own colour.
    """

    name: str
    points: Mapping[str, Points]
    below: str = ""
    leading: bool = False


def popularity_chart(contestants: Sequence[Lines], *, width: int) -> Any:
    """Share of the slots over share of the items, the most popular first; the diagonal has no liking for either."""

    def panel(lines: Lines, size: int) -> Any:
        rows = [{"x": x, "y": y} for series in lines.points.values() for x, y in series]
        x = alt.X("x:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_percent())
        y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_percent())
        even = (
            alt.Chart(data([{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
            .mark_line(strokeDash=[3, 3], strokeWidth=1, color=light("mark"))
            .encode(x=x, y=y)
        )
        curve = alt.Chart(data(rows)).mark_line(strokeWidth=2.5, color=_colour(lines)).encode(x=x, y=y, order="x:Q")
        return alt.layer(even, curve)

    return _side_by_side(contestants, panel, width)


def training_chart(contestants: Sequence[Lines], *, width: int) -> Any:
    """A validation figure over the steps of a training: epochs as a line, single tries as dots."""

    top = max(y for lines in contestants for series in lines.points.values() for _, y in series) or 1.0

    def panel(lines: Lines, size: int) -> Any:
        steps = max(x for series in lines.points.values() for x, _ in series)
        x = alt.X(
            "x:Q",
            title=None,
            scale=alt.Scale(domain=[0.5, steps + 0.5], nice=False),
            axis=alt.Axis(tickCount=min(int(steps), 4), format="d", tickMinStep=1, grid=False),
        )
        y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=3, gridDash=[1, 3]))
        epochs = [{"x": x, "y": y} for x, y in lines.points.get("epochs", ())]
        tries = [{"x": x, "y": y} for x, y in lines.points.get("tries", ())]
        curve = alt.Chart(data(epochs)).mark_line(strokeWidth=2.5, color=_colour(lines)).encode(x=x, y=y)
        dots = (
            alt.Chart(data(tries))
            .mark_point(size=36, filled=False, strokeWidth=2, color=_colour(lines), opacity=1)
            .encode(x=x, y=y)
        )
        return alt.layer(*([curve] if epochs else []), *([dots] if tries else []))

    return _side_by_side(contestants, panel, width)


# How each way to serve is drawn, so that it is known without its colour.
_DASHES = {"provisioned": [1, 0], "serverless": [6, 3], "batch": [2, 2]}


def traffic_chart(contestants: Sequence[Lines], *, width: int) -> Any:
    """Dollars a month over requests a month, both by powers of ten, a line for each way to serve."""
    ends = [x for lines in contestants for series in lines.points.values() for x, _ in series]
    costs = [y for lines in contestants for series in lines.points.values() for _, y in series]

    def panel(lines: Lines, size: int) -> Any:
        rows = [{"x": x, "y": y, "way": way} for way, series in lines.points.items() for x, y in series]
        x = alt.X(
            "x:Q",
            title=None,
            scale=alt.Scale(type="log", domain=[min(ends), max(ends)], nice=False),
            axis=alt.Axis(format="~s", grid=False, values=sorted(set(ends)), labelOverlap=True),
        )
        y = alt.Y(
            "y:Q",
            title=None,
            scale=alt.Scale(type="log", domain=[min(costs), max(costs)], nice=True),
            axis=alt.Axis(format="$,~r", tickCount=4, gridDash=[1, 3], labelOverlap=True),
        )
        legend = alt.Legend(title=None, symbolType="stroke", symbolSize=400, columnPadding=16)
        colours = alt.Scale(domain=list(_DASHES), range=[light(way) for way in _DASHES])
        dashes = alt.Scale(domain=list(_DASHES), range=list(_DASHES.values()))
        base = alt.Chart(data(rows)).encode(x=x, y=y, color=alt.Color("way:N", scale=colours, legend=legend))
        return base.mark_line(strokeWidth=2.5).encode(strokeDash=alt.StrokeDash("way:N", scale=dashes, legend=legend))

    return _side_by_side(contestants, panel, width)


def _side_by_side(contestants: Sequence[Lines], panel: Callable[[Lines, int], Any], width: int) -> Any:
    columns = 2 if width <= NARROW else 3
    size = (width - 8) // columns - _AXIS
    drawn = [
        panel(lines, size).properties(width=size, height=_HEIGHT, title=_title(lines, size)) for lines in contestants
    ]
    return alt.concat(*drawn, columns=columns, spacing={"row": 18, "column": 12})


def _title(lines: Lines, size: int) -> Any:
    return alt.TitleParams(lines.name, limit=size + _AXIS - 12, frame="bounds", subtitle=lines.below or alt.Undefined)


def _colour(lines: Lines) -> str:
    return light("accent" if lines.leading else "mark")


def _percent() -> Any:
    return alt.Axis(format="%", values=[0, 0.5, 1], gridDash=[1, 3])
