"""Weighted reciprocal rank fusion: by hand, and what holds for any lists."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.serving.blending import WeightedList, blend

LISTS = st.lists(
    st.builds(
        lambda weight, items: WeightedList(weight=weight, items=items),
        st.floats(0, 5),
        st.lists(st.sampled_from("abcdefgh"), max_size=8),
    ),
    max_size=5,
)


def test_scores_are_as_computed_by_hand() -> None:
    blended = blend([WeightedList(weight=1, items="ab"), WeightedList(weight=0.5, items="bc")], n=10)
    assert [item.item_id for item in blended] == ["b", "a", "c"]
    assert [item.score for item in blended] == pytest.approx([1 / 62 + 0.5 / 61, 1 / 61, 0.5 / 62])


def test_ties_go_by_best_rank_and_then_by_id() -> None:
    lists = [WeightedList(weight=1, items="xb"), WeightedList(weight=1, items="ya")]
    assert [item.item_id for item in blend(lists, n=4)] == ["x", "y", "a", "b"]


def test_a_list_without_weight_has_no_say() -> None:
    lists = [WeightedList(weight=1, items="a"), WeightedList(weight=0, items="z")]
    assert [item.item_id for item in blend(lists, n=4)] == ["a"]


def test_lists_without_any_weight_all_count_alike() -> None:
    lists = [WeightedList(weight=0, items="za"), WeightedList(weight=0, items="ab")]
    assert [item.item_id for item in blend(lists, n=4)] == ["a", "z", "b"]


def test_a_repeated_item_counts_once() -> None:
    once, twice = WeightedList(weight=1, items="ab"), WeightedList(weight=1, items="aab")
    assert blend([once], n=4) == blend([twice], n=4)


def test_nothing_to_blend_is_an_empty_list() -> None:
    assert blend([], n=5) == []


@given(lists=LISTS, n=st.integers(1, 8), seed=st.integers(0, 99))
def test_the_order_of_the_lists_does_not_matter(lists: list[WeightedList], n: int, seed: int) -> None:
    shuffled = lists.copy()
    random.Random(seed).shuffle(shuffled)
    mine, theirs = blend(lists, n=n), blend(shuffled, n=n)
    # Sums of floats depend on their order in the last digit, so near-ties may swap; the scores must not change.
    assert [item.score for item in mine] == pytest.approx([item.score for item in theirs])


@given(lists=LISTS, n=st.integers(1, 8))
def test_a_blend_is_distinct_items_of_the_lists_with_falling_scores(lists: list[WeightedList], n: int) -> None:
    blended = blend(lists, n=n)
    ids = [item.item_id for item in blended]
    assert len(ids) == len(set(ids)) <= n
    assert set(ids) <= {item_id for one in lists for item_id in one.items}
    scores = [item.score or 0.0 for item in blended]
    assert scores == sorted(scores, reverse=True)
