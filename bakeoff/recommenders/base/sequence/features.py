"""What is known of items, as tokens that share vectors: genres, directors, actors and the time of release."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document

# The leading actors; those named late play small parts.
MOST_ACTORS = 5


def _years(document: Document) -> list[str]:
    """The decade and the lustrum of the release."""
    return [] if document.year is None else [f"{document.year // 10}0s", f"{document.year // 5 * 5}+5"]


FIELDS: dict[str, Callable[[Document], Iterable[str]]] = {
    "genres": lambda document: document.genres,
    "directors": lambda document: document.directors,
    "actors": lambda document: document.actors[:MOST_ACTORS],
    "years": _years,
}


@dataclass(frozen=True, eq=False)
class ItemFeatures:
    """The tokens of every known item, as compressed sparse rows.

    Args:
        indptr: int64, shape (known items + 1,).
        tokens: int64; an item's tokens lie at ``indptr[item]:indptr[item + 1]``.
        weights: float32, as `tokens`; within one field of one item their squares add up to 1.
        n_tokens: of the whole vocabulary; at least 1.
    """

    indptr: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]
    n_tokens: int

    @classmethod
    def none(cls, n_items: int) -> "ItemFeatures":
        """Nothing is known of any item."""
        return cls(np.zeros(n_items + 1, np.int64), np.empty(0, np.int64), np.empty(0, np.float32), 1)

    @classmethod
    def of(cls, documents: Sequence[Document], *, min_items: int) -> "ItemFeatures":
        """The tokens of the documents, one document per known item.

        Args:
            documents: in the order of the known items.
            min_items: tokens of fewer items are left out; they cannot link items.
        """
        named = [[(name, token) for name, of in FIELDS.items() for token in set(of(item))] for item in documents]
        counts = Counter(token for tokens in named for token in tokens)
        # Sorted, so that neither the order of the items nor that of a set changes the numbers.
        vocabulary = {
            token: number for number, token in enumerate(sorted(t for t, n in counts.items() if n >= min_items))
        }
        kept = [sorted(vocabulary[token] for token in tokens if token in vocabulary) for tokens in named]
        field_of = [name for name, _ in vocabulary]
        weights = [weight for tokens in kept for weight in _weights([field_of[token] for token in tokens])]
        indptr = np.concatenate(([0], np.cumsum([len(tokens) for tokens in kept]))).astype(np.int64)
        tokens = np.array([token for tokens in kept for token in tokens], np.int64)
        return cls(indptr, tokens, np.array(weights, np.float32), max(len(vocabulary), 1))

    def of_items(self, items: npt.NDArray[np.int64]) -> "ItemFeatures":
        """The tokens of `items` only, in that order."""
        lengths = np.diff(self.indptr)[items]
        indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        positions = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - self.indptr[items], lengths)
        return ItemFeatures(indptr, self.tokens[positions], self.weights[positions], self.n_tokens)


def _weights(fields: list[str]) -> list[float]:
    counts = Counter(fields)
    return [float(counts[name] ** -0.5) for name in fields]
