"""Events, ranked items, and the one function that drops what may not be recommended."""

import json
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.contracts.interactions import Event, ScoredItem, keep_recommendable

IDS = st.text("abcdef", min_size=1, max_size=1)


@pytest.mark.parametrize("event", [Event("1", 4.0, 5), Event("a b", None, 0)])
def test_an_event_survives_json(event: Event) -> None:
    assert Event.from_json(json.loads(json.dumps(event.to_json()))) == event


@pytest.mark.parametrize(
    ("given", "event"),
    [
        ({"itemId": 7}, Event("7", None, 0)),
        ({"itemId": "7", "value": 3, "timestamp": None}, Event("7", 3.0, 0)),
        ({"itemId": "7", "value": "4.5", "timestamp": "9"}, Event("7", 4.5, 9)),
    ],
)
def test_an_event_with_gaps_or_other_types_is_read(given: dict[str, Any], event: Event) -> None:
    assert Event.from_json(given) == event


@pytest.mark.parametrize("given", [{}, {"itemId": "1", "value": "much"}, {"itemId": "1", "timestamp": "now"}])
def test_an_event_that_says_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Event.from_json(given)


@pytest.mark.parametrize("item", [ScoredItem("1", 0.5), ScoredItem("1", None)])
def test_a_scored_item_survives_json(item: ScoredItem) -> None:
    assert ScoredItem.from_json(json.loads(json.dumps(item.to_json()))) == item


def test_a_list_without_scores_is_read() -> None:
    assert ScoredItem.from_json({"itemId": 7}) == ScoredItem("7", None)


def ranked(ids: str) -> list[ScoredItem]:
    return [ScoredItem(item_id, -float(rank)) for rank, item_id in enumerate(ids)]


CASES: dict[str, tuple[str, Collection[str], Collection[str] | None, int, str]] = {
    "nothing to drop": ("abc", (), None, 3, "abc"),
    "no more than asked for": ("abc", (), None, 2, "ab"),
    "seen items go and others move up": ("abcd", {"a", "c"}, None, 2, "bd"),
    "so do items that are no candidates": ("abcd", (), {"b", "d"}, 2, "bd"),
    "seen candidates go too": ("abcd", {"b"}, {"b", "d"}, 2, "d"),
    "no candidates, no list": ("abc", (), set(), 2, ""),
    "nothing asked for": ("abc", (), None, 0, ""),
    "fewer than asked for": ("abc", {"a"}, None, 9, "bc"),
}


@pytest.mark.parametrize(("items", "seen", "candidates", "n", "kept"), CASES.values(), ids=CASES)
def test_only_what_may_be_recommended_is_kept_in_its_order(
    items: str, seen: Collection[str], candidates: Collection[str] | None, n: int, kept: str
) -> None:
    result = keep_recommendable(ranked(items), seen=seen, candidates=candidates, n=n)
    assert "".join(item.item_id for item in result) == kept
    assert all(item in ranked(items) for item in result), "scores are left alone"


@given(st.lists(IDS, unique=True), st.sets(IDS), st.none() | st.sets(IDS), st.integers(0, 6))
def test_asking_for_n_and_all_that_was_seen_is_always_enough(
    items: list[str], seen: set[str], candidates: set[str] | None, n: int
) -> None:
    asked_for = ranked("".join(items))[: n + len(seen)]
    whole = keep_recommendable(ranked("".join(items)), seen=seen, candidates=None, n=n)
    assert keep_recommendable(asked_for, seen=seen, candidates=None, n=n) == whole
    dropped = keep_recommendable(ranked("".join(items)), seen=seen, candidates=candidates, n=n)
    assert not {item.item_id for item in dropped} & seen
