"""Searches algorithms and their settings for a table, as SageMaker Autopilot's hyper-parameter tuning does.

    python -m local_cloud.automl.search --work FOLDER

The folder holds ``configuration.json``, ``training/`` and, where there is one, ``validation/``. Every candidate that is
trained is written into a folder of its own below ``candidates/``, the transformations of features into ``pipelines/``,
each as its archive will be. One JSON line on standard output tells each step.
"""

import argparse
import json
import math
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from local_cloud.automl.algorithms import FIRST, Split, suggested, trained
from local_cloud.automl.problem import MINIMIZED, Problem
from local_cloud.automl.runtime.columns import TableError, column_of, kind_of, read_folder
from local_cloud.automl.runtime.features import Features
from local_cloud.automl.runtime.predictors import Predictor

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).with_name("programs")
SEED = 1
# https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html
LEAST_ROWS = 500
# What the libraries raise at data or settings that a training cannot cope with; XGBoostError and LinAlgError are
# ValueErrors.
TRAINING_ERRORS = (ValueError, ArithmeticError, MemoryError)


class NoCandidateError(ValueError):
    """Every candidate's training failed; the message has the last reason."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What is searched.

    Args:
        parquet: the data's form, else CSV with a header.
        target: the column to predict.
        columns: the only ones that count, in this order; None for all but the target.
        kinds: the declared type of columns.
        families: algorithms.
        problem_type: None to find it out.
        objective: None for the problem's own.
        most_candidates: trainings.
        most_seconds_a_training: of one training.
        validation_fraction: of the training rows, where there are no validation rows.
    """

    parquet: bool
    target: str
    columns: list[str] | None
    kinds: dict[str, str]
    families: list[str]
    problem_type: str | None
    objective: str | None
    most_candidates: int
    most_seconds_a_training: float
    validation_fraction: float


@dataclass(frozen=True, eq=False)
class Tables:
    """The rows to train on and to validate with, whose target is known, and what each column holds."""

    problem: Problem
    kinds: dict[str, str]
    train: pa.Table
    validation: pa.Table

    def split(self, features: Features, target: str) -> Split:
        return Split(
            features.transform(self.train),
            self.problem.targets(self.train.column(target)),
            features.transform(self.validation),
            self.problem.targets(self.validation.column(target)),
        )


def read(work: Path, configuration: Configuration) -> Tables:
    """The tables and the problem.

    Raises:
        TableError: they cannot be searched.
    """
    train = read_folder(work / "training", parquet=configuration.parquet)
    target = column_of(train, configuration.target)
    problem = Problem.of(target, kind=configuration.problem_type, objective=configuration.objective)
    if len(train) < LEAST_ROWS:
        raise TableError(f"The training data set has {len(train)} rows; at least {LEAST_ROWS} are needed")
    names = configuration.columns or [name for name in train.column_names if name != configuration.target]
    kinds = {name: configuration.kinds.get(name) or kind_of(column_of(train, name)) for name in names}
    if (work / "validation").is_dir():
        validation = read_folder(work / "validation", parquet=configuration.parquet)
        for name in (*names, configuration.target):
            column_of(validation, name)
    else:
        chosen = np.random.default_rng(SEED).random(len(train)) < configuration.validation_fraction
        train, validation = train.filter(pa.array(~chosen)), train.filter(pa.array(chosen))
    known = [
        table.filter(pa.array(~np.isnan(problem.targets(table.column(configuration.target)))))
        for table in (train, validation)
    ]
    if not all(len(table) for table in known):
        raise TableError("No training or no validation row has a known target")
    return Tables(problem, kinds, *known)


