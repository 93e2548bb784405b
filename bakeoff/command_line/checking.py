"""`data check`: what is in a folder of raw data, what it means and what to do, before anything is deployed."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from bakeoff.command_line.datasets import data_set_name
from bakeoff.command_line.screen import console, say, table, titled
from bakeoff.config import Prepare
from bakeoff.errors import DataError

# The engine takes a second to import, which no other command should wait for.
if TYPE_CHECKING:
    from bakeoff.data.check.run import Report

STYLES = {"stop": "bold red", "warning": "yellow", "note": "cyan", "ok": "green"}


def check(folder: Path, prepare: Prepare, *, mapping: str | None = None, html: Path | None = None) -> None:
    """Look at `folder` as the preparation would, show what was found, and write it as a page where one is wanted.

    Args:
        folder: raw data.
        prepare: an environment's settings.
        mapping: instead of the one that they name; may be the path of a TOML file.
        html: the page's path.

    Raises:
        ConfigurationError: there is no such mapping, or it has faults.
        DataError: the preparation would refuse the data; shown and written before, where it can be read at all.
    """
    from bakeoff.data.check.page import page
    from bakeoff.data.check.run import check_folder
    from bakeoff.data.settings import PreparationSettings

    told = {**prepare.job_settings(), "dataset": data_set_name(folder), "split": prepare.job_split()}
    settings = PreparationSettings.from_json({**told, **({"mapping": mapping} if mapping else {})}, source="prepare")
    shown = console()
    with shown.status("reading") as status:
        report = check_folder(folder, settings, progress=status.update)
    show(report)
    if html is not None:
        html.write_text(page(report), encoding="utf-8")
        say(f"\nThe page is in {html}")
    if report.stop is not None:
        raise DataError(report.stop)


def show(report: "Report") -> None:
    """The facts as tables, then the findings, the worst last, where a terminal shows them."""
    from bakeoff.data.check.sections import sections

    shown = console()
    say(f"{report.profile.folder}, read as {report.profile.title} (mapping {report.profile.mapping})\n")
    for section in sections(report.profile):
        made = table(section.columns, section.rows)
        for place in section.numeric:
            made.columns[place].justify = "right"
        shown.print(titled(section.title, made))
        shown.print()
    findings = table(("severity", "about", "found", "what to do"), [])
    for finding in reversed(report.findings):
        severity = Text(finding.severity, style=STYLES[finding.severity])
        findings.add_row(severity, Text(finding.about), Text(finding.found), Text(finding.advice))
    shown.print(titled("Findings", findings))
