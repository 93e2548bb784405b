"""Names that carry what they were made from, so that a re-run finds what exists and makes only what does not."""

import hashlib
import json
from typing import Any

NO_RUN = "none"  # what the parameter of the promoted run holds before the first: SSM stores no empty value
AUTO = "auto"  # in place of a default contestant's name: the best on validation that is no twin
METRICS_NAMESPACE = "Bakeoff"  # of the runs' time series in CloudWatch
NEWEST_RUN = "newest"  # the key in the table of runs of what was decided last; no run is called so
LONGEST_NAME = 63  # SageMaker jobs, models and endpoints; Personalize solutions and campaigns
LONGEST_SEARCH_NAME = 32  # AutoML jobs
_LONGEST_ATTEMPT = 6


def fingerprint(*parts: Any) -> str:
    """Twelve hex digits over JSON-able `parts`, the same on every machine."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def resource_name(prefix: str, contestant: str, made_from: str, *, attempt: str | None = None) -> str:
    """``<prefix>-<contestant>-<fingerprint>[-<attempt>]``, cut in the contestant's name where it would be too long.

    Args:
        made_from: the fingerprint; equal fingerprints mean an equal artefact.
        attempt: up to six characters, set for jobs, whose names can never be used twice. A job's name begins with
            the name of what it makes, by which it is found again.
    """
    room = LONGEST_NAME - len(prefix) - len(made_from) - _LONGEST_ATTEMPT - 3
    name = f"{prefix}-{contestant[:room].rstrip('-')}-{made_from}"
    return f"{name}-{attempt}" if attempt else name


def search_name(prefix: str, made_from: str, *, attempt: str | None) -> str:
    """``<prefix>-<fingerprint><attempt>`` of an AutoML job, both parts cut to what 32 characters leave.

    An environment's name of six letters leaves all twelve digits of the fingerprint, one of sixteen five of them.

    Args:
        attempt: None for the beginning of the name, by which the searches of other runs are found.
    """
    room = LONGEST_SEARCH_NAME - len(prefix) - 1
    of_attempt = min(_LONGEST_ATTEMPT, room // 3)
    return f"{prefix}-{made_from[: room - of_attempt]}{(attempt or '')[:of_attempt]}"


def attempt_of(run_id: str) -> str:
    """Six characters that tell a run's jobs from those of another run."""
    return fingerprint(run_id)[:_LONGEST_ATTEMPT]


def event_type(split_hash: str) -> str:
    """The ``EVENT_TYPE`` of a split's rows, which Amazon Personalize trains on: the hash's first 16 digits.

    A solution trains on that type only, so that events streamed later stay outside.
    """
    return split_hash[:16]


def raw_prefix(dataset: str) -> str:
    return f"raw/{dataset}/"


def prepared_prefix(data_version: str) -> str:
    return f"prepared/{data_version}/"


def lists_prefix(path: str) -> str:
    return f"lists/{path}/"


def model_archive(training_job: str) -> str:
    """Where SageMaker puts a training job's model; the machine that trains names it too."""
    return f"models/{training_job}/output/model.tar.gz"


def curve_key(training_job: str) -> str:
    """Where SageMaker puts what a training job wrote into /opt/ml/output/data: curve, validation, description."""
    return f"models/{training_job}/output/output.tar.gz"


def evaluation_prefix(made_from: str) -> str:
    return f"evaluations/{made_from}/"


def run_prefix(run_id: str) -> str:
    return f"runs/{run_id}/"
