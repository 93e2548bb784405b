"""The job `write_report`: writes report.html, one page for whoever decides, from what a run published.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    REPORT_DIR=run EVALUATION_DIR=metrics CURVES_DIR=curves OUTPUT_DIR=page MESSAGE_FILE=message \
        PYTHONPATH=. python sagemaker_jobs/write_report/write_report.py
"""

import os
import sys
from collections.abc import Mapping

from bakeoff.jobs import folder, message_file, run_job
from bakeoff.report.run import Folders
from bakeoff.report.run import write_report as write_page

REPORT = "/opt/ml/processing/input/report"
EVALUATION = "/opt/ml/processing/input/evaluation"
CURVES = "/opt/ml/processing/input/curves"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with report.html, 1 with a message that says what is wrong."""

    def write() -> None:
        page = write_page(
            Folders(
                report=folder(environment, "REPORT_DIR", default=REPORT),
                evaluation=folder(environment, "EVALUATION_DIR", default=EVALUATION),
                curves=folder(environment, "CURVES_DIR", default=CURVES),
                output=folder(environment, "OUTPUT_DIR", default=OUTPUT),
            )
        )
        print(f"{page.name}: {page.stat().st_size:,} bytes")

    return run_job(write, job="report", reason_file=message_file(environment))


if __name__ == "__main__":
    sys.exit(main(os.environ))
