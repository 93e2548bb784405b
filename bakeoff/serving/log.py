"""Writes the log: one JSON object a line on standard output, where CloudWatch Logs Insights can ask for every field."""

import json
import sys
import traceback
from typing import Any


def write(kind: str, /, **fields: Any) -> None:
    """Write one line; `kind` says what happened (``request``, ``unexpected``, ``degraded``)."""
    sys.stdout.write(json.dumps({"kind": kind, **fields}, default=str) + "\n")
    sys.stdout.flush()


def describe(error: BaseException) -> dict[str, str]:
    """An error as log fields; only the log gets the traceback, an answer never does."""
    return {
        "error": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
    }
