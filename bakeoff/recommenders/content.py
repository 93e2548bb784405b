"""A content model: the text of plot, title, genres, year, directors, actors and writers; a vectorizer; a user profile.

Every field of an item's document becomes a TF-IDF vector (names joined to one token each), the fields are weighted and
laid side by side, and a user's profile is the mean of the liked items' vectors. The score of an item is its cosine to
the profile, standardised over the items, plus a weight times its standardised log-popularity: content alone knows what
a film is about and not whether anybody watches it. Lists hold at most so many films of one director per page.

Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988 (TF-IDF, cosine); Pazzani and
Billsus, "Content-based recommendation systems", 2007 (profiles). The vectorizer is fitted with scikit-learn; the answer
is computed with NumPy and SciPy from the item vectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Choice, Epoch, Signal, Task, Validation, setting
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.text import FIELDS, unit_rows, vectorise

Floats = npt.NDArray[np.float32]
FIELD_WEIGHTS = {
    "plot": 1.0,
    "title": 0.5,
    "genres": 0.3,
    "year": 0.3,
    "directors": 0.5,
    "actors": 0.5,
    "writers": 0.2,
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        field_weights: share of each field in the squared length of an item's vector, before it is scaled to length 1;
            a field that is left out is not used.
        min_documents: terms in fewer documents are left out; they cannot link items.
        popularity_weights: weights of the popularity to try on validation, in standard deviations of the cosine.
        half_lives: to try on validation: after so many newer liked items an item counts half; 0: all count alike.
        director_cap: the most films of one director on a page.
        page_size: items of a page; the cap begins anew on each.
        cold_items: whether items without any interaction may be recommended.
    """

    field_weights: Mapping[str, float] = setting(FIELD_WEIGHTS, above=0)
    min_documents: int = setting(2, at_least=1)
    popularity_weights: tuple[float, ...] = setting((0.0, 1.0, 2.0, 3.0, 5.0, 8.0), at_least=0, not_empty=True)
    half_lives: tuple[float, ...] = setting((0.0, 3.0, 10.0, 30.0), at_least=0, not_empty=True)
    director_cap: int = setting(2, at_least=1)
    page_size: int = setting(10, at_least=1)
    cold_items: bool = setting(False)

    def faults(self) -> list[str]:
        unknown = [name for name in self.field_weights if name not in FIELDS]
        found = [f"field_weights names {name!r}; known fields: {', '.join(FIELDS)}." for name in unknown]
        return found if self.field_weights else ["field_weights is empty; name at least one field."]


