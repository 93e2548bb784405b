"""How well the twin of Autopilot predicts ratings, against the mean rating with a bias of each user and item.

    python -m bench.quality_autopilot PREPARED_FOLDER [--features all] [--family xgboost] [--candidates 10]

The search sees train and validation. The ridge model's penalty is chosen on validation too; then it is fitted on both,
as the table's test rows carry statistics of both. The test part is looked at once, by the best candidate.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bakeoff.data import layout
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from local_cloud.automl.problem import REGRESSION
from local_cloud.automl.runtime.features import Features
from local_cloud.automl.runtime.predictors import load
from local_cloud.automl.search import Configuration, search

PENALTIES = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0)
TURNS = 30
RESAMPLES = 1000


def rmse_vs_bias(prepared: Prepared, *, features: str, family: str, candidates: int) -> dict[str, Any]:
    """The test RMSE of the best candidate over that of the ridge model, with the 95 % interval of their difference.

    Args:
        prepared: with an Autopilot table of all rows.
        features: the feature specification.
        family: of algorithms.
        candidates: trained by the search.
    """
    with tempfile.TemporaryDirectory() as folder:
        predicted, best = _searched(prepared, Path(folder), features, family, candidates)
    rows = pq.read_table(
        prepared.folder / layout.AUTOPILOT_TABLE.format("test"), columns=["user_id", "item_id", "rating"]
    )
    users = np.array([prepared.user_rows[user] for user in rows.column("user_id").to_pylist()])
    items = np.array([prepared.item_columns[item] for item in rows.column("item_id").to_pylist()])
    rating = rows.column("rating").to_numpy().astype(np.float64)
    held_out = prepared.validation
    penalty = min(
        PENALTIES,
        key=lambda one: _rmse(held_out.values, _expected(prepared.train, one)(held_out.rows, held_out.indices)),
    )
    biased = _expected(prepared.train_and_validation, penalty)(users, items)
    low, high = _interval((predicted - rating) ** 2, (biased - rating) ** 2, users)
    return {
        "ratio": round(_rmse(rating, predicted) / _rmse(rating, biased), 4),
        "difference95": [round(low, 4), round(high, 4)],
        "rmse": round(_rmse(rating, predicted), 4),
        "biasRmse": round(_rmse(rating, biased), 4),
        "penalty": penalty,
        "validationRmse": round(best["metrics"]["Validation"]["RMSE"], 4),
        "settings": best["settings"],
    }


def _searched(
    prepared: Prepared, work: Path, features: str, family: str, candidates: int
) -> tuple[Any, dict[str, Any]]:
    for part, name in (("train", "training"), ("validation", "validation")):
        (work / name).symlink_to((prepared.folder / layout.AUTOPILOT_TABLE.format(part)).parent.absolute())
    told = json.loads((prepared.folder / layout.AUTOPILOT_FEATURES.format(features)).read_text(encoding="utf-8"))
    configuration = Configuration(
        parquet=True,
        target="rating",
        columns=told["FeatureAttributeNames"],
        kinds=told["FeatureDataTypes"],
        families=[family],
        problem_type=REGRESSION,
        objective="RMSE",
        most_candidates=candidates,
        most_seconds_a_training=600,
        validation_fraction=0.2,
    )
    trained = [step for step in search(work, configuration) if step["step"] == "Trained"]
    best = min(trained, key=lambda step: step["metrics"]["Validation"]["RMSE"])
    table = pq.read_table(prepared.folder / layout.AUTOPILOT_TABLE.format("test"))
    matrix = Features.load(work / "pipelines" / str(best["pipeline"])).transform(table)
    return load(work / "candidates" / str(best["number"])).predict(matrix), best


def _expected(fitted: Interactions, penalty: float) -> Any:
    """The ridge model: mean + bias of the user + bias of the item, fitted by turns."""
    users, items = fitted.rows, fitted.indices
    mean = float(fitted.values.mean())
    left = fitted.values.astype(np.float64) - mean
    of_users, of_items = np.zeros(fitted.n_users), np.zeros(fitted.n_items)
    n_users = np.bincount(users, minlength=fitted.n_users) + penalty
    n_items = np.bincount(items, minlength=fitted.n_items) + penalty
    for _ in range(TURNS):
        of_items = np.bincount(items, left - of_users[users], minlength=fitted.n_items) / n_items
        of_users = np.bincount(users, left - of_items[items], minlength=fitted.n_users) / n_users
    return lambda asked_users, asked_items: mean + of_users[asked_users] + of_items[asked_items]


def _rmse(truth: Any, predicted: Any) -> float:
    return float(np.sqrt(np.mean((np.asarray(truth, np.float64) - predicted) ** 2)))


def _interval(ours: Any, theirs: Any, users: Any) -> tuple[float, float]:
    """Of the ratio minus 1, by resampling users."""
    _, user = np.unique(users, return_inverse=True)
    sums = np.stack([np.bincount(user, ours), np.bincount(user, theirs)])
    drawn = np.random.default_rng(1).integers(0, sums.shape[1], (RESAMPLES, sums.shape[1]))
    ratios = np.sqrt(sums[0][drawn].sum(axis=1) / sums[1][drawn].sum(axis=1)) - 1
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--features", default="all")
    parser.add_argument("--family", default="xgboost")
    parser.add_argument("--candidates", type=int, default=10)
    given = parser.parse_args()
    found = rmse_vs_bias(
        Prepared.open(given.prepared), features=given.features, family=given.family, candidates=given.candidates
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
