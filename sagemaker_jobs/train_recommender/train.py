"""The job `train_recommender`: fits one recommender on a prepared folder and writes its model archive.

Started in a SageMaker training job beside a staged `bakeoff/`. On a laptop, in the checkout:
    SM_CHANNEL_PREPARED=prepared SM_INPUT_CONFIG_DIR=config SM_MODEL_DIR=model SM_OUTPUT_DIR=output \
        SM_OUTPUT_DATA_DIR=output/data PYTHONPATH=. python sagemaker_jobs/train_recommender/train.py
where config/hyperparameters.json holds contestant, recommender, settings (JSON as text), learns_from and seed. For
a wide catalogue add SM_CHECKPOINT_DIR=checkpoints; in two processes: `torchrun --nproc-per-node 2` in the place of
`python`. On a machine with several GPUs the script starts a process for each by itself, for a wide catalogue alone: of
any other training each process would make the same copy.

Reads   SM_CHANNEL_PREPARED    the prepared folder
        SM_INPUT_CONFIG_DIR    hyperparameters.json
        SM_CHECKPOINT_DIR      what an interrupted training of this job left; written to as well
Writes  SM_MODEL_DIR           model.json, arrays/, items.json, validation.json, curve.json, validation_lists.npz, code/
        SM_OUTPUT_DATA_DIR     the small ones of them, for whoever wants to know of a model without fetching it; and
                               neighbours.jsonl of a model that answers which items are alike, for the evaluation
        SM_OUTPUT_DIR/failure  why it failed; its first KB becomes FailureReason in DescribeTrainingJob
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.validation_lists import VALIDATION_LISTS
from bakeoff.jobs import folder, run_job
from bakeoff.recommenders.base.archive import DESCRIPTION
from bakeoff.shipping import stage_model_code
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.neighbours import write_neighbours
from bakeoff.training.run import CURVE, VALIDATION, train_recommender
from bakeoff.training.several import share_among_gpus, shares_steps, writes

# Where SageMaker puts things; a container started by its entrypoint has none of the SM_ variables.
DEFAULTS = {
    "SM_CHANNEL_PREPARED": "/opt/ml/input/data/prepared",
    "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
    "SM_MODEL_DIR": "/opt/ml/model",
    "SM_OUTPUT_DIR": "/opt/ml/output",
    "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
    "SM_CHECKPOINT_DIR": "/opt/ml/checkpoints",
}


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with a complete model archive, 1 with a failure file that says what is wrong."""
    folders = {name: folder(environment, name, default=default) for name, default in DEFAULTS.items()}

    def train() -> None:
        order = Hyperparameters.read(folders["SM_INPUT_CONFIG_DIR"] / "hyperparameters.json")
        prepared = Prepared.open(folders["SM_CHANNEL_PREPARED"])
        if shares_steps(order, prepared):
            share_among_gpus(Path(__file__), environment)
        trained = train_recommender(
            prepared,
            order=order,
            log=lambda line: print(line, flush=True),
            checkpoints=folders["SM_CHECKPOINT_DIR"],
        )
        if not writes(environment):
            return
        model = folders["SM_MODEL_DIR"]
        stage_model_code(order.recommender, into=model / "code", job=Path(__file__).parent)
        trained.save(model)
        _copy_of_small_files(model, folders["SM_OUTPUT_DATA_DIR"])
        write_neighbours(trained.archive, folders["SM_OUTPUT_DATA_DIR"])

    return run_job(train, job="training", reason_file=folders["SM_OUTPUT_DIR"] / "failure")


def _copy_of_small_files(model: Path, folder: Path) -> None:
    """SageMaker stores them as output.tar.gz beside model.tar.gz."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (VALIDATION, CURVE, VALIDATION_LISTS, DESCRIPTION):
        shutil.copyfile(model / name, folder / name)


if __name__ == "__main__":
    sys.exit(main(os.environ))
