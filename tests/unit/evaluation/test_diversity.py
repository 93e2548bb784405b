"""Diversity inside lists and between users: worked by hand and against loops."""

from itertools import combinations

import numpy as np
import pytest

from bakeoff.data.documents import Document
from bakeoff.evaluation.diversity import (
    director_matrix,
    genre_features,
    intra_list_diversity,
    personalization,
    shared_people,
)


def document(item: str, genres: tuple[str, ...] = (), directors: tuple[str, ...] = ()) -> Document:
    return Document(
        item_id=item, title=item, year=None, genres=genres, directors=directors, writers=(), actors=(), plot=""
    )


DOCUMENTS = [
    document("a", ("Drama",), ("Ann",)),
    document("b", ("Drama", "Comedy"), ("Ann", "Bob")),
    document("c", ("Horror",), ("Bob",)),
    document("d"),
]


def test_intra_list_diversity_is_the_mean_distance_of_pairs_with_genres() -> None:
    features = genre_features(DOCUMENTS)
    assert features is not None
    ranked = np.array([[0, 1, 2, 3], [0, 3, -1, -1], [0, 0, -1, -1]], np.int32)
    diversity = intra_list_diversity(ranked, features=features, k=4)
    # a and b share one of b's two genres: cosine 1 / sqrt(2); c shares nothing; d has no genres and is left out.
    assert diversity[0] == pytest.approx((3 - 1 / np.sqrt(2)) / 3)
    assert np.isnan(diversity[1])
    assert diversity[2] == pytest.approx(0.0)


def test_features_are_none_where_no_document_has_any() -> None:
    assert genre_features([document("a")]) is None
    assert director_matrix([document("a")]) is None


def test_shared_people_is_the_share_of_pairs_with_a_director_in_common() -> None:
    people = director_matrix(DOCUMENTS)
    ranked = np.array([[0, 1, 2, 3], [0, 2, -1, -1], [1, 2, 0, -1], [1, -1, -1, -1]], np.int32)
    shared = shared_people(ranked, people=people, k=4)
    assert shared[:3].tolist() == [pytest.approx(2 / 6), 0.0, pytest.approx(2 / 3)]
    assert np.isnan(shared[3])
    assert shared_people(ranked, people=people, k=2)[0] == 1.0


def test_shared_people_equals_loops_on_random_lists() -> None:
    rng = np.random.default_rng(3)
    names = [tuple(sorted({f"p{n}" for n in rng.integers(0, 6, size=rng.integers(0, 4))})) for _ in range(30)]
    documents = [document(str(place), directors=some) for place, some in enumerate(names)]
    ranked = np.array([rng.permutation(30)[:10] for _ in range(1500)], np.int32)
    found = shared_people(ranked, people=director_matrix(documents), k=10)
    for row in (0, 700, 1499):
        pairs = list(combinations(ranked[row].tolist(), 2))
        assert found[row] == pytest.approx(sum(bool(set(names[a]) & set(names[b])) for a, b in pairs) / len(pairs))


def test_personalization_is_nought_for_one_list_for_all_and_one_for_lists_without_overlap() -> None:
    same = np.tile(np.arange(10, dtype=np.int32), (8, 1))
    assert personalization(same, k=10, seed=1).tolist() == [0.0] * 8
    apart = np.arange(80, dtype=np.int32).reshape(8, 10)
    assert personalization(apart, k=10, seed=1).tolist() == [1.0] * 8
    assert np.isnan(personalization(same[:1], k=10, seed=1)).all()


def test_personalization_estimates_the_mean_over_all_pairs() -> None:
    rng = np.random.default_rng(2)
    ranked = np.array([rng.permutation(40)[:10] for _ in range(200)], np.int32)
    exact = np.mean([1 - len(set(a) & set(b)) / 10 for a, b in combinations(ranked.tolist(), 2)])
    assert personalization(ranked, k=10, seed=1).mean() == pytest.approx(exact, abs=0.01)


def test_personalization_of_short_lists_is_the_share_of_the_longer_one() -> None:
    same = np.tile(np.array([4, 5, -1, -1], np.int32), (6, 1))
    assert personalization(same, k=4, seed=1).tolist() == [0.0] * 6
    assert personalization(np.array([[1, 2, 3, 4], [1, -1, -1, -1]], np.int32), k=4, seed=1).tolist() == [0.75, 0.75]
    someone, nobody = personalization(np.array([[1, 2], [-1, -1]], np.int32), k=2, seed=1)
    assert someone == 1.0
    assert np.isnan(nobody)
