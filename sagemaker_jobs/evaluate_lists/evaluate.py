"""The job `evaluate_lists`: scores every contestant's lists against the frozen split and writes the metrics.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    PREPARED_DIR=prepared LISTS_DIR=lists RUN_DIR=run INCUMBENT_DIR=former CURVES_DIR=curves OUTPUT_DIR=metrics \
        MESSAGE_FILE=message PYTHONPATH=. python sagemaker_jobs/evaluate_lists/evaluate.py
"""

import os
import sys
from collections.abc import Mapping

from bakeoff.evaluation.run import Folders, evaluate_run
from bakeoff.jobs import folder, message_file, run_job

PREPARED = "/opt/ml/processing/input/prepared"
LISTS = "/opt/ml/processing/input/lists"
RUN = "/opt/ml/processing/input/run"
INCUMBENT = "/opt/ml/processing/input/incumbent"
CURVES = "/opt/ml/processing/input/curves"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with metrics.json, metrics.csv and lists.parquet, 1 with a message that says what is wrong."""

    def evaluate() -> None:
        results = evaluate_run(
            Folders(
                prepared=folder(environment, "PREPARED_DIR", default=PREPARED),
                lists=folder(environment, "LISTS_DIR", default=LISTS),
                run=folder(environment, "RUN_DIR", default=RUN),
                incumbent=folder(environment, "INCUMBENT_DIR", default=INCUMBENT),
                curves=folder(environment, "CURVES_DIR", default=CURVES),
                output=folder(environment, "OUTPUT_DIR", default=OUTPUT),
            )
        )
        print(results)

    return run_job(evaluate, job="evaluation", reason_file=message_file(environment))


if __name__ == "__main__":
    sys.exit(main(os.environ))
