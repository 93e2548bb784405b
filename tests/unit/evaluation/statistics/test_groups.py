"""Who cannot be told apart: maximal groups, and tie classes from the top."""

from collections.abc import Callable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bakeoff.evaluation.statistics.groups import indistinguishable


def apart(*pairs: str) -> Callable[[str, str], bool]:
    found = {frozenset(pair) for pair in pairs}
    return lambda one, other: frozenset((one, other)) in found


def test_nothing_differs_is_one_group_and_everything_differs_is_one_each() -> None:
    assert indistinguishable("abc", apart()) == [["a", "b", "c"]]
    assert indistinguishable("abc", apart("ab", "bc", "ac")) == [["a"], ["b"], ["c"]]
    assert indistinguishable("", apart()) == []


def test_the_middle_one_is_in_both_groups_where_only_the_ends_differ() -> None:
    assert indistinguishable("abc", apart("ac")) == [["a", "b"], ["b", "c"]]


NAMES = "abcdef"


@given(st.sets(st.sampled_from(list(combinations(NAMES, 2)))))
def test_groups_are_the_maximal_sets_without_a_different_pair(pairs: set[tuple[str, str]]) -> None:
    different = apart(*["".join(pair) for pair in pairs])
    groups = indistinguishable(NAMES, different)
    fitting = [
        set(some)
        for size in range(1, len(NAMES) + 1)
        for some in combinations(NAMES, size)
        if not any(different(a, b) for a, b in combinations(some, 2))
    ]
    maximal = [one for one in fitting if not any(one < other for other in fitting)]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, maximal))
