"""Statistics out of fold against a count in plain Python: no row's own rating is ever in what it is predicted from."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout
from bakeoff.data.outputs.autopilot import PARTS
from bakeoff.data.outputs.statistics import Statistics
from bakeoff.data.prepared import Prepared
from bakeoff.data.settings import NEW_USERS, STRATEGIES, SplitSettings
from tests.support.events import Event
from tests.unit.data import brute_force

Shop = Callable[[SplitSettings], Prepared]
KNOWN = ("train", "validation", "validation_fold_in")


def fold_of(event: Event) -> int:
    """By the last digit of the row's key: one of four."""
    return int(brute_force.row_key(event, seed=42)[7], 16) % 4


def count_and_mean(events: list[Event]) -> tuple[int, float | None]:
    # Ratings are sums of whole ten-thousandths, so that the order of adding changes nothing.
    total = sum(round(event.value * 10_000) for event in events)
    return len(events), float(np.float32(total / (len(events) * 10_000))) if events else None


def table_of(prepared: Prepared, part: str) -> Iterator[dict[str, Any]]:
    yield from pq.read_table(prepared.folder / layout.AUTOPILOT_TABLE.format(part)).to_pylist()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_row_sees_the_other_folds_of_train_and_later_parts_all_that_came_before(
    shop: Shop, events: list[Event], strategy: str
) -> None:
    settings = SplitSettings(strategy=strategy)
    parts = brute_force.split(events, settings)
    by_pair = {event[:2]: event for event in parts}
    folds = {event: fold_of(event) for event in parts}
    of_users, of_items = defaultdict(list), defaultdict(list)
    for event in parts:
        of_users[event.user].append(event)
        of_items[event.item].append(event)
    n_rows = 0
    for part in PARTS:
        for row in table_of(shop(settings), part):
            event = by_pair[row["user_id"], row["item_id"]]
            assert (parts[event], event.value) == (part, row["rating"])
            for kind, same in (("user", of_users[event.user]), ("item", of_items[event.item])):
                visible = {
                    "train": [other for other in same if parts[other] == "train" and folds[other] != folds[event]],
                    "validation": [other for other in same if parts[other] == "train"],
                    "test": [other for other in same if parts[other] in KNOWN],
                }[part]
                assert (row[f"{kind}_interactions"], row[f"{kind}_mean"]) == count_and_mean(visible)
            n_rows += 1
    assert n_rows == sum(part in PARTS for part in parts.values())


def test_new_users_who_are_tested_have_no_statistics_of_their_own(shop: Shop) -> None:
    for part in ("validation", "test"):
        for row in table_of(shop(SplitSettings(strategy=NEW_USERS)), part):
            assert (row["user_interactions"], row["user_mean"]) == (0, None)


@pytest.mark.parametrize(("kind", "place"), [("users", 0), ("items", 1)])
def test_statistics_by_id_are_those_of_train_and_of_all_that_is_fitted_on(
    shop: Shop, events: list[Event], kind: str, place: int
) -> None:
    prepared = shop(SplitSettings())
    parts = brute_force.split(events, SplitSettings())
    rows = pq.read_table(prepared.folder / layout.AUTOPILOT_STATISTICS.format(kind)).to_pylist()
    assert [row["id"] for row in rows] == getattr(prepared, kind)
    for row in rows:
        mine = [event for event in parts if event[place] == row["id"]]
        trained = count_and_mean([event for event in mine if parts[event] == "train"])
        known = count_and_mean([event for event in mine if parts[event] in KNOWN])
        assert (row["n_train"], row["mean_train"], row["n_known"], row["mean_known"]) == (*trained, *known)


def test_another_value_of_a_row_changes_the_statistics_of_other_rows_and_not_its_own() -> None:
    def seen(value: int) -> tuple[Any, ...]:
        sums = pa.table(
            {
                "user_row": pa.array([0, 0, 0], pa.int32()),
                "part": pa.array([0, 0, 1], pa.int8()),
                "fold": pa.array([1, 2, 0], pa.int8()),
                "n": pa.array([1, 1, 1]),
                "total": pa.array([value, 40_000, 30_000]),
            }
        )
        statistics = Statistics.of(sums, by="user_row", n_rows=1)
        train = statistics.for_part(0, np.array([0, 0]), np.array([1, 2], np.int8))
        return tuple(train[1].tolist()), statistics.for_part(2, np.array([0]), np.array([0], np.int8))[1].tolist()

    (own, other), tested = seen(10_000)
    (own_again, other_again), tested_again = seen(50_000)
    assert own == own_again == 4.0
    assert (other, other_again) == (1.0, 5.0)
    assert tested != tested_again


def test_sums_are_whole_numbers_beyond_what_floats_can_count() -> None:
    n = 2**40
    sums = pa.table(
        {
            "item_column": pa.array([0, 0], pa.int32()),
            "part": pa.array([0, 0], pa.int8()),
            "fold": pa.array([0, 1], pa.int8()),
            "n": pa.array([n, 1]),
            "total": pa.array([n * 40_000, 1]),
        }
    )
    statistics = Statistics.of(sums, by="item_column", n_rows=1)
    assert statistics.train.tolist() == [[n + 1], [n * 40_000 + 1]]
    assert statistics.by_fold.dtype == statistics.known.dtype == np.int64
