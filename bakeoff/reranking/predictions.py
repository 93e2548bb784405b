"""Reads what a batch transform answered, one prediction a line: a rating, or the probabilities of classes.

https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.errors import EvaluationError


def read_predictions(folder: Path, pattern: str, *, n: int) -> npt.NDArray[np.float64]:
    """The predicted ratings of all files that match, in the order of their names.

    Args:
        folder: of batch transform's output, ``<input file>.out``.
        pattern: of file names.
        n: how many there have to be.

    Raises:
        EvaluationError: there are more or fewer, or a line is no prediction; with the file and the line.
    """
    paths = sorted(folder.rglob(pattern))
    found: list[float] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, cells in enumerate(csv.reader(lines), start=1):
                if cells:
                    found.append(_prediction(cells, f"{path.name} line {number}"))
    if len(found) != n:
        raise EvaluationError(
            f"{folder} holds {len(found)} predictions in {len(paths)} files {pattern}; the candidate file has {n} "
            "rows. Delete the transform job's output and start the run again."
        )
    return np.array(found, np.float64)


def _prediction(cells: list[str], where: str) -> float:
    """A number, or of a classification the expected rating: the labels, weighted by their probabilities."""
    try:
        value = float(cells[0]) if len(cells) == 1 else _expected(cells[0], cells[1])
    except (ValueError, TypeError, KeyError) as error:
        raise EvaluationError(f"{where} is no prediction: {','.join(cells)[:200]!r} ({error}).") from error
    if not math.isfinite(value):
        raise EvaluationError(f"{where} predicts {cells[0]!r}, which is no finite number.")
    return value


def _expected(probabilities: str, labels: str) -> float:
    """The sum of each label times its probability; both are written as lists, the labels in single quotes."""
    shares = [float(share) for share in json.loads(probabilities)]
    values = [float(label) for label in json.loads(labels.replace("'", '"'))]
    return sum(share * value for share, value in zip(shares, values, strict=True)) / sum(shares)


def as_list(values: npt.NDArray[np.float64]) -> list[float]:
    """Predictions as they are written: six digits behind the point are more than any rating has."""
    return [round(value, 6) for value in values.tolist()]
