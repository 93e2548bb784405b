"""How much lists differ: inside a list by genre and by director, and between users."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.evaluation.ranking import NO_ITEM

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

PARTNERS = 20
_USERS_AT_ONCE = 1000


def genre_features(documents: Sequence[Document]) -> Floats | None:
    """Every item's genres as a unit vector, shape (n_items, n_genres); zeros for an item without; None without any."""
    found = _indicator([document.genres for document in documents])
    if found is None:
        return None
    dense: Floats = found.toarray().astype(np.float64)
    lengths = np.sqrt((dense**2).sum(axis=1, keepdims=True))
    unit: Floats = dense / np.where(lengths > 0, lengths, 1)
    return unit


def director_matrix(documents: Sequence[Document]) -> Any | None:
    """Who directed what: a scipy.sparse.csr_array of booleans, shape (n_items, n_directors); None without any."""
    return _indicator([document.directors for document in documents])


def _indicator(words: Sequence[Sequence[str]]) -> Any | None:
    from scipy.sparse import csr_array

    column = {word: place for place, word in enumerate(sorted({word for some in words for word in some}))}
    if not column:
        return None
    indices = [column[word] for some in words for word in dict.fromkeys(some)]
    indptr = np.concatenate(([0], np.cumsum([len(set(some)) for some in words])))
    return csr_array((np.ones(len(indices), np.bool_), indices, indptr), shape=(len(words), len(column)))


def intra_list_diversity(ranked: Columns, *, features: Floats, k: int) -> Floats:
    """Intra-list diversity at k per user: the mean of 1 - cosine over the pairs of the first k.

    Items without features are left out; NaN for a list with fewer than two that have some. Source: Ziegler et al.,
    "Improving recommendation lists through topic diversification", WWW 2005, in the form of Vargas and Castells, "Rank
    and relevance in novelty and diversity metrics", RecSys 2011.

    Args:
        ranked: columns, shape (n_users, at least k); `NO_ITEM` where a list has ended.
        features: unit vectors, shape (n_items, n_features); zeros for an item without features.
        k: the cutoff.
    """
    described: npt.NDArray[np.bool_] = np.asarray(features.any(axis=1))
    found = np.empty(len(ranked))
    for first in range(0, len(ranked), _USERS_AT_ONCE):
        top = ranked[first : first + _USERS_AT_ONCE, :k]
        there = (top != NO_ITEM) & described[top]
        vectors = features[top] * there[:, :, None]
        # The sum over all ordered pairs of cosines is the squared length of the sum of the vectors.
        n = there.sum(axis=1)
        cosines = (vectors.sum(axis=1) ** 2).sum(axis=1) - n
        pairs = n * (n - 1)
        found[first : first + len(top)] = np.where(pairs > 0, 1 - cosines / np.maximum(pairs, 1), np.nan)
    return found


def shared_people(ranked: Columns, *, people: Any, k: int) -> Floats:
    """The share of the pairs of a list's first k items that have a person in common, per user.

    Items without anybody share nobody; NaN for a list with fewer than two items. Only the first eight persons of an
    item count.

    Args:
        ranked: columns, shape (n_users, at least k); `NO_ITEM` where a list has ended.
        people: scipy.sparse array of booleans, shape (n_items, n_persons).
        k: the cutoff.
    """
    named = _first_people(people)
    found = np.empty(len(ranked))
    for first in range(0, len(ranked), _USERS_AT_ONCE):
        top = ranked[first : first + _USERS_AT_ONCE, :k]
        there = top != NO_ITEM
        persons = np.where(there[:, :, None], named[top], -1)
        same = (persons[:, :, None, :, None] == persons[:, None, :, None, :]) & (persons >= 0)[:, :, None, :, None]
        together = same.any(axis=(3, 4))
        n = there.sum(axis=1)
        shared = (together.sum(axis=(1, 2)) - together.diagonal(axis1=1, axis2=2).sum(axis=1)) / 2
        pairs = n * (n - 1) / 2
        found[first : first + len(top)] = np.where(pairs > 0, shared / np.maximum(pairs, 1), np.nan)
    return found


def _first_people(people: Any, *, n: int = 8) -> npt.NDArray[np.int64]:
    """The persons of every item, shape (n_items, at most n), filled up with -1."""
    counts = np.diff(people.indptr)
    width = int(min(n, counts.max(initial=1)))
    rows = np.repeat(np.arange(people.shape[0]), counts)
    place = np.arange(len(people.indices)) - np.repeat(people.indptr[:-1], counts)
    named = np.full((people.shape[0], max(1, width)), -1, np.int64)
    early = place < width
    named[rows[early], place[early]] = people.indices[early]
    return named


def personalization(ranked: Columns, *, k: int, seed: int, partners: int = PARTNERS) -> Floats:
    """Per user, 1 - the mean share of the first k items in common with seeded random other users.

    The share is that of the longer of the two lists. 0: everybody is given the same items; 1: nobody shares any. NaN
    for a user without a list, and without other users. Source: Zhou et al., PNAS 107(10), 2010 (mean inter-user Hamming
    distance), over `partners` users instead of all.

    Args:
        ranked: columns, shape (n_users, at least k); `NO_ITEM` where a list has ended.
        k: the cutoff.
        seed: of the partners.
        partners: with how many others each user is compared.
    """
    top = np.ascontiguousarray(ranked[:, :k])
    n_users = len(top)
    if n_users < 2:
        return np.full(n_users, np.nan)
    generator = np.random.default_rng(seed)
    lengths = (top != NO_ITEM).sum(axis=1)
    common = np.zeros(n_users)
    partners = min(partners, n_users - 1)
    for _ in range(partners):
        # A shift other than 0 gives everybody another user.
        other = (np.arange(n_users) + generator.integers(1, n_users, size=n_users)) % n_users
        same = (top[:, :, None] == top[other][:, None, :]) & (top != NO_ITEM)[:, :, None]
        common += same.any(axis=2).sum(axis=1) / np.maximum(np.maximum(lengths, lengths[other]), 1)
    return np.where(lengths > 0, 1 - common / partners, np.nan)
