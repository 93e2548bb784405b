"""A content model: the text of plot, title, genres, year, directors, actors and writers; a vectorizer; a user profile.

Every field of an item's document becomes a TF-IDF vector (names joined to one token each), the fields are weighted and
laid side by side, and a user's profile is the mean of the liked items' vectors. The score of an item is its cosine to
the profile, standardised over the items, plus a weight times its standardised log-popularity: content alone knows what
a film is about and not whether anybody watches it. Lists hold at most so many films of one director per page.

Which items are alike is found once, when the model is fitted, by the same score with an item's vector in the profile's
place: a list of alike items holds no more films of the item's own directors than the settings allow, none by default.

Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988 (TF-IDF, cosine); Pazzani and
Billsus, "Content-based recommendation systems", 2007 (profiles). The vectorizer is fitted with scikit-learn, or is the
embedding of base/embedding.py; the answer is computed with NumPy and SciPy from the item vectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Choice, Epoch, RankedList, Signal, Task, Validation, setting
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.directors import Directors, number_directors, paginate
from bakeoff.recommenders.base.item_vectors import ItemVectors, standardise
from bakeoff.recommenders.base.neighbours import DirectorCap, Neighbours, find_neighbours
from bakeoff.recommenders.base.recency import halved
from bakeoff.recommenders.base.text import FIELDS, embed_fields, vectorise

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
# By which the popularity's weight among alike items is chosen, and the items that it is chosen on at most.
USEFULNESS = "usefulness@10"
MAX_ITEMS = 2000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        vectorizer: ``tfidf``, or ``embedding``: the vectors of a small language model for the same fields.
        field_weights: share of each field in the squared length of an item's vector, before it is scaled to length 1;
            a field that is left out is not used.
        min_documents: terms in fewer documents are left out, for they cannot link items; read by ``tfidf``.
        popularity_weights: weights of the popularity to try on validation, in standard deviations of the cosine.
        half_lives: to try on validation: after so many newer liked items an item counts half; 0: all count alike.
        director_cap: the most films of one director on a page.
        page_size: items of a page; the cap begins anew on each.
        cold_items: whether items without any interaction may be recommended.
        neighbours: the longest list of alike items; it takes 8 bytes a place and item in the archive.
        neighbour_popularity_weights: weights of the popularity among alike items to try, in standard deviations of an
            item's cosines. At most 1 by default: above it the popular films would be alike to everything.
        own_director_cap: the most films of the item's own directors among those alike to it.
    """

    vectorizer: Literal["tfidf", "embedding"] = setting("tfidf")
    field_weights: Mapping[str, float] = setting(FIELD_WEIGHTS, above=0)
    min_documents: int = setting(2, at_least=1)
    popularity_weights: tuple[float, ...] = setting((0.0, 1.0, 2.0, 3.0, 5.0, 8.0), at_least=0, not_empty=True)
    half_lives: tuple[float, ...] = setting((0.0, 1.0, 3.0, 10.0, 30.0), at_least=0, not_empty=True)
    director_cap: int = setting(2, at_least=1)
    page_size: int = setting(10, at_least=1)
    cold_items: bool = setting(False)
    neighbours: int = setting(100, at_least=1)
    neighbour_popularity_weights: tuple[float, ...] = setting((0.0, 0.25, 0.5, 1.0), at_least=0, not_empty=True)
    own_director_cap: int = setting(0, at_least=0)

    def faults(self) -> list[str]:
        unknown = [name for name in self.field_weights if name not in FIELDS]
        found = [f"field_weights names {name!r}; known fields: {', '.join(FIELDS)}." for name in unknown]
        return found if self.field_weights else ["field_weights is empty; name at least one field."]


