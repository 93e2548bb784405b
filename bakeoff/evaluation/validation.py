"""Scores a recommender on the validation part while it is trained, with the evaluation's own rules and metrics."""

from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.holdout import Holdout
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.ranking import Lists
from bakeoff.evaluation.scoring import rank, score
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate


def score_validation(
    holdout: Holdout,
    *,
    users: npt.NDArray[np.int64],
    ranked: npt.NDArray[np.integer[Any]],
    bootstrap: Bootstrap | None = None,
) -> dict[str, Estimate]:
    """Every metric with its interval.

    Args:
        holdout: usually ``prepared.validation_holdout``.
        users: rows of the users that were asked, all among ``holdout.users``.
        ranked: columns, best first, shape (len(users), length), short lists filled up with -1. Seen items and
            non-candidates may be among them and are dropped here, so ask for 100 items beyond what a user has seen.
        bootstrap: how intervals are drawn; the evaluation's way by default.

    Raises:
        EvaluationError: the arrays do not fit, or a user has nothing to be held to.
    """
    _check(holdout, users=users, ranked=ranked)
    kept = rank(Lists.from_matrix(ranked), users=users, holdout=holdout)
    return score(kept, users=users, holdout=holdout, bootstrap=bootstrap or Bootstrap())


def _check(holdout: Holdout, *, users: npt.NDArray[np.int64], ranked: npt.NDArray[np.integer[Any]]) -> None:
    if ranked.ndim != 2 or len(ranked) != len(users):
        raise EvaluationError(f"Lists of shape {ranked.shape} do not fit {len(users)} users: give one row per user.")
    if not len(users):
        raise EvaluationError("There is no user to score; the holdout has none, or none was asked.")
    if not holdout.relevant.activity[users].all():
        raise EvaluationError("Some users have no liked held-out item and cannot be scored; ask holdout.users only.")
    if ranked.max(initial=-1) >= holdout.relevant.n_items or ranked.min(initial=-1) < -1:
        raise EvaluationError(
            f"Lists hold columns outside 0 to {holdout.relevant.n_items - 1} (-1 fills up a short list)."
        )
