"""The page: self-contained, in order, escaped, each chart with its table; what it says where something is missing."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from bakeoff.report.charts import drawing
from bakeoff.report.inputs import Inputs
from bakeoff.report.page import SECTIONS, page, sections
from bakeoff.report.palette import COLOURS
from tests.support.reports import evaluation, report
from tests.support.schemas import faults
from tests.unit.report.conftest import Page


def test_the_run_that_these_pages_are_of_has_the_shape_of_a_published_one() -> None:
    assert faults(report(), "report") == []
    assert faults(evaluation(), "metrics") == []


def test_the_page_needs_no_network_and_no_script(whole: Page) -> None:
    assert whole.source.startswith("<!doctype html>")
    assert whole.all("script") == []
    assert [found for _, found in whole.elements if any(name.startswith("on") for name in found)] == []
    addresses = [found.get("href") or found.get("src") or "" for _, found in whole.elements]
    assert {address for address in addresses if address and address[0] != "#"} == {"data:,"}
    assert "@import" not in whole.source
    assert re.findall(r"url\((?!#)", whole.source) == []


def test_everything_that_is_opened_is_closed_and_ids_are_there_once(whole: Page) -> None:
    assert whole.open_at_end == []
    ids = [found["id"] for _, found in whole.elements if "id" in found]
    assert len(ids) == len(set(ids))
    named = [name for _, found in whole.elements for name in (found.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)


def test_the_summary_comes_first_and_the_contents_lead_to_every_part(whole: Page) -> None:
    parts = [whole.elements[place][1]["id"] for place in whole.all("section")]
    assert parts[0] == "summary"
    assert len(parts) == 1 + len(SECTIONS)
    [contents] = whole.all("nav")
    links = [whole.elements[place][1]["href"] for place in whole.inside(contents, "a")]
    assert links == [f"#{part}" for part in parts]


def test_headings_leave_no_level_out_and_there_is_one_of_the_first(whole: Page) -> None:
    levels = [int(tag[1]) for tag, _ in whole.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_it_has_landmarks_a_language_a_title_and_a_way_past_the_contents(whole: Page) -> None:
    for landmark in ("header", "nav", "main", "footer"):
        assert len(whole.all(landmark)) == 1
    assert whole.elements[whole.all("html")[0]][1]["lang"] == "en"
    assert whole.text(whole.all("title")[0]) == "Bakeoff: run run-1"
    [skip] = whole.all("a", class_="skip")
    assert whole.elements[skip][1]["href"] == "#summary"


def test_every_chart_is_a_named_image_for_two_widths_and_has_its_table(whole: Page) -> None:
    figures = whole.all("figure")
    assert len(figures) == 9
    for figure in figures:
        drawings = whole.inside(figure, "svg")
        assert len(drawings) == 2
        for one in drawings:
            assert whole.elements[one][1]["role"] == "img"
            assert whole.text(whole.inside(one, "title")[0])
            assert whole.text(whole.inside(one, "desc")[0])
        [table] = whole.inside(figure, "table")
        assert len(whole.inside(table, "tr")) > 1


def test_charts_are_drawn_in_the_pages_colours_which_follow_the_scheme(whole: Page) -> None:
    body = whole.source.partition("</style>")[2]
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', body))
    assert used
    assert used <= {colour.light for colour in COLOURS.values()}
    assert len({colour.light for colour in COLOURS.values()}) == len(COLOURS)


def test_every_table_says_what_it_is_and_what_its_heads_are_of_and_can_be_scrolled_by_keyboard(whole: Page) -> None:
    for table in whole.all("table"):
        assert len(whole.inside(table, "caption")) == 1
        heads = [whole.elements[place][1].get("scope") for place in whole.inside(table, "th")]
        assert set(heads) == {"col", "row"}
        box = whole.elements[whole.paths[table][-1]][1]
        assert (box["class"], box["tabindex"]) == ("scroll", "0")
        assert box["aria-label"]


def test_the_same_run_gives_the_same_bytes(inputs: Inputs, whole: Page) -> None:
    assert page(inputs) == whole.source


@pytest.mark.parametrize("evil", ["<script>alert(1)</script> & {{ 7 * 7 }}", '" onload="x </title>'])
def test_whatever_comes_from_data_is_text(evil: str) -> None:
    told = report()
    told["reason"] = told["dataset"] = evil
    told["claims"][0]["finding"] = evil
    name = f"ease{evil}"
    told["default"] = told["contestants"][0]["name"] = name
    told["contestants"][0]["health"]["notes"] = [evil]
    told["contestants"][1] |= {"status": "failed", "reason": evil, "health": None, "metrics": {}}
    found = Page(page(Inputs(report=told, curves={name: [{"epoch": 1, "tried": {}, "metrics": {"ndcg@10": 0.1}}]})))
    assert found.open_at_end == []
    assert found.all("script") == []
    assert [one for _, one in found.elements if "onload" in one] == []
    assert " ".join(evil.split()) in found.section("summary")
    assert f"It did not finish: {' '.join(evil.split())}" in found.section("contestants")


def failed() -> dict[str, Any]:
    """What a run leaves that broke off at its preparation."""
    nothing = dict.fromkeys(("default", "gate", "protocol", "prices", "grades", "split", "dataVersion"))
    return {
        **report(),
        **nothing,
        "promoted": False,
        "failed": True,
        "reason": "ProcessingJob: ratings.csv has no header",
        "contestants": [],
        "claims": [],
        "otherSplits": [],
    }


def test_a_failed_run_says_why_and_what_there_is_nothing_of() -> None:
    found = Page(page(Inputs(report=failed())))
    summary = found.section("summary")
    assert "This run failed" in summary
    assert "ProcessingJob: ratings.csv has no header." in summary
    assert "nothing to choose by" in summary
    assert found.all("figure") == []
    for section in sections(Inputs(report=failed())):
        assert section.lead, section.anchor
        assert re.search(r"\b(no|none|nothing|No)\b", " ".join(section.lead)), section.anchor


MISSING: dict[str, Callable[[dict[str, Any]], object]] = {
    "no costs": lambda told: [one.update(costs=None) for one in told["contestants"]],
    "no grades": lambda told: told.update(grades=None),
    "no latency": lambda told: [one.update(latency=None) for one in told["contestants"]],
    "no health": lambda told: [one.update(health=None) for one in told["contestants"]],
    "no gate": lambda told: told.update(gate=None),
    "no protocol": lambda told: told.update(protocol=None),
    "no other splits": lambda told: told.update(otherSplits=[]),
    "no claims": lambda told: told.update(claims=[]),
    "no prices": lambda told: told.update(prices=None),
    "nobody scored": lambda told: [one.update(metrics={}) for one in told["contestants"]],
    "no default": lambda told: told.update(default=None),
}


def is_whole(text: str) -> None:
    """Every part says something, and nothing that Python says where a value is missing."""
    found = Page(text)
    assert found.open_at_end == []
    for part in found.all("section"):
        assert len(found.text(part)) > 40
    assert not re.search(r"\b(None|nan|Undefined|undefined)\b", text.partition("</style>")[2])


@pytest.mark.parametrize("spoil", MISSING.values(), ids=MISSING)
@pytest.mark.parametrize("metrics", [evaluation(), None], ids=["evaluated", "not evaluated"])
def test_a_page_is_written_whatever_is_missing(
    spoil: Callable[[dict[str, Any]], object], metrics: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_svg", lambda chart, **named: "<svg></svg>")
    told = report()
    spoil(told)
    is_whole(page(Inputs(report=told, metrics=metrics)))


def zero(told: dict[str, Any]) -> None:
    for one in told["contestants"]:
        one["metrics"] = {name: {"value": 0.0, "low": 0.0, "high": 0.0, "n": 9} for name in one["metrics"]}


DRAWN: dict[str, Callable[[dict[str, Any]], object]] = {
    "figures of zero": zero,
    "no interval": lambda told: told["contestants"][0]["metrics"].update({"ndcg@10": {"value": 0.1}}),
    "one contestant": lambda told: told.update(contestants=told["contestants"][:1]),
    "many contestants": lambda told: told["contestants"].extend(
        {**told["contestants"][0], "name": f"one-with-a-very-long-name-{number}"} for number in range(12)
    ),
}


@pytest.mark.parametrize("spoil", DRAWN.values(), ids=DRAWN)
def test_charts_are_drawn_of_whatever_figures_there_are(spoil: Callable[[dict[str, Any]], object]) -> None:
    told = report()
    spoil(told)
    is_whole(page(Inputs(report=told, metrics=evaluation())))
