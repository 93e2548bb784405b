"""The charts' specifications: what is drawn of what is known, and that the drawing can stand in a page."""

import re
from typing import Any

import altair as alt
import pytest
from jsonschema.exceptions import ValidationError

from bakeoff.report.charts.agreement import agreement_chart
from bakeoff.report.charts.drawing import LOOK, NARROW, WIDE, drawn
from bakeoff.report.charts.intervals import Dot, Panel, interval_chart
from bakeoff.report.charts.multiples import Lines, popularity_chart, traffic_chart, training_chart
from bakeoff.report.charts.tradeoff import Spot, tradeoff_chart
from bakeoff.report.palette import light

DOTS = (
    Dot(name="ease", value=0.2, low=0.18, high=0.22, letters="a", leading=True),
    Dot(name="twin", value=0.1, low=0.08, high=0.12, letters="b", hollow=True),
)


def values(specification: Any) -> list[dict[str, Any]]:
    """Every row of data in a specification."""
    if isinstance(specification, dict):
        own = specification.get("data", {}).get("values", [])
        parts = [values(part) for key, part in specification.items() if key != "data"]
        named = list(specification.get("datasets", {}).values())
        return [*own, *[row for part in parts for row in part], *[row for rows in named for row in rows]]
    if isinstance(specification, list):
        return [row for part in specification for row in values(part)]
    return []


def test_the_look_of_all_charts_is_a_configuration_that_vega_lite_knows() -> None:
    chart = alt.Chart(alt.InlineData(values=[])).mark_point().to_dict()
    alt.Chart.from_dict({**chart, "config": LOOK}, validate=True)
    with pytest.raises(ValidationError):
        alt.Chart.from_dict({**chart, "config": {**LOOK, "axis": {"labelColour": "x"}}}, validate=True)


def test_a_dot_has_its_interval_and_a_twin_is_hollow() -> None:
    rows = values(interval_chart([Panel(title="", dots=DOTS)], axis="ndcg@10", width=WIDE).to_dict())
    ease, twin = (next(row for row in rows if row.get("name") == name) for name in ("ease", "twin"))
    assert (ease["value"], ease["low"], ease["high"], ease["letters"]) == (0.2, 0.18, 0.22, "a")
    assert (ease["colour"], ease["ground"]) == (light("accent"), light("accent"))
    assert (twin["colour"], twin["ground"]) == (light("mark"), light("paper"))


@pytest.mark.parametrize(("shared", "domains"), [(True, {(0.0, 0.22)}), (False, {(0.0, 0.22), (0.0, 0.12)})])
def test_panels_share_their_scale_where_their_figures_compare(shared: bool, domains: set[tuple[float, float]]) -> None:
    panels = [Panel(title="one", dots=DOTS[:1]), Panel(title="two", dots=DOTS[1:])]
    text = str(interval_chart(panels, axis="ndcg@10", width=WIDE, shared_scale=shared).to_dict())
    found = {(float(low), float(high)) for low, high in re.findall(r"'domain': \[([\d.]+), ([\d.]+)\]", text)}
    assert found == domains


def test_the_agreement_of_each_pair_is_drawn_once_darker_where_it_is_more() -> None:
    pairs = {("a", "b"): 0.8, ("a", "c"): 0.05, ("b", "c"): 0.3}
    both = {**pairs, **{(b, a): value for (a, b), value in pairs.items()}}
    rows = values(agreement_chart(["a", "b", "c"], both, width=WIDE).to_dict())
    cells = {(row["row"], row["column"]): (row["text"], row["ground"]) for row in rows}
    assert cells == {
        ("2 b", "1"): ("0.80", light("heat5")),
        ("3 c", "1"): ("0.05", light("heat1")),
        ("3 c", "2"): ("0.30", light("heat3")),
    }


def spot(name: str, x: float, y: float) -> Spot:
    return Spot(name=name, x=(x, x, x), y=(y, y, y), size=None, leading=False, hollow=False)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_names_in_the_trade_off_stay_inside_and_off_each_other(width: int) -> None:
    spots = [spot("autoencoder", 0.42, 0.179), spot("ease", 0.4, 0.18), spot("autoencoder-article", 0.41, 0.178)]
    rows = values(tradeoff_chart(spots, x_axis="x", y_axis="y", width=width).to_dict())
    places = {row["name"]: (row["labelX"], row["labelY"], len(row["name"]) * 6.4) for row in rows}
    assert len(places) == 3
    boxes = list(places.values())
    for place, (left, middle, long) in enumerate(boxes):
        assert left >= 0
        assert left + long <= width
        for other_left, other_middle, other_long in boxes[place + 1 :]:
            apart = abs(middle - other_middle) >= 14
            assert apart or left + long <= other_left or other_left + other_long <= left


def test_small_drawings_stand_in_two_columns_on_a_phone_and_in_three_elsewhere() -> None:
    lines = [Lines(name=f"c{number}", points={"slots": [(0, 0), (1, 1)]}) for number in range(4)]
    assert popularity_chart(lines, width=NARROW).to_dict()["columns"] == 2
    assert popularity_chart(lines, width=WIDE).to_dict()["columns"] == 3


def test_epochs_are_a_line_and_tries_are_dots() -> None:
    lines = [Lines(name="ease", points={"epochs": [(1, 0.1), (2, 0.2)], "tries": [(3, 0.15)]})]
    [panel] = training_chart(lines, width=WIDE).to_dict()["concat"]
    assert [layer["mark"]["type"] for layer in panel["layer"]] == ["line", "point"]


def test_costs_are_drawn_by_powers_of_ten_and_told_apart_by_dashes() -> None:
    lines = [
        Lines(name="ease", points={"serverless": [(1e4, 0.2), (1e7, 200.0)], "provisioned": [(1e4, 90), (1e7, 90)]})
    ]
    [panel] = traffic_chart(lines, width=WIDE).to_dict()["concat"]
    encoding = panel["encoding"]
    assert (encoding["x"]["scale"]["type"], encoding["y"]["scale"]["type"]) == ("log", "log")
    assert encoding["strokeDash"]["field"] == encoding["color"]["field"] == "way"


def test_a_drawing_is_a_named_image_with_ids_of_its_own_and_its_text_is_escaped() -> None:
    dots = (Dot(name="<b>&", value=0.2, low=0.1, high=0.3),)
    wide, narrow = drawn(
        lambda width: interval_chart([Panel(title="", dots=dots)], axis="x", width=width),
        name="one",
        title="A <title>",
        description="Says & means",
    )
    assert wide.startswith('<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="one-wide-title')
    assert '<title id="one-wide-title">A &lt;title&gt;</title>' in wide
    assert "&lt;b&gt;&amp;" in wide
    assert "<b>" not in wide
    ids = re.findall(r' id="([^"]+)"', wide + narrow)
    assert ids
    assert len(ids) == len(set(ids))
    referred = re.findall(r"url\(#([^)]+)\)", wide + narrow)
    assert set(referred) <= set(ids)
    assert float(re.findall(r'viewBox="0 0 ([\d.]+)', narrow)[0]) <= NARROW + 8
