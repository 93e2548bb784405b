"""One call for the whole page: what a run published in, report.html out."""

from dataclasses import dataclass
from pathlib import Path

from bakeoff.report.inputs import read_inputs
from bakeoff.report.page import page

REPORT_HTML = "report.html"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where the page is made from and where it goes.

    Args:
        report: holds report.json.
        evaluation: holds metrics.json; not there where nothing was evaluated.
        curves: holds what trainings left beside their models; may be empty or not there.
        output: takes report.html.
    """

    report: Path
    evaluation: Path
    curves: Path
    output: Path


def write_report(folders: Folders) -> Path:
    """Write the page, whole or not at all, and say where.

    Raises:
        ReportError: report.json is missing, or a file that the page is made from is malformed.
    """
    text = page(read_inputs(report=folders.report, evaluation=folders.evaluation, curves=folders.curves))
    folders.output.mkdir(parents=True, exist_ok=True)
    partial = folders.output / f"{REPORT_HTML}.partial"
    partial.write_text(text, encoding="utf-8")
    return partial.replace(folders.output / REPORT_HTML)
