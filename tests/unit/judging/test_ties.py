"""Classes: who leads takes all that cannot be told from it, and nobody is in two."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bakeoff.judging.evidence import Evidence
from bakeoff.judging.ties import classes, differ
from tests.support.run_figures import RunFigures

METRIC = "ndcg@10"
NAMES = list("abcdef")


def apart(*pairs: str) -> Evidence:
    """A run in which these pairs differ and no other does; of `NAMES` the first is the best."""
    run = RunFigures()
    for one, other in combinations(NAMES, 2):
        run.compare(one, other, different=one + other in pairs)
    return Evidence(run.metrics)


def classes_of(names: str, evidence: Evidence) -> list[list[str]]:
    return classes(list(names), evidence=evidence, metric=METRIC)


def test_a_leader_takes_all_that_cannot_be_told_from_it() -> None:
    assert classes_of("abc", apart("ac")) == [["a", "b"], ["c"]]
    assert classes_of("abcd", apart("ab", "ac", "ad")) == [["a"], ["b", "c", "d"]]
    assert classes_of("", apart()) == []


def test_two_that_were_never_compared_are_not_told_apart() -> None:
    assert classes_of("ab", Evidence({})) == [["a", "b"]]


@given(st.sets(st.sampled_from([one + other for one, other in combinations(NAMES, 2)])))
def test_everybody_is_in_one_class_and_no_member_differs_from_its_leader(pairs: set[str]) -> None:
    evidence = apart(*pairs)
    found = classes_of("".join(NAMES), evidence)
    assert sorted(name for one in found for name in one) == NAMES
    assert not any(differ(one[0], name, evidence=evidence, metric=METRIC) for one in found for name in one[1:])