def search(work: Path, configuration: Configuration) -> Iterator[dict[str, Any]]:
    """Train one candidate after the other; tells of each step, of each candidate with its metrics, or why it failed.

    Raises:
        TableError: the table cannot be searched.
        NoCandidateError: no candidate could be trained.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    tables = read(work, configuration)
    problem = tables.problem
    yield {"step": "FeatureEngineering", "problemType": problem.kind, "objective": problem.objective}
    direction: Literal["minimize", "maximize"] = "minimize" if problem.objective in MINIMIZED else "maximize"
    studies = {
        family: optuna.create_study(direction=direction, sampler=optuna.samplers.TPESampler(seed=SEED))
        for family in configuration.families
    }
    for family, study in studies.items():
        study.enqueue_trial(FIRST[family])
    pipelines: dict[int, tuple[Features, Split]] = {}
    failures: list[str] = []
    for number in range(configuration.most_candidates):
        family = configuration.families[number % len(configuration.families)]
        trial = studies[family].ask()
        settings = suggested(trial, family)
        text_size = settings["text_size"]
        if text_size not in pipelines:
            features = Features.fit(tables.train, tables.kinds, text_size=text_size, seed=SEED)
            pipelines[text_size] = features, tables.split(features, configuration.target)
            _write_pipeline(work / "pipelines" / str(text_size), features, problem)
        yield {"step": "ModelTuning", "number": number, "family": family}
        split = pipelines[text_size][1]
        began = time.monotonic()
        deadline = began + configuration.most_seconds_a_training
        try:
            model = trained(family, settings, split, problem, seed=SEED + number, deadline=deadline)
            metrics = _metrics(model, split, problem)
        except TRAINING_ERRORS as error:
            # Its settings are not what the sampler should learn from, and the next ones may do.
            studies[family].tell(trial, state=optuna.trial.TrialState.FAIL)
            failures.append(f"{type(error).__name__}: {error}")
            yield {"step": "CandidateFailed", "number": number, "reason": failures[-1]}
            continue
        studies[family].tell(trial, metrics["Validation"][problem.objective])
        folder = work / "candidates" / str(number)
        _new(folder)
        model.save(folder)
        _write_code(folder, "algorithm_serve.py")
        yield {
            "step": "Trained",
            "number": number,
            "family": family,
            "pipeline": text_size,
            "settings": settings,
            "metrics": metrics,
            "seconds": round(time.monotonic() - began, 3),
        }
    if len(failures) == configuration.most_candidates:
        raise NoCandidateError(f"Every candidate failed, the last with {failures[-1]}")


def _metrics(model: Predictor, split: Split, problem: Problem) -> dict[str, dict[str, float]]:
    """A candidate's metrics on both parts.

    Raises:
        ValueError: what candidates are compared by is no finite number.
    """
    metrics = {
        "Validation": problem.metrics(split.validation_target, model.predict(split.validation_features)),
        "Train": problem.metrics(split.target, model.predict(split.features)),
    }
    value = metrics["Validation"][problem.objective]
    if not math.isfinite(value):
        raise ValueError(f"the {problem.objective} on the validation rows is {value}")
    return metrics


def _write_pipeline(folder: Path, features: Features, problem: Problem) -> None:
    _new(folder)
    features.save(folder)
    (folder / "labels.json").write_text(json.dumps(problem.labels), encoding="utf-8")
    _write_code(folder, "sagemaker_serve.py")


def _write_code(folder: Path, program: str) -> None:
    """An archive brings the code that it answers with."""
    code = folder / "code"
    package = code / "local_cloud" / "automl"
    for path in (
        ROOT / "local_cloud" / "__init__.py",
        *sorted((ROOT / "local_cloud" / "automl" / "runtime").glob("*.py")),
    ):
        target = code / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    shutil.copyfile(Path(__file__).with_name("__init__.py"), package / "__init__.py")
    shutil.copyfile(PROGRAMS / program, code / program)


def _new(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _tell(step: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(step) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    work: Path = parser.parse_args().work
    content = json.loads((work / "configuration.json").read_text(encoding="utf-8"))
    try:
        for step in search(work, Configuration(**content)):
            _tell(step)
    except (TableError, NoCandidateError) as error:
        _tell({"step": "Failed", "reason": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