@dataclass(frozen=True, eq=False)
class Model(BaseModel):
    """A fitted model.

    Args:
        vectors: of the items' text.
        neighbours: lists of alike items; empty in a model that choices are made with.
        popularity: float32, shape (n_items,); standardised log-popularity, -inf where it may not be recommended.
        directors: as `number_directors` gives them.
        popularity_weight: in standard deviations of the cosine.
        half_life: in liked items; 0 where all count alike.
        settings: director_cap and page_size are read.
        signal: which interactions of a history count.
    """

    vectors: ItemVectors
    neighbours: Neighbours
    popularity: Floats
    directors: Directors
    popularity_weight: float
    half_life: float
    settings: Settings
    signal: Signal

    def scores(self, histories: Interactions) -> Floats:
        rows = self.signal.of(histories)
        cosines = self.vectors.cosines(self.vectors.profiles(rows, halved(rows, self.half_life)))
        return standardise(cosines, over=np.isfinite(self.popularity)) + self.prior(self.popularity_weight)

    def prior(self, weight: float) -> Floats:
        """What the popularity adds to every item's score, shape (n_items,)."""
        allowed = np.isfinite(self.popularity)
        return np.where(allowed, weight * np.where(allowed, self.popularity, 0), -np.inf).astype(np.float32)

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        rows = self.signal.of(histories)
        return rows.where(self.vectors.described[rows.indices]).activity > 0

    def similar(self, items: npt.NDArray[np.int32], n: int) -> list[RankedList]:
        return self.neighbours.of(items, n)

    def rerank(self, ranked: npt.NDArray[np.int32], *, exempt: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Page by page, at most `director_cap` films of one director; the others move to the next page they fit.

        Items of the history stay where they are and count for nothing, neither for the cap nor for the page's size.
        """
        dropped_later = np.isin(ranked, exempt)
        kept = np.flatnonzero(~dropped_later)
        order = paginate(self.directors[ranked[kept]], cap=self.settings.director_cap, size=self.settings.page_size)
        # The slots of the items that will be kept are filled in the new order.
        positions = np.arange(len(ranked))
        positions[kept] = kept[order]
        return positions

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            **self.vectors.arrays(),
            **self.neighbours.arrays(),
            "popularity": self.popularity,
            "directors": self.directors,
            "popularity_weight": np.array(self.popularity_weight),
            "half_life": np.array(self.half_life),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> Self:
        return cls(
            vectors=ItemVectors.from_arrays(arrays),
            neighbours=Neighbours.from_arrays(arrays),
            popularity=arrays["popularity"],
            directors=arrays["directors"],
            popularity_weight=float(arrays["popularity_weight"]),
            half_life=float(arrays["half_life"]),
            settings=settings,
            signal=signal,
        )


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose by ndcg@100 the weight of the popularity, the half-life, the weight again; then that of alike items."""
    settings: Settings = task.settings
    chosen: dict[str, Any] = {
        "popularity_weight": settings.popularity_weights[0],
        "half_life": settings.half_lives[0],
    }
    model = _fit(train, chosen=chosen, task=task)
    best = -1.0
    tries = [{"popularity_weight": weight} for weight in settings.popularity_weights]
    tries += [{"half_life": half_life} for half_life in settings.half_lives[1:]]
    tries += [{"popularity_weight": weight} for weight in settings.popularity_weights]
    measured: dict[tuple[float, ...], dict[str, float]] = {}
    for tried in tries:
        candidate = {**chosen, **tried}
        key = (candidate["popularity_weight"], candidate["half_life"])
        if key in measured:
            continue
        metrics = measured[key] = validation.measure(replace(model, **candidate))
        task.report(Epoch(epoch=None, train_loss=None, metrics=metrics, tried=candidate))
        if metrics["ndcg@100"] > best:
            best, chosen = metrics["ndcg@100"], candidate
    model = replace(model, **chosen)
    return Choice({**chosen, "neighbour_popularity_weight": _choose_among_alike(model, train, task)}, model)


def _choose_among_alike(model: Model, train: Interactions, task: Task) -> float:
    """The weight of the popularity with which alike items are most often used together; of equal ones the lower."""
    from bakeoff.evaluation.agreement import usefulness

    weights = model.settings.neighbour_popularity_weights
    if len(weights) == 1:
        return weights[0]
    used = task.signal.of(train)
    items = np.flatnonzero((used.item_counts > 0) & model.vectors.described)
    if len(items) > MAX_ITEMS:
        items = np.sort(np.random.default_rng(task.seed).choice(items, MAX_ITEMS, replace=False))
    measured = {}
    for weight in weights:
        found = _alike(model, items.astype(np.int32), weight=weight, n=10)
        measured[weight] = float(usefulness(found.columns, items=items, interactions=used, k=10).mean())
        tried = {"neighbour_popularity_weight": weight}
        task.report(Epoch(epoch=None, train_loss=None, metrics={USEFULNESS: measured[weight]}, tried=tried))
    return max(sorted(weights), key=lambda weight: measured[weight])


def _alike(model: Model, items: npt.NDArray[np.int32], *, weight: float, n: int) -> Neighbours:
    settings = model.settings
    cap = DirectorCap(directors=model.directors, own_cap=settings.own_director_cap)
    return find_neighbours(model.vectors, items=items, n=n, prior=model.prior(weight), director_cap=cap)


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    """Vectorise the documents, count the popularity, find the alike items; nothing in it is random."""
    model = _fit(interactions, chosen=chosen, task=task)
    items = np.arange(interactions.n_items, dtype=np.int32)
    weight, n = chosen["neighbour_popularity_weight"], model.settings.neighbours
    return replace(model, neighbours=_alike(model, items, weight=weight, n=n))


def _fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> Model:
    settings: Settings = task.settings
    counts = task.signal.of(interactions).item_counts
    if not counts.any():
        raise ModelError("No item has an interaction to learn from; give more data or a lower liked threshold.")
    allowed = np.ones(len(counts), np.bool_) if settings.cold_items else interactions.item_counts > 0
    log_counts = np.log1p(counts).astype(np.float32)
    deviation = float(log_counts[allowed].std()) or 1.0
    standardised = (log_counts - log_counts[allowed].mean()) / deviation
    return Model(
        vectors=_vectors(task.documents, settings),
        neighbours=Neighbours.nobody(len(counts)),
        popularity=np.where(allowed, standardised, -np.inf).astype(np.float32),
        directors=number_directors(task.documents),
        popularity_weight=chosen["popularity_weight"],
        half_life=chosen["half_life"],
        settings=settings,
        signal=task.signal,
    )


def _vectors(documents: Sequence[Document], settings: Settings) -> ItemVectors:
    if settings.vectorizer == "embedding":
        return embed_fields(documents, field_weights=settings.field_weights)
    return vectorise(documents, field_weights=settings.field_weights, min_documents=settings.min_documents)
