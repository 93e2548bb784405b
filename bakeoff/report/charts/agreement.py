"""How much the lists of two contestants are the same: a map of all pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from bakeoff.report.charts.drawing import SMALL, data
from bakeoff.report.palette import light

STEPS = (0.1, 0.25, 0.5, 0.75)
_GROUNDS = ("heat1", "heat2", "heat3", "heat4", "heat5")
_TEXTS = ("heat_low", "heat_low", "heat_low", "heat_middle", "heat_high")
_LARGEST_CELL, _SMALLEST_LABELLED = 46, 26  # pixels


def agreement_chart(names: Sequence[str], pairs: Mapping[tuple[str, str], float], *, width: int) -> Any:
    """Half of the square, for the other half says the same; columns are numbered like the rows."""
    labels = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    room = min(0.55 * width, 6.6 * max(len(label) for label in labels) + 8)
    cell = min(_LARGEST_CELL, (width - room - 8) / max(len(names) - 1, 1))
    rows = [
        {
            "row": labels[i],
            "column": str(j + 1),
            "text": f"{pairs[names[i], names[j]]:.2f}",
            "ground": light(_GROUNDS[_step(pairs[names[i], names[j]])]),
            "colour": light(_TEXTS[_step(pairs[names[i], names[j]])]),
        }
        for i in range(len(names))
        for j in range(i)
        if (names[i], names[j]) in pairs
    ]
    axis = alt.Axis(labelLimit=room, minExtent=room, maxExtent=room, title=None, labelColor=light("ink"))
    base = alt.Chart(data(rows)).encode(
        x=alt.X("column:N", sort=None, axis=alt.Axis(title=None, orient="top", labelAngle=0)),
        y=alt.Y("row:N", sort=labels, scale=alt.Scale(domain=labels), axis=axis),
    )
    layers = [base.mark_rect(stroke=light("paper"), strokeWidth=2).encode(fill=alt.Fill("ground:N", scale=None))]
    if cell >= _SMALLEST_LABELLED:
        layers.append(base.mark_text(fontSize=SMALL).encode(text="text:N", color=alt.Color("colour:N", scale=None)))
    columns = max(len(names) - 1, 1)
    drawn = alt.layer(*layers).properties(width=cell * columns, height=min(cell, 34) * len(names))
    return alt.vconcat(drawn)


def _step(value: float) -> int:
    return sum(value >= step for step in STEPS)
