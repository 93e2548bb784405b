"""Predicted ratings against the held-out ones: for contestants that say what a user would give."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.lines import lines_of
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, drawn_means, estimate

PATTERN = "*.jsonl"


def score_ratings(folder: Path, prepared: Prepared, bootstrap: Bootstrap) -> tuple[dict[str, Estimate], list[str]]:
    """``rmse`` and ``mae`` over all held-out pairs of the test users, and sentences about what is wrong.

    RMSE is the root of the mean squared error over pairs, MAE the mean absolute error over pairs, both in the data's
    own unit; users are drawn for the intervals. Source: Herlocker et al., "Evaluating collaborative filtering
    recommender systems", ACM TOIS 22(1), 2004.

    Args:
        folder: files of lines ``{"userId", "itemId", "value"}``: one prediction for every held-out rating.
        prepared: the split.
        bootstrap: how intervals are drawn.
    """
    held_out = prepared.test.of_users(prepared.test_users)
    place = {prepared.users[row]: at for at, row in enumerate(prepared.test_users.tolist())}
    position = {pair: at for at, pair in enumerate(zip(held_out.rows.tolist(), held_out.indices.tolist(), strict=True))}
    predicted = np.full(held_out.n_interactions, np.nan)
    malformed = others = again = 0
    for _, line in lines_of(folder, PATTERN):
        try:
            prediction = json.loads(line)
            value = float(prediction["value"])
            pair = (place.get(prediction["userId"], -1), prepared.item_columns.get(prediction["itemId"], -1))
        except (ValueError, TypeError, KeyError, OverflowError):
            malformed += 1
            continue
        at = position.get(pair)
        if at is None:
            others += 1
        elif not np.isnan(predicted[at]):
            again += 1
        else:
            predicted[at] = value
    missing = int((~np.isfinite(predicted)).sum())
    counted = {
        "lines of the predicted ratings are malformed": malformed,
        "predicted ratings are of no held-out pair": others,
        "predicted ratings are of a pair that has another": again,
        f"of {len(predicted)} held-out ratings have no finite prediction": missing,
    }
    problems = [f"{n} {what}." for what, n in counted.items() if n]
    if problems or not len(predicted):
        return {}, problems
    return _estimates(predicted - held_out.values, held_out.rows, len(place), bootstrap), []


def _estimates(
    errors: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], n_users: int, bootstrap: Bootstrap
) -> dict[str, Estimate]:
    sums = np.column_stack(
        [np.bincount(rows, weights, minlength=n_users) for weights in (errors**2, np.abs(errors), np.ones(len(rows)))]
    ).astype(np.float64)
    drawn = drawn_means(sums, bootstrap)
    squared, absolute, pairs = drawn.T
    value = sums.sum(axis=0)
    return {
        "rmse": estimate(float(np.sqrt(value[0] / value[2])), np.sqrt(squared / pairs), n=n_users, bootstrap=bootstrap),
        "mae": estimate(float(value[1] / value[2]), absolute / pairs, n=n_users, bootstrap=bootstrap),
    }
