"""The families of algorithms that are searched: their settings' ranges, and one training with given settings."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from local_cloud.automl.problem import REGRESSION, Problem
from local_cloud.automl.runtime.predictors import Linear, Predictor, Xgboost

XGBOOST, LINEAR = "xgboost", "linear-learner"
FAMILIES = (XGBOOST, LINEAR)
MOST_ROUNDS = 1500
PATIENCE = 30  # rounds without a better validation
# Tried first: settings that do well on most tables.
FIRST: dict[str, dict[str, Any]] = {
    XGBOOST: {
        "learning_rate": 0.05,
        "max_depth": 5,
        "min_child_weight": 20.0,
        "subsample": 0.8,
        "colsample_bytree": 0.5,
        "reg_lambda": 5.0,
        "text_size": 4,
    },
    LINEAR: {"alpha": 10.0, "text_size": 16},
}


@dataclass(frozen=True, eq=False)
class Split:
    """Features and targets to train on and to validate with."""

    features: npt.NDArray[np.float32]
    target: npt.NDArray[np.float64]
    validation_features: npt.NDArray[np.float32]
    validation_target: npt.NDArray[np.float64]


def suggested(trial: Any, family: str) -> dict[str, Any]:
    """The settings of an ``optuna.Trial``."""
    if family == LINEAR:
        return {
            "alpha": trial.suggest_float("alpha", 1e-2, 1e4, log=True),
            "text_size": trial.suggest_categorical("text_size", [0, 4, 16]),
        }
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.15, log=True),
        "max_depth": trial.suggest_int("max_depth", 3, 6),
        "min_child_weight": trial.suggest_float("min_child_weight", 5.0, 100.0, log=True),
        "subsample": trial.suggest_float("subsample", 0.5, 0.9),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.2, 0.7),
        "reg_lambda": trial.suggest_float("reg_lambda", 1.0, 50.0, log=True),
        "text_size": trial.suggest_categorical("text_size", [0, 4]),
    }


def trained(
    family: str, settings: dict[str, Any], split: Split, problem: Problem, *, seed: int, deadline: float
) -> Predictor:
    """One training.

    Args:
        family: of `FAMILIES`.
        settings: of `suggested`.
        split: rows.
        problem: what they are.
        seed: of the sampling.
        deadline: by `time.monotonic`; a training that reaches it keeps what it has learnt by then, one step at least.
            Ridge regression is solved in a single step, so it is never cut short.
    """
    if family == LINEAR:
        return _linear(settings, split, problem, deadline=deadline)
    return _xgboost(settings, split, problem, seed=seed, deadline=deadline)


def _xgboost(settings: dict[str, Any], split: Split, problem: Problem, *, seed: int, deadline: float) -> Xgboost:
    import xgboost

    class Deadline(xgboost.callback.TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            return time.monotonic() > deadline

    regression = problem.kind == REGRESSION
    parameters = {
        **{name: value for name, value in settings.items() if name != "text_size"},
        "objective": "reg:squarederror" if regression else "multi:softprob",
        "eval_metric": "rmse" if regression else "mlogloss",
        "tree_method": "hist",
        "max_bin": 128,
        "nthread": 1,
        "seed": seed,
        **({} if regression else {"num_class": len(problem.labels)}),
    }
    train = xgboost.QuantileDMatrix(split.features, split.target, max_bin=128, nthread=1)
    validation = xgboost.QuantileDMatrix(
        split.validation_features, split.validation_target, max_bin=128, nthread=1, ref=train
    )
    booster = xgboost.train(
        parameters,
        train,
        num_boost_round=MOST_ROUNDS,
        evals=[(validation, "validation")],
        callbacks=[xgboost.callback.EarlyStopping(rounds=PATIENCE), Deadline()],
        verbose_eval=False,
    )
    booster.set_attr(best_rounds=str(booster.best_iteration + 1))
    return Xgboost(booster)


class _StopAt:
    """A callback of scikit-learn that ends a fit by L-BFGS at its deadline, with the coefficients of the last step.

    SciPy takes StopIteration for that. It is raised once: scikit-learn calls back once more when SciPy has ended.

    Args:
        deadline: by `time.monotonic`.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline, self._reached = deadline, False

    def setup(self, estimator: Any, context: Any) -> None:
        """There is nothing to prepare."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """A step is looked at when it ends."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.task_name == "lbfgs-iter" and not self._reached and time.monotonic() > self._deadline:
            self._reached = True
            raise StopIteration

    def teardown(self, estimator: Any, context: Any) -> None:
        """There is nothing to tidy up."""


def _linear(settings: dict[str, Any], split: Split, problem: Problem, *, deadline: float) -> Linear:
    """Ridge regression, or logistic regression with the same penalty."""
    from sklearn.linear_model import LogisticRegression, Ridge

    if problem.kind == REGRESSION:
        ridge = Ridge(alpha=settings["alpha"]).fit(split.features.astype(np.float64), split.target)
        return Linear(np.atleast_2d(ridge.coef_), np.atleast_1d(ridge.intercept_))
    logistic = LogisticRegression(C=1.0 / settings["alpha"], max_iter=200, tol=1e-3)
    logistic.set_callbacks(_StopAt(deadline))
    logistic.fit(split.features.astype(np.float64), split.target.astype(int))
    # A class that no training row has is never predicted; of two classes scikit-learn keeps the second's row only.
    coefficients = np.zeros((len(problem.labels), split.features.shape[1]))
    intercepts = np.full(len(problem.labels), -np.inf)
    intercepts[logistic.classes_] = 0.0
    rows = logistic.classes_[-len(logistic.coef_) :]
    coefficients[rows], intercepts[rows] = logistic.coef_, logistic.intercept_
    return Linear(coefficients, intercepts)
