"""The job `evaluate_lists`: scores every contestant's lists against the frozen split and writes the metrics.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    PREPARED_DIR=prepared LISTS_DIR=lists RUN_DIR=run OUTPUT_DIR=metrics MESSAGE_FILE=message \
        PYTHONPATH=. python sagemaker_jobs/evaluate_lists/evaluate.py
"""

import os
import sys
from collections.abc import Mapping

from bakeoff.errors import BakeoffError
from bakeoff.evaluation.run import evaluate_run
from bakeoff.processing import folder, report_failure

PREPARED = "/opt/ml/processing/input/prepared"
LISTS = "/opt/ml/processing/input/lists"
RUN = "/opt/ml/processing/input/run"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with both files of metrics, 1 with a message that says what is wrong."""
    try:
        results = evaluate_run(
            prepared_folder=folder(environment, "PREPARED_DIR", default=PREPARED),
            lists_folder=folder(environment, "LISTS_DIR", default=LISTS),
            run_folder=folder(environment, "RUN_DIR", default=RUN),
        )
        results.write(folder(environment, "OUTPUT_DIR", default=OUTPUT))
    except BakeoffError as error:
        report_failure(error, environment)
        print(error, file=sys.stderr)
        return 1
    print(results)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
