"""Implicit ALS: a matrix factorisation over who liked what, with a weight on what is not there; a strong reference.

Minimises, alternating between the vectors x of users and y of items,

    sum over liked (u, i) of alpha (1 - x_u y_i)^2 + sum over all others of (x_u y_i)^2 + reg (|x|^2 + |y|^2)

A history is folded in: with the items' vectors fixed, its user's vector has a closed form, which is solved in NumPy
for every question. So the users that it was fitted on need not be stored, and new ones need no training.

Source: Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008; what makes it
strong (a small normal start, weight and regularisation searched together, more factors) after Rendle, Krichene, Zhang
and Koren, "Revisiting the performance of iALS on item recommendation benchmarks", RecSys 2022. Fitted with the package
implicit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base import Choice, Signal, Task, Validation, setting
from bakeoff.recommenders.base.best import BestOfTries
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems

Floats = npt.NDArray[np.float32]
# Of the vectors' start, as a share of a vector's length: Rendle et al., section 4.
_START = 0.1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        factors: lengths of the vectors to try on validation, with the best of the others.
        alphas: weights of a liked item to try on validation; every other item has weight 1.
        regs: L2 regularisations to try on validation with each of the weights.
        iterations: over all users and all items.
        min_interactions: items with fewer interactions are not learned.
    """

    factors: tuple[int, ...] = setting((64, 128), at_least=1, not_empty=True)
    alphas: tuple[float, ...] = setting((3.0, 10.0, 30.0), at_least=1, not_empty=True)
    regs: tuple[float, ...] = setting((10.0, 30.0, 100.0, 300.0), above=0, not_empty=True)
    iterations: int = setting(16, at_least=1)
    min_interactions: int = setting(1, at_least=1)


@dataclass(frozen=True, eq=False)
class Model(ModelOfKnownItems):
    """A fitted model.

    Args:
        vectors: y, float32, shape (known items, factors).
        alpha: weight of a liked item.
        reg: L2 regularisation.
    """

    vectors: Floats
    alpha: float
    reg: float

    @cached_property
    def _of_all_items(self) -> npt.NDArray[np.float64]:
        """Y'Y + reg I, shape (factors, factors): what the items that are not in a history ask of its user."""
        gram: npt.NDArray[np.float64] = (self.vectors.T @ self.vectors).astype(np.float64)
        return gram + self.reg * np.eye(len(gram))

    def scores(self, histories: Interactions) -> Floats:
        rows = self.rows(histories)
        scores = np.empty((rows.n_users, len(self.known.columns)), np.float32)
        for user in range(rows.n_users):
            # One user at a time, so that nobody's scores hang on who is asked beside.
            scores[user] = self.vectors @ self._fold_in(self.vectors[rows.items_of(user)])
        return self.known.widen(scores)

    def _fold_in(self, liked: Floats) -> Floats:
        """The user's vector, shape (factors,), from the vectors of the liked items; 0 where there are none.

        x = (Y'Y + (alpha - 1) L'L + reg I)^-1 alpha L'1, where L holds the liked ones: Hu et al., equation 4.
        """
        asked = self._of_all_items + (self.alpha - 1) * (liked.T @ liked)
        told = self.alpha * liked.sum(axis=0, dtype=np.float64)
        return np.linalg.solve(asked, told).astype(np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            **self.known.arrays(),
            "vectors": self.vectors,
            "alpha": np.array(self.alpha),
            "reg": np.array(self.reg),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> Self:
        return cls(
            KnownItems.from_arrays(arrays), signal, arrays["vectors"], float(arrays["alpha"]), float(arrays["reg"])
        )


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose by ndcg@100: weight and regularisation with the first length of vectors, then that length."""
    settings: Settings = task.settings
    first, *others = settings.factors
    best = BestOfTries(lambda chosen: fit(train, chosen=chosen, task=task), validation=validation, report=task.report)
    for alpha in settings.alphas:
        for reg in settings.regs:
            best.attempt({"alpha": alpha, "reg": reg, "factors": first})
    of_first = best.choice.chosen
    for factors in others:
        best.attempt({**of_first, "factors": factors})
    return best.choice


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Alternate from a seeded start; every row is solved by one thread, so that the result hangs on the seed alone."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    learned = task.signal.of(interactions)
    known = KnownItems.most_interacted(learned, at_least=task.settings.min_interactions)
    rows = known.narrow(learned)
    likes = csr_matrix(rows.to_scipy())
    likes.data = np.ones(len(likes.data), np.float32)
    generator = np.random.default_rng(task.seed)
    factors = chosen["factors"]
    # The package's own threads work on rows; those of BLAS below them would only get in their way.
    with threadpool_limits(limits=1, user_api="blas"):
        als = AlternatingLeastSquares(
            factors=factors, regularization=chosen["reg"], alpha=chosen["alpha"], iterations=task.settings.iterations
        )
        als.user_factors = _start(rows.n_users, factors, generator)
        als.item_factors = _start(rows.n_items, factors, generator)
        als.fit(likes, show_progress=False)
    return Model(known, task.signal, als.item_factors, chosen["alpha"], chosen["reg"])


def _start(rows: int, factors: int, generator: np.random.Generator) -> Floats:
    start = generator.standard_normal((rows, factors), dtype=np.float32)
    start *= np.float32(_START / np.sqrt(factors))
    return start
