"""Measures models on the validation part: the same lists, the same rule of what is recommendable, the same metrics."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from bakeoff.data.holdout import Holdout
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.errors import DataError
from bakeoff.evaluation.metrics import coverage, ndcg
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.scoring import LONGEST, find_hits
from bakeoff.evaluation.statistics.bootstrap import Estimate
from bakeoff.evaluation.validation import score_validation
from bakeoff.recommenders.base import Model
from bakeoff.recommenders.base.lists import CHUNK, top_n

# Choices need no more users than this: the standard error of ndcg at 5,000 users is about 0.003.
MAX_USERS = 5000


class HeldOutUsers:
    """The users that choices are made on: a seeded sample of those with a liked validation item.

    Args:
        prepared: the split.
        seed: of the sample.

    Raises:
        DataError: nobody has a liked validation item.
    """

    def __init__(self, prepared: Prepared, *, seed: int) -> None:
        holdout: Holdout = prepared.validation_holdout
        if not len(holdout.users):
            raise DataError(
                f"No user has a liked validation item (value {prepared.liked_threshold} or higher) that also occurs "
                "in train, so nothing can be chosen; prepare more data or lower the liked threshold."
            )
        users = holdout.users
        if len(users) > MAX_USERS:
            users = np.sort(np.random.default_rng(seed).choice(users, MAX_USERS, replace=False))
        self._holdout = holdout
        self._users = users
        self._max_history = prepared.max_history

    @cached_property
    def _histories(self) -> Interactions:
        """What the requests will hold of these users: their newest interactions."""
        return self._holdout.known.of_users(self._users).newest(self._max_history)

    @property
    def users(self) -> npt.NDArray[np.int64]:
        """Their rows, ascending."""
        return self._users

    def measure(self, model: Model) -> dict[str, float]:
        """``ndcg@10``, ``ndcg@100`` and ``coverage@10``, without intervals."""
        ranked = self.ranked(model)
        hits, n_relevant = find_hits(ranked, users=self._users, holdout=self._holdout)
        n_candidates = int(self._holdout.candidates.sum())
        return {
            "ndcg@10": float(ndcg(hits, n_relevant, k=10).mean()),
            "ndcg@100": float(ndcg(hits, n_relevant, k=100).mean()),
            "coverage@10": coverage(ranked, n_candidates=n_candidates, k=10),
        }

    def score(self, model: Model) -> dict[str, Estimate]:
        """Every metric of the evaluation with its interval."""
        return self.score_lists(self.ranked(model))

    def score_lists(self, ranked: npt.NDArray[np.int32]) -> dict[str, Estimate]:
        """The same of lists that `ranked` gave."""
        return score_validation(self._holdout, users=self._users, ranked=ranked)

    def ranked(self, model: Model) -> npt.NDArray[np.int32]:
        """The users' recommendable lists, shape (users, `LONGEST`), filled up with `NO_ITEM`.

        Seen items and non-candidates are taken out before the list is cut, which gives the list that asking for
        `LONGEST` + seen items and dropping them gives, at a fraction of the work. Where a model re-ranks, the end of
        the two may differ: here no item from beyond `LONGEST` can move up.
        """
        ranked = np.full((len(self._users), LONGEST), NO_ITEM, np.int32)
        for start in range(0, len(self._users), CHUNK):
            chunk = np.arange(start, min(start + CHUNK, len(self._users)))
            histories = self._histories.of_users(chunk)
            scores = model.scores(histories)
            seen = self._holdout.known.of_users(self._users[chunk])
            scores[seen.rows, seen.indices] = -np.inf
            scores[:, ~self._holdout.candidates] = -np.inf
            for position in np.flatnonzero(model.knows(histories)).tolist():
                columns = top_n(scores[position], LONGEST)
                columns = columns[model.rerank(columns, exempt=histories.items_of(position))]
                ranked[start + position, : len(columns)] = columns
        return ranked
