"""What is to be predicted: which type of problem a target is, its metrics, and how a prediction is judged."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from local_cloud.automl.runtime.columns import TableError, as_numbers, as_texts

REGRESSION, BINARY, MULTICLASS = "Regression", "BinaryClassification", "MulticlassClassification"
DEFAULT_OBJECTIVE = {REGRESSION: "MSE", BINARY: "F1", MULTICLASS: "Accuracy"}
OBJECTIVES = {
    REGRESSION: ("MSE", "RMSE", "MAE", "R2"),
    BINARY: ("F1", "Accuracy", "BalancedAccuracy", "AUC", "Precision", "Recall"),
    MULTICLASS: ("Accuracy", "BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro"),
}
MINIMIZED = ("MSE", "RMSE", "MAE")
# AWS does not say how Autopilot tells classes from numbers. Here a numeric target with at most so many distinct values,
# each in many rows, is taken for classes.
MOST_CLASSES = 20
ROWS_A_CLASS = 50


@dataclass(frozen=True, eq=False)
class Problem:
    """A target and how it is read.

    Args:
        kind: the problem's type, in AWS's words.
        objective: the metric that candidates are compared by.
        labels: of a classification, the classes as text.
    """

    kind: str
    objective: str
    labels: tuple[str, ...]

    @classmethod
    def of(cls, target: pa.ChunkedArray, *, kind: str | None, objective: str | None) -> "Problem":
        """As asked for, or found out.

        Raises:
            TableError: the target cannot be read as what it is said to be, or has one value only.
        """
        target = _known(target)
        kind = kind or detected(target)
        labels: tuple[str, ...] = ()
        if kind == REGRESSION:
            distinct = len(np.unique(as_numbers(target)))
        else:
            numeric = not np.isnan(as_numbers(target)).any()
            labels = tuple(sorted(set(as_texts(target)), key=float if numeric else None))
            distinct = len(labels)
        if distinct < 2:
            raise TableError("The target column has fewer than two distinct values; there is nothing to predict")
        if kind == BINARY and distinct > 2:
            raise TableError(f"The target column has {distinct} distinct values, too many for {kind}")
        return cls(kind, objective or DEFAULT_OBJECTIVE[kind], labels)

    def targets(self, column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
        """Numbers: of a classification the class's position. NaN where a row has no known target."""
        if self.kind == REGRESSION:
            return as_numbers(column)
        place = {label: float(number) for number, label in enumerate(self.labels)}
        return np.array([place.get(text, np.nan) for text in as_texts(column)], np.float64)

    def metrics(self, target: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64]) -> dict[str, float]:
        """By name in AWS's words.

        Args:
            target: as `targets` gives it.
            predicted: numbers, or the classes' probabilities, shape (rows, classes).
        """
        if self.kind == REGRESSION:
            error = predicted - target
            mse, spread = float((error**2).mean()), float(((target - target.mean()) ** 2).mean())
            r2 = 1 - mse / spread if spread > 0 else 0.0
            return {"MSE": mse, "RMSE": mse**0.5, "MAE": float(np.abs(error).mean()), "R2": r2}
        return _of_classes(target.astype(int), predicted, binary=self.kind == BINARY)


def detected(target: pa.ChunkedArray) -> str:
    """The type of problem that a target looks like; rows without one say nothing about it."""
    target = _known(target)
    values = as_numbers(target)
    texts = set(as_texts(target))
    numeric = not np.isnan(values).any()
    if len(texts) == 2:
        return BINARY
    few = len(texts) <= MOST_CLASSES and len(values) >= ROWS_A_CLASS * len(texts)
    return REGRESSION if numeric and not few else MULTICLASS


def _known(target: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without the rows that have no target: null, an empty text or NaN."""
    there = target.drop_null()
    if pa.types.is_floating(there.type):
        return there.filter(pc.invert(pc.is_nan(there)))
    return there.filter(pa.array([text != "" for text in as_texts(there)], pa.bool_()))


def _of_classes(target: npt.NDArray[Any], probabilities: npt.NDArray[np.float64], *, binary: bool) -> dict[str, float]:
    from sklearn import metrics

    best = probabilities.argmax(axis=1)
    average = "binary" if binary else "macro"
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(target, best, average=average, zero_division=0)
    found = {"Accuracy": (best == target).mean(), "BalancedAccuracy": metrics.balanced_accuracy_score(target, best)}
    if binary:
        found |= {"Precision": precision, "Recall": recall, "F1": f1}
        found["AUC"] = metrics.roc_auc_score(target, probabilities[:, 1]) if len(set(target.tolist())) == 2 else 0.5
    else:
        found |= {"PrecisionMacro": precision, "RecallMacro": recall, "F1macro": f1}
    return {name: float(value) for name, value in found.items()}
