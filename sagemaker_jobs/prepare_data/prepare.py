"""The job `prepare_data`: reads a folder of raw data and writes the prepared folder.

Started in SageMaker Processing on the scikit-learn image, beside a staged `bakeoff/`. On a laptop, in the checkout:
    RAW_DIR=raw OUTPUT_DIR=prepared MESSAGE_FILE=message SETTINGS='{"dataset": "ml-100k"}' SPLIT='{"seed": 42}' \
        PYTHONPATH=. python sagemaker_jobs/prepare_data/prepare.py
"""

import json
import os
import sys
from collections.abc import Mapping

from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.errors import SettingsError
from bakeoff.jobs import folder, message_file, run_job

RAW = "/opt/ml/processing/input/raw"
OUTPUT = "/opt/ml/processing/output"


def main(environment: Mapping[str, str]) -> int:
    """The exit code: 0 with a complete prepared folder, 1 with a message that says what is wrong."""

    def prepare() -> None:
        manifest = prepare_folder(
            folder(environment, "RAW_DIR", default=RAW),
            folder(environment, "OUTPUT_DIR", default=OUTPUT),
            _settings(environment),
            progress=_say,
        )
        print(json.dumps({name: manifest[name] for name in ("dataset", "split", "counts", "rejects")}, indent=2))

    return run_job(prepare, job="preparation", reason_file=message_file(environment))


def _say(step: str) -> None:
    print(step, flush=True)


def _settings(environment: Mapping[str, str]) -> PreparationSettings:
    """From two variables, because a job's environment takes 256 characters in each."""
    if "SETTINGS" not in environment:
        raise SettingsError('The variable SETTINGS is missing; give it a JSON object such as {"dataset": "ml-100k"}.')
    settings, split = _json(environment, "SETTINGS"), _json(environment, "SPLIT")
    return PreparationSettings.from_json({**settings, "split": split} if isinstance(settings, dict) else settings)


def _json(environment: Mapping[str, str], name: str) -> object:
    try:
        return json.loads(environment.get(name, "{}"))
    except ValueError as error:
        raise SettingsError(f"The variable {name} is no JSON: {error}.") from error


if __name__ == "__main__":
    sys.exit(main(os.environ))
