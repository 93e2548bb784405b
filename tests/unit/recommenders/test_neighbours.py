"""Lists of alike items: made in parts, equal to those of the whole matrix; the director cap; storage."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from bakeoff.recommenders.base import neighbours
from bakeoff.recommenders.base.item_vectors import ItemVectors
from bakeoff.recommenders.base.neighbours import NO_ITEM, DirectorCap, Neighbours, find_neighbours

N_ITEMS = 40
RANDOM = np.random.default_rng(5)
DENSE = RANDOM.random((N_ITEMS, 12), dtype=np.float32) * (RANDOM.random((N_ITEMS, 12)) < 0.4)
DENSE[7] = 0
PRIOR = RANDOM.normal(size=N_ITEMS).astype(np.float32)
PRIOR[3] = -np.inf
ALL = np.arange(N_ITEMS, dtype=np.int32)


def by_hand(item: int, n: int) -> list[int]:
    lengths = np.linalg.norm(DENSE, axis=1)
    unit = DENSE / np.where(lengths > 0, lengths, 1)[:, None]
    listed = [other for other in range(N_ITEMS) if other not in (3, 7)]
    cosines = unit @ unit[item]
    scores = (cosines - cosines[listed].mean()) / cosines[listed].std() + PRIOR
    return sorted([other for other in listed if other != item], key=lambda other: -scores[other])[:n]


@pytest.mark.parametrize("matrix", [DENSE, csr_array(DENSE)], ids=["dense", "sparse"])
def test_parts_give_the_lists_of_the_whole_matrix(matrix: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CHUNK", 16)
    found = find_neighbours(ItemVectors.of(matrix), items=ALL, n=9, prior=PRIOR)
    for item in range(N_ITEMS):
        assert found.columns[item].tolist() == ([NO_ITEM] * 9 if item == 7 else by_hand(item, 9))


def test_an_item_without_a_vector_has_no_list_and_stands_in_none() -> None:
    found = find_neighbours(ItemVectors.of(DENSE), items=ALL, n=N_ITEMS, prior=PRIOR)
    lists = found.of(ALL, N_ITEMS)
    assert [ranked.cold for ranked in lists] == [item == 7 for item in range(N_ITEMS)]
    assert not {3, 7} & {column for ranked in lists for column in ranked.columns.tolist()}


def test_where_the_cap_takes_all_candidates_the_whole_catalogue_is_looked_through() -> None:
    directors = np.zeros((N_ITEMS, 1), np.int32)
    directors[20] = 1
    cap = DirectorCap(directors=directors, own_cap=0)
    found = find_neighbours(ItemVectors.of(DENSE), items=np.array([0], np.int32), n=1, prior=PRIOR, director_cap=cap)
    assert found.columns.tolist() == [[20]]


def test_loaded_lists_are_the_stored_ones() -> None:
    found = find_neighbours(ItemVectors.of(DENSE), items=ALL, n=5, prior=PRIOR)
    loaded = Neighbours.from_arrays(found.arrays())
    np.testing.assert_array_equal(loaded.columns, found.columns)
    np.testing.assert_array_equal(loaded.values, found.values)


def test_a_catalogue_in_which_nothing_may_be_listed_has_empty_lists() -> None:
    nothing = np.full(N_ITEMS, -np.inf, np.float32)
    assert (find_neighbours(ItemVectors.of(DENSE), items=ALL, n=5, prior=nothing).columns == NO_ITEM).all()
