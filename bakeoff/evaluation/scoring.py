"""Scores lists against a holdout: the one place where lists become metrics, for training and evaluation alike."""

import numpy as np
import numpy.typing as npt

from bakeoff.data.holdout import Holdout
from bakeoff.evaluation.metrics import ndcg, recall
from bakeoff.evaluation.ranking import Lists, contains, recommendable
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate_means
from bakeoff.evaluation.statistics.exposure import estimate_coverage

# Per metric its cutoffs; the longest is the length of list that is asked for beyond what a user has seen.
CUTOFFS = {"ndcg": (10, 100), "recall": (10,), "coverage": (10,)}
LONGEST = max(k for cutoffs in CUTOFFS.values() for k in cutoffs)
METRICS = tuple(f"{name}@{k}" for name, cutoffs in CUTOFFS.items() for k in cutoffs)
_PER_USER = {"ndcg": ndcg, "recall": recall}


def rank(lists: Lists, *, users: npt.NDArray[np.int64], holdout: Holdout, n: int = LONGEST) -> npt.NDArray[np.int32]:
    """The users' lists without what they have seen and without non-candidates; columns, shape (len(users), n)."""
    return recommendable(lists, seen=holdout.known.of_users(users), candidates=holdout.candidates, n=n)


def find_hits(
    ranked: npt.NDArray[np.int32], *, users: npt.NDArray[np.int64], holdout: Holdout
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Whether each entry of `ranked` is relevant to its user, same shape, and how many relevant items each user has."""
    relevant = holdout.relevant.of_users(users)
    rows = np.repeat(np.arange(len(users)), ranked.shape[1])
    return contains(relevant, rows=rows, columns=ranked.ravel()).reshape(ranked.shape), relevant.activity


def score(
    ranked: npt.NDArray[np.int32], *, users: npt.NDArray[np.int64], holdout: Holdout, bootstrap: Bootstrap
) -> dict[str, Estimate]:
    """Every metric with its interval.

    Args:
        ranked: recommendable lists as `rank` gives them, shape (len(users), LONGEST).
        users: the users' rows; each has at least one relevant item.
        holdout: what the users are held to.
        bootstrap: how intervals are drawn.
    """
    hits, n_relevant = find_hits(ranked, users=users, holdout=holdout)
    names = [f"{name}@{k}" for name in _PER_USER for k in CUTOFFS[name]]
    values = [metric(hits, n_relevant, k=k) for name, metric in _PER_USER.items() for k in CUTOFFS[name]]
    estimates = dict(zip(names, estimate_means(np.column_stack(values), bootstrap), strict=True))
    n_candidates = int(holdout.candidates.sum())
    for k in CUTOFFS["coverage"]:
        estimates[f"coverage@{k}"] = estimate_coverage(ranked, n_candidates=n_candidates, k=k, bootstrap=bootstrap)
    return estimates
