"""What lists are scored against: one object for the whole field, so that every contestant meets the same users."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.holdout import Holdout
from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.diversity import director_matrix, genre_features
from bakeoff.evaluation.popularity import popular_head
from bakeoff.evaluation.ranking import contains

SAMPLED_USERS = 5000
SEED = 42


@dataclass(frozen=True, eq=False)
class Target:
    """Users, what they are held to, and what is known of the items.

    Args:
        users: rows of the users that are tested, each with at least one relevant item.
        holdout: what they are held to.
        fitted: what the models learnt from: popularity is counted in it.
        genres: features of the items for intra-list diversity, shape (n_items, n_genres); None where no item has one.
        directors: who directed what, shape (n_items, n_directors); None where no item has one.
    """

    users: npt.NDArray[np.int64]
    holdout: Holdout
    fitted: Interactions
    genres: Any = None
    directors: Any = None

    @classmethod
    def of(
        cls, *, users: npt.NDArray[np.int64], holdout: Holdout, fitted: Interactions, documents: Iterable[Document]
    ) -> "Target":
        """With the features that the documents give."""
        listed = list(documents)
        return cls(users, holdout, fitted, genre_features(listed), director_matrix(listed))

    @cached_property
    def relevant(self) -> Interactions:
        """The relevant items of `users`, in their order."""
        return self.holdout.relevant.of_users(self.users)

    @cached_property
    def known(self) -> Interactions:
        """What is known of `users` when their lists are asked for, in their order."""
        return self.holdout.known.of_users(self.users)

    @property
    def n_relevant(self) -> npt.NDArray[np.int64]:
        """Relevant items per user, shape (n_users,)."""
        return self.relevant.activity

    @cached_property
    def n_candidates(self) -> int:
        return int(self.holdout.candidates.sum())

    @cached_property
    def item_counts(self) -> npt.NDArray[np.int64]:
        """Interactions per item that the models learnt from, shape (n_items,)."""
        return self.fitted.item_counts

    @cached_property
    def popularity(self) -> npt.NDArray[np.float64]:
        """The share of the users learnt from who interacted with the item, shape (n_items,)."""
        return self.item_counts / max(1, int((self.fitted.activity > 0).sum()))

    @cached_property
    def head(self) -> npt.NDArray[np.bool_]:
        """The most popular tenth of the candidates, shape (n_items,)."""
        return popular_head(self.item_counts, self.holdout.candidates)

    @cached_property
    def sample(self) -> npt.NDArray[np.int64]:
        """Places in `users` of a seeded sample, ascending: what is too dear to be measured for everybody."""
        n = len(self.users)
        if n <= SAMPLED_USERS:
            return np.arange(n)
        return np.sort(np.random.default_rng(SEED).choice(n, SAMPLED_USERS, replace=False))

    def hits(self, ranked: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Whether each entry of `ranked`, shape (n_users, length), is relevant to its user."""
        rows = np.repeat(np.arange(len(self.users)), ranked.shape[1])
        return contains(self.relevant, rows=rows, columns=ranked.ravel()).reshape(ranked.shape)
