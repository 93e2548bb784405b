"""The offline metrics of a solution version, by the protocol in "Evaluating a solution version with metrics".

90 % of the users train; of each other user the oldest 90 % of the interactions are input and the newest 10 % (at
least one) are compared with the recommendations. AWS does not say which users it takes: here a seeded draw.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local_cloud.personalize.interactions import Interactions

TEST_SHARE = 0.1
SEED = 42
CUTOFFS = (5, 10, 25)
HOLDOUT_LIST = max(CUTOFFS)


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """The rows of the training users, and by test user the codes of the items in the newest tenth."""

    train_rows: NDArray[np.bool_]
    relevant: Mapping[int, set[int]]


def hold_out(interactions: Interactions) -> Holdout:
    """Split by users; a test user needs two interactions, one to come from and one to be found."""
    rows_of = np.bincount(interactions.user, minlength=len(interactions.user_ids))
    eligible = np.flatnonzero(rows_of >= 2)
    size = max(1, round(TEST_SHARE * len(eligible))) if len(eligible) else 0
    tested = np.random.default_rng(SEED).choice(eligible, size=size, replace=False)
    is_tested = np.zeros(len(interactions.user_ids), bool)
    is_tested[tested] = True
    test_rows = is_tested[interactions.user]
    user, item = interactions.user[test_rows], interactions.item[test_rows]
    order = np.lexsort((interactions.timestamp[test_rows], user))
    bounds = np.flatnonzero(np.diff(user[order])) + 1
    relevant = {}
    for rows in np.split(order, bounds) if len(order) else []:
        newest = max(1, int(len(rows) * TEST_SHARE))
        relevant[int(user[rows[0]])] = set(item[rows[-newest:]].tolist())
    return Holdout(train_rows=~test_rows, relevant=relevant)


def list_metrics(
    lists: Mapping[int, NDArray[np.intp]], relevant: Mapping[int, set[int]], *, catalogue: int
) -> dict[str, float]:
    """AWS's metrics, each the mean over the test users.

    Args:
        lists: by user, item codes, best first, `HOLDOUT_LIST` of them.
        relevant: by user, the items to be found; not empty.
        catalogue: how many items there are, for the coverage.
    """
    hits = np.zeros((len(lists), HOLDOUT_LIST), bool)
    for row, (user, items) in enumerate(lists.items()):
        hits[row, : len(items)] = [code in relevant[user] for code in items.tolist()]
    sizes = np.asarray([len(relevant[user]) for user in lists])
    recommended = set().union(*(items.tolist() for items in lists.values())) if lists else set()
    first = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)
    metrics = {"coverage": len(recommended) / max(catalogue, 1), "mean_reciprocal_rank_at_25": _mean(first)}
    discount = 1 / np.log2(np.arange(2, HOLDOUT_LIST + 2))
    for k in CUTOFFS:
        ideal = np.cumsum(discount)[np.minimum(sizes, k) - 1]
        metrics[f"normalized_discounted_cumulative_gain_at_{k}"] = _mean(hits[:, :k] @ discount[:k] / ideal)
        metrics[f"precision_at_{k}"] = _mean(hits[:, :k].mean(axis=1))
    return metrics


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
