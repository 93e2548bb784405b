"""The job `write_candidates`: writes the one candidate file that every contestant of Autopilot re-ranks.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    PREPARED_DIR=prepared OUTPUT_DIR=candidates SPECIFICATIONS=all,selected LIVE=selected MESSAGE_FILE=message \
        PYTHONPATH=. python sagemaker_jobs/write_candidates/write_candidates.py
"""

import json
import os
import sys
from collections.abc import Mapping

from bakeoff.data.prepared import Prepared
from bakeoff.jobs import folder, message_file, run_job
from bakeoff.reranking.writing import write_candidates

PREPARED = "/opt/ml/processing/input/prepared"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with a complete folder of candidates, 1 with a message that says what is wrong."""

    def write() -> None:
        manifest = write_candidates(
            Prepared.open(folder(environment, "PREPARED_DIR", default=PREPARED)),
            folder(environment, "OUTPUT_DIR", default=OUTPUT),
            specifications=_names(environment, "SPECIFICATIONS"),
            live=_names(environment, "LIVE"),
            log=lambda line: print(line, flush=True),
        )
        print(json.dumps({name: manifest[name] for name in ("users", "candidates", "heldOut", "chosenBy")}, indent=2))

    return run_job(write, job="writing of candidates", reason_file=message_file(environment))


def _names(environment: Mapping[str, str], variable: str) -> list[str]:
    return [name for name in environment.get(variable, "").split(",") if name]


if __name__ == "__main__":
    sys.exit(main(os.environ))
