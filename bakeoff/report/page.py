"""The page: every section into the template. Whatever comes from data is escaped there."""

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bakeoff.report import palette, templates
from bakeoff.report.blocks import Card, Chart, Folded, Listing, Section, Table
from bakeoff.report.inputs import Inputs
from bakeoff.report.sections.breadth import agreement_section, popularity_section, tradeoff_section
from bakeoff.report.sections.cards import cards_section
from bakeoff.report.sections.costs import costs_section
from bakeoff.report.sections.evidence import (
    claims_section,
    gate_section,
    prices_section,
    protocol_section,
    splits_section,
)
from bakeoff.report.sections.grades import grades_section
from bakeoff.report.sections.quality import quality_section
from bakeoff.report.sections.slices import slices_section
from bakeoff.report.sections.summary import summary
from bakeoff.report.sections.training import training_section

# In the order of a reader who has to decide first and to check afterwards.
SECTIONS = (
    grades_section,
    quality_section,
    slices_section,
    tradeoff_section,
    agreement_section,
    popularity_section,
    training_section,
    costs_section,
    splits_section,
    claims_section,
    cards_section,
    gate_section,
    protocol_section,
    prices_section,
)


def page(inputs: Inputs) -> str:
    """The whole of report.html; the same for the same inputs."""
    environment = Environment(
        loader=PackageLoader(templates.__name__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["drawing"] = Markup  # of a chart's SVG alone, whose texts vl-convert has escaped
    kinds = {Table: "table", Chart: "chart", Folded: "folded", Listing: "listing", Card: "card"}
    environment.filters["kind"] = lambda block: kinds[type(block)]
    return environment.get_template("page.html.j2").render(
        report=inputs.report, summary=summary(inputs), sections=sections(inputs), style=Markup(_style())
    )


def sections(inputs: Inputs) -> list[Section]:
    """All parts; one without data says why."""
    return [make(inputs) for make in SECTIONS]


def _style() -> str:
    return palette.style() + files(templates).joinpath("page.css").read_text(encoding="utf-8")
