"""The job `train_recommender`: fits one recommender on a prepared folder and writes its model archive.

Started in a SageMaker training job beside a staged `bakeoff/`. On a laptop, in the checkout:
    SM_CHANNEL_PREPARED=prepared SM_INPUT_CONFIG_DIR=config SM_MODEL_DIR=model SM_OUTPUT_DIR=output \
        PYTHONPATH=. python sagemaker_jobs/train_recommender/train.py
where config/hyperparameters.json holds contestant, recommender, settings (JSON as text), learns_from and seed.

Reads   SM_CHANNEL_PREPARED    the prepared folder
        SM_INPUT_CONFIG_DIR    hyperparameters.json
Writes  SM_MODEL_DIR           model.json, arrays/, items.json, validation.json, curve.json, code/
        SM_OUTPUT_DIR/failure  why it failed; its first KB becomes FailureReason in DescribeTrainingJob
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bakeoff.data.prepared import Prepared
from bakeoff.errors import BakeoffError
from bakeoff.shipping import stage_model_code
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.run import train_recommender

# Where SageMaker puts things; a container started by its entrypoint has none of the SM_ variables.
DEFAULTS = {
    "SM_CHANNEL_PREPARED": "/opt/ml/input/data/prepared",
    "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
    "SM_MODEL_DIR": "/opt/ml/model",
    "SM_OUTPUT_DIR": "/opt/ml/output",
}
LONGEST_FAILURE = 1024


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with a complete model archive, 1 with a failure file that says what is wrong."""
    folders = {name: Path(environment.get(name, default)) for name, default in DEFAULTS.items()}
    try:
        order = Hyperparameters.read(folders["SM_INPUT_CONFIG_DIR"] / "hyperparameters.json")
        prepared = Prepared.open(folders["SM_CHANNEL_PREPARED"])
        trained = train_recommender(prepared, order=order, log=lambda line: print(line, flush=True))
        model = folders["SM_MODEL_DIR"]
        stage_model_code(order.recommender, into=model / "code", job=Path(__file__).parent)
        trained.save(model)
    except BakeoffError as error:
        _report_failure(str(error), folders["SM_OUTPUT_DIR"] / "failure")
        return 1
    except Exception as error:
        # A fault of ours: one plain sentence for the operator, the traceback for the log.
        _report_failure(
            f"The training broke off by {type(error).__name__}: {error}", folders["SM_OUTPUT_DIR"] / "failure"
        )
        raise
    return 0


def _report_failure(reason: str, path: Path) -> None:
    print(reason, file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(reason.encode()[:LONGEST_FAILURE].decode(errors="ignore"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(os.environ))
