"""What every SageMaker Processing job does alike: where it learns its folders and where it says why it failed.

A processing job fails by its exit code. The first KB of ``/opt/ml/output/message``, UTF-8, becomes ``ExitMessage`` in
DescribeProcessingJob (docs.aws.amazon.com/sagemaker/latest/dg/byoc-metadata.html).
"""

from collections.abc import Mapping
from pathlib import Path

from bakeoff.errors import BakeoffError

MESSAGE_FILE = "/opt/ml/output/message"
LONGEST_MESSAGE = 1024


def folder(environment: Mapping[str, str], name: str, *, default: str) -> Path:
    """The folder that the environment names, or the one where SageMaker puts it."""
    return Path(environment.get(name, default))


def report_failure(error: BakeoffError, environment: Mapping[str, str]) -> None:
    """Write the error's sentences where DescribeProcessingJob finds them, cut to 1 KB of whole characters."""
    path = Path(environment.get("MESSAGE_FILE", MESSAGE_FILE))
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = str(error).encode()[:LONGEST_MESSAGE].decode(errors="ignore")
    path.write_text(cut, encoding="utf-8")
