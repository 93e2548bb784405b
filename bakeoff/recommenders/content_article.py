"""The content model of the simple kind: one text per film, cosine, and one list for everybody.

Plot, title, genres, directors and actors are joined to one text, a TF-IDF vector of its words is made, and the films
most alike to some films by cosine are recommended: to each of the best ones the one most alike, or to each of the most
popular ones the two most alike. Nobody's history is looked at. It is the "before" of `content`: names fall apart into
words, all fields count alike, and nothing keeps films of one director apart.

The best films are those with the highest damped mean rating, (sum + damping * mean of all ratings) / (count + damping),
so that a film with one perfect rating is none of them; the popular ones have the most ratings. Source: Salton and
Buckley, "Term-weighting approaches in automatic text retrieval", 1988 (TF-IDF, cosine); Ekstrand, Riedl and Konstan,
"Collaborative filtering recommender systems", 2011, section 2.1 (damped means).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Choice, RankedList, Task, Validation, setting
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.item_vectors import ItemVectors
from bakeoff.recommenders.base.neighbours import NO_ITEM, Neighbours, find_neighbours
from bakeoff.recommenders.base.text import tfidf

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What makes a list; nothing is chosen on validation.

    Args:
        begins_with: the ``best`` films by damped mean rating, or the most ``popular`` ones by number of ratings.
        n_first: how many films that is.
        alike_to_each: how many of the films most alike to each are recommended.
        damping: of the mean rating, in ratings.
        neighbours: the longest list of alike items; it takes 8 bytes a place and item in the archive.
    """

    begins_with: Literal["best", "popular"] = setting("best")
    n_first: int = setting(20, at_least=1)
    alike_to_each: int = setting(1, at_least=1)
    damping: float = setting(5.0, at_least=0)
    neighbours: int = setting(100, at_least=1)


@dataclass(frozen=True, eq=False)
class Model(BaseModel):
    """A fitted model.

    Args:
        recommended: columns of the one list, best first.
        neighbours: lists of alike items.
    """

    recommended: Columns
    neighbours: Neighbours

    def scores(self, histories: Interactions) -> Floats:
        """The list's order, from 1 down; the films outside cannot be recommended."""
        scores = np.full((histories.n_users, histories.n_items), -np.inf, np.float32)
        scores[:, self.recommended] = 1 - np.arange(len(self.recommended), dtype=np.float32) / max(
            1, len(self.recommended)
        )
        return scores

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        """Everybody: it needs no history."""
        return np.ones(histories.n_users, np.bool_)

    def similar(self, items: Columns, n: int) -> list[RankedList]:
        return self.neighbours.of(items, n)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"recommended": self.recommended, **self.neighbours.arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Any, signal: Any) -> Self:
        return cls(arrays["recommended"], Neighbours.from_arrays(arrays))


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """There is nothing to choose."""
    return Choice({}, fit(train, chosen={}, task=task))


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Vectorise the texts, find the alike films, make the list; nothing in it is random."""
    settings: Settings = task.settings
    counted = task.signal.of(interactions)
    if not counted.n_interactions:
        raise ModelError("No item has an interaction to learn from; give more data or a lower liked threshold.")
    vectors = _vectorise(task.documents)
    prior = np.where(interactions.item_counts > 0, 0, -np.inf).astype(np.float32)
    items = np.arange(interactions.n_items, dtype=np.int32)
    neighbours = find_neighbours(vectors, items=items, n=settings.neighbours, prior=prior)
    # A film without text is alike to none.
    order = _best_first(counted, settings) if settings.begins_with == "best" else _popular_first(counted)
    first = order[vectors.described[order]][: settings.n_first]
    listed = _listed(neighbours.columns[first], each=settings.alike_to_each)
    return Model(np.array(listed, np.int32), neighbours)


def _vectorise(documents: Sequence[Document]) -> ItemVectors:
    texts = [
        " ".join((document.plot, document.title, *document.genres, *document.directors, *document.actors))
        for document in documents
    ]
    rows = tfidf(texts, min_documents=1)
    if rows is None:
        raise ModelError(f"None of the {len(texts)} items has a word of text; give items with a plot or a title.")
    return ItemVectors.of(rows)


def _best_first(ratings: Interactions, settings: Settings) -> Columns:
    """Columns of the rated items, the highest damped mean first; equal ones in column order."""
    sums = np.bincount(ratings.indices, weights=ratings.values, minlength=ratings.n_items)
    counts = ratings.item_counts
    rated = np.flatnonzero(counts)
    means = (sums + settings.damping * ratings.values.mean(dtype=np.float64)) / (counts + settings.damping).clip(1e-9)
    return rated[np.argsort(-means[rated], kind="stable")].astype(np.int32)


def _popular_first(ratings: Interactions) -> Columns:
    """Columns of the rated items, the most rated first; equal ones in column order."""
    rated = np.flatnonzero(ratings.item_counts)
    return rated[np.argsort(-ratings.item_counts[rated], kind="stable")].astype(np.int32)


def _listed(neighbours: Columns, *, each: int) -> list[int]:
    """Row by row the first `each` films that are not listed yet, so that the list holds none twice."""
    listed: dict[int, None] = {}
    for row in neighbours.tolist():
        new = [film for film in row if film != NO_ITEM and film not in listed]
        listed |= dict.fromkeys(new[:each])
    return list(listed)
