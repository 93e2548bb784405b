"""The search that stands in for SageMaker Autopilot, on a prepared folder's tables: a process of `make bench-quality`.

Measured on the held-out ratings against a model that every rating system should beat: a mean, a bias per user and per
item, shrunken (ridge). Source: Koren, "Factorization meets the neighborhood", KDD 2008, section 2.1. As a re-ranker it
sorts the candidates that EASE gives each test user, and is compared with the order that they were given in.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.ranking import Lists
from bakeoff.evaluation.scoring import rank
from bakeoff.reranking.candidates import choose_candidates
from bakeoff.reranking.pairs import PairColumns
from local_cloud.automl.runtime.columns import read_csv
from local_cloud.automl.runtime.features import Features
from local_cloud.automl.runtime.predictors import load

CANDIDATES = 10
SECONDS_A_TRAINING = 600
REGULARISATIONS = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
SWEEPS = 30

Floats = npt.NDArray[np.float64]


def bias_model(fitted: Interactions, regularisation: float) -> tuple[float, Floats, Floats]:
    """Mean, a bias per user and a bias per item, by alternating ridge regressions."""
    residuals = fitted.values.astype(np.float64) - fitted.values.mean()
    users, items = np.zeros(fitted.n_users), np.zeros(fitted.n_items)
    for _ in range(SWEEPS):
        left = np.bincount(fitted.indices, residuals - users[fitted.rows], minlength=fitted.n_items)
        items = left / (fitted.item_counts + regularisation)
        users = np.bincount(fitted.rows, residuals - items[fitted.indices], minlength=fitted.n_users)
        users /= fitted.activity + regularisation
    return float(fitted.values.mean()), users, items


def bias_errors(prepared: Prepared) -> Floats:
    """Squared errors on the test part, in its order; how much is shrunken is chosen on validation."""

    def errors(fitted: Interactions, held_out: Interactions, regularisation: float) -> Floats:
        mean, users, items = bias_model(fitted, regularisation)
        return (mean + users[held_out.rows] + items[held_out.indices] - held_out.values) ** 2

    best = min(REGULARISATIONS, key=lambda reg: errors(prepared.train, prepared.validation, reg).mean())
    return errors(prepared.train_and_validation, prepared.test, best)


def search(prepared: Prepared, specification: str, work: Path) -> tuple[dict[str, Any], Features, Any]:
    """The best candidate of a search by RMSE on validation: what the search tells of it, its features, its model."""
    for part, channel in (("train", "training"), ("validation", "validation")):
        source = prepared.folder / layout.AUTOPILOT_TABLE.format(part)
        (work / channel).mkdir(parents=True)
        shutil.copyfile(source, work / channel / source.name)
    told = json.loads((prepared.folder / layout.AUTOPILOT_FEATURES.format(specification)).read_text(encoding="utf-8"))
    configuration = {
        "parquet": True,
        "target": "rating",
        "columns": told["FeatureAttributeNames"],
        "kinds": told["FeatureDataTypes"],
        "families": ["xgboost"],
        "problem_type": "Regression",
        "objective": "RMSE",
        "most_candidates": CANDIDATES,
        "most_seconds_a_training": SECONDS_A_TRAINING,
        "validation_fraction": 0.2,
    }
    (work / "configuration.json").write_text(json.dumps(configuration), encoding="utf-8")
    command = [sys.executable, "-m", "local_cloud.automl.search", "--work", str(work)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    trained = [step for step in steps if step["step"] == "Trained"]
    best = min(trained, key=lambda step: step["metrics"]["Validation"]["RMSE"])
    features = Features.load(work / "pipelines" / str(best["pipeline"]))
    return best, features, load(work / "candidates" / str(best["number"]))


def test_errors(prepared: Prepared, features: Features, model: Any) -> tuple[npt.NDArray[np.int64], Floats]:
    """Positions in the test part and their squared errors: of what the table has, which may be a sample."""
    table = pq.read_table(prepared.folder / layout.AUTOPILOT_TABLE.format("test"))
    predicted = model.predict(features.transform(table))
    rows = [prepared.user_rows[user] for user in table.column("user_id").to_pylist()]
    columns = [prepared.item_columns[item] for item in table.column("item_id").to_pylist()]
    of_pair = dict(zip(zip(rows, columns, strict=True), predicted.tolist(), strict=True))
    test = prepared.test
    pairs = list(zip(test.rows.tolist(), test.indices.tolist(), strict=True))
    positions = np.array([place for place, pair in enumerate(pairs) if pair in of_pair], np.int64)
    values = np.array([of_pair[pairs[place]] for place in positions])
    return positions, (values - test.values[positions]) ** 2


def reranked(prepared: Prepared, specification: str, features: Features, model: Any) -> dict[str, Any]:
    """The test users' lists in the order given and by prediction; columns, each of shape (test users, 100)."""
    candidates = choose_candidates(prepared, log=lambda line: None)
    lengths = np.diff(candidates.lists.indptr)
    users = np.repeat(prepared.test_users, lengths)
    columns = PairColumns.open(prepared, specification)
    lines = columns.lines(users=users, items=candidates.lists.items)
    table = read_csv("".join(lines.to_pylist()).encode(), list(columns.columns))
    predicted = model.predict(features.transform(table))
    order = np.lexsort((np.arange(len(users)), -predicted, np.repeat(np.arange(len(lengths)), lengths)))
    by_prediction = Lists(candidates.lists.indptr, candidates.lists.items[order])
    holdout = prepared.test_holdout
    return {
        "given": rank(candidates.lists, users=prepared.test_users, holdout=holdout),
        "reranked": rank(by_prediction, users=prepared.test_users, holdout=holdout),
    }


def main(prepared_folder: Path, specification: str, folder: Path) -> None:
    """Search, and write errors and lists; ``result.json`` is last."""
    prepared = Prepared.open(prepared_folder)
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        best, features, model = search(prepared, specification, Path(work))
        positions, errors = test_errors(prepared, features, model)
        np.save(folder / "users.npy", prepared.test.rows[positions])
        np.save(folder / "errors.npy", errors)
        np.save(folder / "bias.npy", bias_errors(prepared)[positions])
        for name, lists in reranked(prepared, specification, features, model).items():
            np.save(folder / f"{name}.npy", lists)
    result = {"seconds": time.monotonic() - began, "settings": best["settings"], "metrics": best["metrics"]}
    unfinished = folder / "result.json.unfinished"
    unfinished.write_text(json.dumps(result), encoding="utf-8")
    unfinished.replace(folder / "result.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