@dataclass(frozen=True, eq=False)
class Model(BaseModel):
    """A fitted model.

    Args:
        vectors: scipy.sparse.csr_array, float32, shape (n_items, terms); rows of length 1, or 0 without any text.
        popularity: float32, shape (n_items,); standardised log-popularity, -inf where it may not be recommended.
        directors: int32, shape (n_items, most directors of an item); -1 where there are no more.
        popularity_weight: in standard deviations of the cosine.
        half_life: in liked items; 0 where all count alike.
        settings: director_cap and page_size are read.
        signal: which interactions of a history count.
    """

    vectors: Any
    popularity: Floats
    directors: npt.NDArray[np.int32]
    popularity_weight: float
    half_life: float
    settings: Settings
    signal: Signal

    def scores(self, histories: Interactions) -> Floats:
        from scipy.sparse import csr_array

        rows = self.signal.of(histories)
        shape = (rows.n_users, rows.n_items)
        profiles = csr_array((_recency(rows, self.half_life), rows.indices, rows.indptr), shape=shape) @ self.vectors
        cosines: Floats = (unit_rows(profiles) @ self.vectors.T).toarray()
        return _standardise(cosines, over=np.isfinite(self.popularity)) + self._prior()

    def _prior(self) -> Floats:
        allowed = np.isfinite(self.popularity)
        return np.where(allowed, self.popularity_weight * np.where(allowed, self.popularity, 0), -np.inf).astype(
            np.float32
        )

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        rows = self.signal.of(histories)
        has_text = np.diff(self.vectors.indptr) > 0
        return rows.where(has_text[rows.indices]).activity > 0

    def rerank(self, ranked: npt.NDArray[np.int32], *, exempt: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Page by page, at most `director_cap` films of one director; the others move to the next page they fit.

        Items of the history stay where they are and count for nothing, neither for the cap nor for the page's size.
        """
        dropped_later = np.isin(ranked, exempt)
        waiting = np.flatnonzero(~dropped_later).tolist()
        order: list[int] = []
        while waiting:
            page, waiting = self._page(waiting, ranked)
            order += page
        # The slots of the items that will be kept are filled in the new order.
        positions = np.arange(len(ranked))
        positions[~dropped_later] = order
        return positions

    def _page(self, waiting: list[int], ranked: npt.NDArray[np.int32]) -> tuple[list[int], list[int]]:
        """The next page of positions, and what is left; a page ends early where the cap lets nothing more in."""
        page: list[int] = []
        left: list[int] = []
        count: dict[int, int] = {}
        for place, position in enumerate(waiting):
            if len(page) == self.settings.page_size:
                return page, left + waiting[place:]
            by = [director for director in self.directors[ranked[position]].tolist() if director >= 0]
            if any(count.get(director, 0) >= self.settings.director_cap for director in by):
                left.append(position)
                continue
            page.append(position)
            for director in by:
                count[director] = count.get(director, 0) + 1
        return page, left

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "vectors_data": self.vectors.data,
            "vectors_indices": self.vectors.indices,
            "vectors_indptr": self.vectors.indptr,
            "vectors_shape": np.array(self.vectors.shape),
            "popularity": self.popularity,
            "directors": self.directors,
            "popularity_weight": np.array(self.popularity_weight),
            "half_life": np.array(self.half_life),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> Self:
        from scipy.sparse import csr_array

        vectors = csr_array(
            tuple(np.asarray(arrays[f"vectors_{part}"]) for part in ("data", "indices", "indptr")),
            shape=tuple(arrays["vectors_shape"].tolist()),
        )
        return cls(
            vectors=vectors,
            popularity=arrays["popularity"],
            directors=arrays["directors"],
            popularity_weight=float(arrays["popularity_weight"]),
            half_life=float(arrays["half_life"]),
            settings=settings,
            signal=signal,
        )


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose by ndcg@100 the weight of the popularity, then the half-life at that weight."""
    settings: Settings = task.settings
    chosen: dict[str, Any] = {
        "popularity_weight": settings.popularity_weights[0],
        "half_life": settings.half_lives[0],
    }
    model = fit(train, chosen=chosen, task=task)
    best = -1.0
    tries = [{"popularity_weight": weight} for weight in settings.popularity_weights]
    tries += [{"half_life": half_life} for half_life in settings.half_lives[1:]]
    for tried in tries:
        candidate = replace(model, **{**chosen, **tried})
        metrics = validation.measure(candidate)
        task.report(Epoch(epoch=None, train_loss=None, metrics=metrics, tried=tried))
        if metrics["ndcg@100"] > best:
            best, chosen = metrics["ndcg@100"], {**chosen, **tried}
    return Choice(chosen, replace(model, **chosen))


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Vectorise the documents and count the popularity; nothing in it is random."""
    settings: Settings = task.settings
    counts = task.signal.of(interactions).item_counts
    if not counts.any():
        raise ModelError("No item has an interaction to learn from; give more data or a lower liked threshold.")
    allowed = np.ones(len(counts), np.bool_) if settings.cold_items else interactions.item_counts > 0
    log_counts = np.log1p(counts).astype(np.float32)
    deviation = float(log_counts[allowed].std()) or 1.0
    standardised = (log_counts - log_counts[allowed].mean()) / deviation
    return Model(
        vectors=vectorise(task.documents, field_weights=settings.field_weights, min_documents=settings.min_documents),
        popularity=np.where(allowed, standardised, -np.inf).astype(np.float32),
        directors=_directors(task.documents),
        popularity_weight=chosen["popularity_weight"],
        half_life=chosen["half_life"],
        settings=settings,
        signal=task.signal,
    )


def _directors(documents: Sequence[Document]) -> npt.NDArray[np.int32]:
    """Per item its directors, numbered; shape (n_items, most directors of an item), at least one column."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(name, len(numbers)) for name in document.directors] for document in documents]
    directors = np.full((len(rows), max([1, *map(len, rows)])), -1, np.int32)
    for item, row in enumerate(rows):
        directors[item, : len(row)] = row
    return directors


def _recency(rows: Interactions, half_life: float) -> Floats:
    """Per interaction 0.5^(newer interactions of the user / half_life), shape (n_interactions,)."""
    if half_life == 0:
        return np.ones(rows.n_interactions, np.float32)
    newer = np.repeat(rows.indptr[1:], rows.activity) - np.arange(rows.n_interactions) - 1
    return (0.5 ** (newer / half_life)).astype(np.float32)


def _standardise(cosines: Floats, *, over: npt.NDArray[np.bool_]) -> Floats:
    """Each row less its mean, divided by its deviation, both taken over some of the columns."""
    part = cosines[:, over]
    deviation = part.std(axis=1, keepdims=True)
    standardised: Floats = (cosines - part.mean(axis=1, keepdims=True)) / np.where(deviation > 0, deviation, 1)
    return standardised
