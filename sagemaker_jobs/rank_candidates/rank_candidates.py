"""The job `rank_candidates`: makes lists and predicted ratings of a transform job's answers about the candidate file.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    PREPARED_DIR=prepared ORDER_DIR=candidates/order SCORES_DIR=scores OUTPUT_DIR=ranked MESSAGE_FILE=message \
        PYTHONPATH=. python sagemaker_jobs/rank_candidates/rank_candidates.py
"""

import os
import sys
from collections.abc import Mapping

from bakeoff.data.prepared import Prepared
from bakeoff.jobs import folder, message_file, run_job
from bakeoff.reranking.ranking import rank_candidates

PREPARED = "/opt/ml/processing/input/prepared"
ORDER = "/opt/ml/processing/input/order"
SCORES = "/opt/ml/processing/input/scores"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with lists and predictions, 1 with a message that says what is wrong."""

    def rank() -> None:
        counts = rank_candidates(
            Prepared.open(folder(environment, "PREPARED_DIR", default=PREPARED)),
            order=folder(environment, "ORDER_DIR", default=ORDER),
            scores=folder(environment, "SCORES_DIR", default=SCORES),
            folder=folder(environment, "OUTPUT_DIR", default=OUTPUT),
        )
        print(", ".join(f"{name} {n:,}" for name, n in counts.items()))

    return run_job(rank, job="ranking of candidates", reason_file=message_file(environment))


if __name__ == "__main__":
    sys.exit(main(os.environ))
