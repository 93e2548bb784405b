"""Answers of a trained candidate: XGBoost's model in its own JSON, a linear model as two arrays."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

XGBOOST_FILE = "xgboost-model.json"
LINEAR_FILE = "linear-model.npz"


class Predictor(Protocol):
    """A trained model."""

    def predict(self, features: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Of a regression shape (rows,), else the classes' probabilities, shape (rows, classes)."""

    def save(self, folder: Path) -> None:
        """Write the model's file."""


class Xgboost:
    """Gradient-boosted trees.

    Args:
        booster: an ``xgboost.Booster``.
    """

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    def predict(self, features: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        import xgboost

        rounds = (0, int(self._booster.attr("best_rounds") or 0))
        predicted = self._booster.predict(xgboost.DMatrix(features, nthread=1), iteration_range=rounds)
        return np.asarray(predicted, np.float64)

    def save(self, folder: Path) -> None:
        self._booster.save_model(folder / XGBOOST_FILE)


class Linear:
    """A linear model; of several classes a softmax of it.

    Args:
        coefficients: shape (outputs, features).
        intercepts: shape (outputs,).
    """

    def __init__(self, coefficients: npt.NDArray[np.float64], intercepts: npt.NDArray[np.float64]) -> None:
        self._coefficients, self._intercepts = coefficients, intercepts

    def predict(self, features: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        found = features.astype(np.float64) @ self._coefficients.T + self._intercepts
        if found.shape[1] == 1:
            return np.asarray(found[:, 0])
        powers = np.exp(found - found.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def save(self, folder: Path) -> None:
        np.savez(folder / LINEAR_FILE, coefficients=self._coefficients, intercepts=self._intercepts)


def load(folder: Path) -> Predictor:
    """The model that `folder` holds."""
    if (folder / LINEAR_FILE).exists():
        with np.load(folder / LINEAR_FILE, allow_pickle=False) as arrays:
            return Linear(arrays["coefficients"], arrays["intercepts"])
    import xgboost

    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(folder / XGBOOST_FILE)
    return Xgboost(booster)
