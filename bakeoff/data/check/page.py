"""The check as one HTML page that needs nothing else: no network, no script; for a phone, in the light or the dark."""

from collections import Counter
from html import escape
from importlib.resources import files

from bakeoff.data.check.finding import SEVERITIES, Finding
from bakeoff.data.check.run import Report
from bakeoff.data.check.sections import Section, sections

STYLE = "page.css"


def page(report: Report) -> str:
    """The page's text."""
    profile = report.profile
    style = files("bakeoff.data.check").joinpath(STYLE).read_text(encoding="utf-8")
    title = f"Data check of {escape(profile.folder)}"
    tables = "\n".join(_section(section, number) for number, section in enumerate(sections(profile)))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>Read as {escape(profile.title)} (mapping {escape(profile.mapping)}). {_summary(report.findings)}</p>
</header>
<main>
<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
<ul class="findings">
{"".join(_finding(finding) for finding in report.findings)}</ul>
</section>
{tables}
</main>
</body>
</html>
"""


def _summary(findings: list[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    return "Findings: " + ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name]) + "."


def _finding(finding: Finding) -> str:
    return (
        f'<li class="{finding.severity}"><strong>{finding.severity}</strong> '
        f"<b>{escape(finding.about)}</b> {escape(finding.found)} <em>{escape(finding.advice)}</em></li>\n"
    )


def _section(section: Section, number: int) -> str:
    """A table that scrolls by itself where the screen is narrow, by keyboard too."""
    name = f"table-{number}"
    heads = "".join(f'<th scope="col"{_kind(section, place)}>{escape(text)}</th>' for place, text in _cells(section))
    bar_head = '<td aria-hidden="true"></td>' if section.bars else ""
    rows = "".join(_row(section, number) for number in range(len(section.rows)))
    return f"""<section>
<h2 id="{name}">{escape(section.title)}</h2>
<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">
<table aria-labelledby="{name}">
<thead><tr>{heads}{bar_head}</tr></thead>
<tbody>
{rows}</tbody>
</table>
</div>
</section>"""


def _cells(section: Section) -> list[tuple[int, str]]:
    return list(enumerate(section.columns))


def _row(section: Section, number: int) -> str:
    first, *others = section.rows[number]
    cells = "".join(
        f"<td{_kind(section, place)}>{escape(text).replace(chr(10), '<br>')}</td>"
        for place, text in enumerate(others, start=1)
    )
    bar = ""
    if section.bars:
        # The picture repeats the number beside it.
        bar = f'<td aria-hidden="true"><div class="bar" style="width:{section.bars[number]:.1%}"></div></td>'
    return f'<tr><th scope="row">{escape(first)}</th>{cells}{bar}</tr>\n'


def _kind(section: Section, place: int) -> str:
    return ' class="number"' if place in section.numeric else ""
