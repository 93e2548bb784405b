"""Biases and affinities against plain Python: out of fold, alike for any pair, whatever the batches and the sample."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout
from bakeoff.data.outputs import affinities, biases
from bakeoff.data.outputs.affinities import entries_of
from bakeoff.data.outputs.autopilot import PARTS
from bakeoff.data.outputs.tastes import of_pairs
from bakeoff.data.prepared import Prepared
from bakeoff.data.settings import STRATEGIES, SplitSettings
from tests.support.events import Event, prepare_events
from tests.unit.data import brute_force
from tests.unit.data.outputs.test_statistics import KNOWN, fold_of

Shop = Callable[[SplitSettings], Prepared]
NAMES = ("user_bias", "item_bias", "expected_rating", "affinity_genres")


def rows_of(prepared: Prepared, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(prepared.folder / layout.AUTOPILOT_TABLE.format(part)).to_pylist()
    return found


def shrunken(left: list[float], penalty: float) -> float:
    return sum(left) / (len(left) + penalty)


def fitted(events: list[Event]) -> tuple[float, dict[str, float], dict[str, float]]:
    """Mean, users' and items' biases by these events: items first, then one by the other."""
    mean = sum(event.value for event in events) / len(events)
    users: dict[str, float] = defaultdict(float)
    items: dict[str, float] = defaultdict(float)

    def fit(of: dict[str, float], key: str, other: dict[str, float], other_key: str) -> None:
        left: dict[str, list[float]] = defaultdict(list)
        for event in events:
            left[getattr(event, key)].append(event.value - mean - other[getattr(event, other_key)])
        of.update({name: shrunken(values, biases.SHRINKAGE) for name, values in left.items()})

    fit(items, "item", users, "user")
    for _ in range(biases.SWEEPS):
        fit(users, "user", items, "item")
        fit(items, "item", users, "user")
    fit(users, "user", items, "item")
    return mean, users, items


def expected(events: list[Event], genres: dict[str, tuple[str, ...]], user: str, item: str) -> list[float | None]:
    mean, users, items = fitted(events)
    left = [event for event in events if event.user == user]
    liked = [
        shrunken(
            [event.value - mean - users[user] - items[event.item] for event in left if genre in genres[event.item]],
            affinities.SHRINKAGE,
        )
        for genre in genres[item]
    ]
    return [
        users[user],
        items[item],
        mean + users[user] + items[item],
        sum(liked) / len(liked) if liked else None,
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_row_has_the_biases_and_affinities_of_what_its_view_shows(
    shop: Shop, events: list[Event], strategy: str
) -> None:
    settings = SplitSettings(strategy=strategy)
    prepared, parts = shop(settings), brute_force.split(events, settings)
    genres = {document.item_id: document.genres for document in prepared.documents()}
    by_pair = {event[:2]: event for event in parts}
    train = [event for event in parts if parts[event] == "train"]
    views = {("train", fold): [event for event in train if fold_of(event) != fold] for fold in range(4)}
    views |= {("validation", 0): train, ("test", 0): [event for event in parts if parts[event] in KNOWN]}
    n_rows = 0
    for part in PARTS:
        for row in rows_of(prepared, part)[::7]:
            event = by_pair[row["user_id"], row["item_id"]]
            seen = views[part, fold_of(event) if part == "train" else 0]
            wanted = expected(seen, genres, event.user, event.item)
            assert [row[name] for name in NAMES] == pytest.approx(wanted, abs=1e-5)
            n_rows += 1
    assert n_rows > 30


def test_another_rating_of_a_row_changes_other_rows_and_not_its_own(
    tmp_path: Path, shop: Shop, events: list[Event]
) -> None:
    parts = brute_force.split(events, SplitSettings())
    changed = next(event for event in parts if parts[event] == "train" and event.value == 1.0)
    spoilt = [event._replace(value=5.0) if event[:2] == changed[:2] else event for event in events]
    before, after = (
        {
            (row["user_id"], row["item_id"]): tuple(row[name] for name in NAMES)
            for part in PARTS
            for row in rows_of(prepared, part)
        }
        for prepared in (shop(SplitSettings()), prepare_events(tmp_path, spoilt))
    )
    assert before[changed[:2]] == after[changed[:2]]
    differing = {pair for pair in before if before[pair] != after[pair]}
    assert {pair[0] for pair in differing} >= {changed.user}
    assert len(differing) > len(before) / 3


def test_any_pair_gets_what_the_test_rows_have(shop: Shop) -> None:
    prepared = shop(SplitSettings())
    rows = rows_of(prepared, "test")
    columns = of_pairs(
        prepared,
        entries_of(list(prepared.documents())),
        users=np.array([prepared.user_rows[row["user_id"]] for row in rows]),
        items=np.array([prepared.item_columns[row["item_id"]] for row in rows]),
    )
    assert tuple(columns) == NAMES
    for name, values in columns.items():
        wanted = np.array([np.nan if row[name] is None else row[name] for row in rows], float)
        np.testing.assert_allclose(values, wanted, atol=1e-5)


def test_sample_of_the_rows_carries_the_figures_of_all(tmp_path: Path, shop: Shop, events: list[Event]) -> None:
    whole = {(row["user_id"], row["item_id"]): row for part in PARTS for row in rows_of(shop(SplitSettings()), part)}
    sampled = prepare_events(tmp_path, events, max_autopilot_rows=100)
    found = [row for part in PARTS for row in rows_of(sampled, part)]
    assert 0 < len(found) < len(whole)
    for row in found:
        assert row == whole[row["user_id"], row["item_id"]]


def test_of_many_entries_of_an_item_the_first_count(shop: Shop) -> None:
    documents = list(shop(SplitSettings()).documents())
    many = [documents[0].to_json() | {"actors": [f"Actor {number}" for number in range(40)], "year": 1994}]
    entries = {one.field: one for one in entries_of([type(documents[0]).from_json(document) for document in many])}
    assert entries["actors"].n == affinities.MOST_ENTRIES
    assert entries["decade"].n == 1
    assert "directors" not in entries
