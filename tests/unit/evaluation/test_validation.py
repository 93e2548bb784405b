"""Scoring on the validation part: the evaluation's rules on arrays, and arrays that do not fit."""

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.validation import score_validation


def test_seen_items_and_non_candidates_in_the_lists_change_nothing(prepared: Prepared) -> None:
    holdout = prepared.validation_holdout
    users = holdout.users
    popular = np.argsort(-holdout.known.item_counts, kind="stable")
    everything = np.tile(popular, (len(users), 1))
    clean = np.full_like(everything, -1)
    for place, user in enumerate(users):
        seen = set(holdout.known.items_of(user).tolist())
        kept = [column for column in popular.tolist() if column not in seen and holdout.candidates[column]]
        clean[place, : len(kept)] = kept
    scores = score_validation(holdout, users=users, ranked=everything)
    assert scores == score_validation(holdout, users=users, ranked=clean)
    assert 0 < scores["ndcg@10"].value < 1
    assert scores["ndcg@10"].n == len(users)


def test_validation_items_first_score_one_for_the_users_asked(prepared: Prepared) -> None:
    holdout = prepared.validation_holdout
    users = holdout.users[::3]
    longest = int(holdout.relevant.activity.max())
    ranked = np.full((len(users), longest), -1)
    for place, user in enumerate(users):
        relevant = holdout.relevant.items_of(user)
        ranked[place, : len(relevant)] = relevant
    scores = score_validation(holdout, users=users, ranked=ranked, bootstrap=Bootstrap(resamples=20))
    assert scores["ndcg@100"].value == pytest.approx(1.0)
    assert scores["ndcg@100"].n == len(users)


def test_arrays_that_do_not_fit_are_refused(prepared: Prepared) -> None:
    holdout = prepared.validation_holdout
    users = holdout.users
    one = np.zeros((len(users), 1), np.int32)
    with pytest.raises(EvaluationError, match="give one row per user"):
        score_validation(holdout, users=users[1:], ranked=one)
    with pytest.raises(EvaluationError, match="There is no user to score"):
        score_validation(holdout, users=users[:0], ranked=one[:0])
    with pytest.raises(EvaluationError, match="columns outside 0 to 119"):
        score_validation(holdout, users=users, ranked=one + 120)
    unheld = np.flatnonzero(holdout.relevant.activity == 0)[:1]
    with pytest.raises(EvaluationError, match="no liked held-out item"):
        score_validation(holdout, users=unheld, ranked=one[:1])
