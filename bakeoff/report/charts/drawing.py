"""Draws a Vega-Lite specification as SVG that can stand in a page: recolourable, named, with ids of its own.

Nothing is left to do for the reader's machine, so the page needs no script: docs/adr/0027-charts-drawn-when-written.md.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from xml.sax.saxutils import escape

import altair as alt

from bakeoff.report.palette import light

WIDE, NARROW = 680, 320  # pixels of a whole chart: the page's column, and a phone of 360 less its margins
TEXT, SMALL = 13, 11  # pixels
# With its version as Altair pins it, for vl-convert draws by the newest otherwise.
VEGA_LITE = "6.4"
_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_REFERENCE = re.compile(r'( id="|url\(#|href="#)')
# The whole drawing is one image with a name: a role inside of it would want a name of its own.
_OF_A_MARK = re.compile(r' (?:role|class|pointer-events|aria-[a-z]+)="[^"]*"')
_HEAD = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>')
# One look for all charts. The fonts are those of the page; the style sheet sets them.
LOOK: Final[dict[str, Any]] = {
    "font": "sans-serif",
    "background": "transparent",
    "padding": 4,
    "aria": False,  # the whole drawing is one image, named by its title
    "view": {"stroke": None},
    "axis": {
        "labelColor": light("muted"),
        "titleColor": light("muted"),
        "gridColor": light("line"),
        "labelFontSize": SMALL,
        "titleFontSize": SMALL,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "domain": False,
        "ticks": False,
    },
    "legend": {"labelColor": light("ink"), "labelFontSize": SMALL, "orient": "top"},
    "title": {
        "color": light("ink"),
        "fontSize": SMALL,
        "fontWeight": "bold",
        "anchor": "start",
        "offset": 6,
        "subtitleColor": light("muted"),
        "subtitleFontSize": SMALL,
    },
    "text": {"color": light("ink"), "fontSize": SMALL},
}
Build = Callable[[int], Any]  # the chart for a width


def drawn(build: Build, *, name: str, title: str, description: str) -> tuple[str, str]:
    """The chart for wide screens and for narrow ones.

    Args:
        build: makes the chart for a width in pixels.
        name: no two charts of a page share it.
        title: what is told to whoever cannot see it, with `description`.
    """
    return (
        _svg(build(WIDE), name=f"{name}-wide", title=title, description=description),
        _svg(build(NARROW), name=f"{name}-narrow", title=title, description=description),
    )


def data(rows: list[dict[str, Any]]) -> Any:
    return alt.InlineData(values=rows)


def _svg(chart: Any, *, name: str, title: str, description: str) -> str:
    import vl_convert

    # Given to the finished specification: every configuration by Altair copies the whole chart with its data.
    specification = {**chart.to_dict(), "config": LOOK}
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification), vl_version=VEGA_LITE, allowed_base_urls=[])
    return _named(_own_ids(svg, name), name=name, title=title, description=description)


def _own_ids(svg: str, name: str) -> str:
    """Its ids changed to some that no other drawing of the page has; what Vega says of single marks left out."""

    def tag(found: re.Match[str]) -> str:
        return _REFERENCE.sub(rf"\g<1>{name}-", _OF_A_MARK.sub("", found[0]))

    # In tags alone, for a contestant's name in the text may look like anything.
    return _TAG.sub(tag, svg)


def _named(svg: str, *, name: str, title: str, description: str) -> str:
    """An image with a name and a description, which grows and shrinks with the page."""
    head = _HEAD.search(svg)
    assert head is not None, svg[:200]  # vl-convert's own first element
    width, height = head[1], head[2]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return opening + svg[head.end() :]
