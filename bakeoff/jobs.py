"""What every SageMaker job does alike: where it learns its folders, and how it ends and says why.

A job fails by its exit code. The first KB of a file, UTF-8, becomes its reason in the service's answers: of
``/opt/ml/output/message`` ``ExitMessage`` in DescribeProcessingJob, of ``/opt/ml/output/failure`` ``FailureReason`` in
DescribeTrainingJob (docs.aws.amazon.com/sagemaker/latest/dg/byoc-metadata.html and
docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-signal-success-failure.html).
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bakeoff.errors import BakeoffError

MESSAGE_FILE = "/opt/ml/output/message"
LONGEST_REASON = 1024


def folder(environment: Mapping[str, str], name: str, *, default: str) -> Path:
    """The folder that the environment names, or the one where SageMaker puts it."""
    return Path(environment.get(name, default))


def message_file(environment: Mapping[str, str]) -> Path:
    """Where a processing job says why it failed."""
    return Path(environment.get("MESSAGE_FILE", MESSAGE_FILE))


def run_job(work: Callable[[], None], *, job: str, reason_file: Path) -> int:
    """Do a job's work; the exit code: 0, or 1 with the error's sentences in the reason file and on standard error.

    Any other error is a fault of ours: one plain sentence for the operator, and the error goes on, for the log.

    Args:
        work: reads folders and writes folders.
        job: what the sentence calls the job.
        reason_file: where SageMaker looks for the reason.
    """
    try:
        work()
    except BakeoffError as error:
        write_reason(str(error), reason_file)
        return 1
    except Exception as error:
        write_reason(f"The {job} broke off by {type(error).__name__}: {error}", reason_file)
        raise
    return 0


def write_reason(reason: str, path: Path) -> None:
    """Say it on standard error and write it to `path`, cut to 1 KB of whole characters."""
    sys.stderr.write(f"{reason}\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(reason.encode()[:LONGEST_REASON].decode(errors="ignore"), encoding="utf-8")
