"""The four splits against a second definition in plain Python, on random interactions; the hash and the test users."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data import layout
from bakeoff.data.definition.split import crossing
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import GLOBAL_TIME, LEAVE_LAST_OUT, NEW_USERS, STRATEGIES, SplitSettings
from tests.support.events import Event, item_id, prepare_events, random_events, shop_settings, user_id, write_raw
from tests.unit.data import brute_force

Shop = Callable[[SplitSettings], Prepared]
EACH = [SplitSettings(strategy=strategy) for strategy in STRATEGIES]
OTHERS = [
    SplitSettings(seed=7, min_activity=9, test_fraction=0.3, validation_fraction=0.15),
    SplitSettings(strategy=LEAVE_LAST_OUT, seed=8, min_activity=3),
    SplitSettings(strategy=GLOBAL_TIME, seed=9, min_activity=12, test_fraction=0.1, validation_fraction=0.3),
    SplitSettings(strategy=NEW_USERS, seed=10, min_activity=7, test_fraction=0.4, held_out_fraction=0.45),
]


def name_of(settings: SplitSettings) -> str:
    return f"{settings.strategy}-{settings.seed}"


def parts_of(prepared: Prepared) -> Iterator[tuple[str, Event]]:
    """Every interaction of the prepared matrices with its part, users in row order, oldest first in each part."""
    for part in layout.PARTS:
        matrix = getattr(prepared, part)
        columns = (matrix.rows, matrix.indices, matrix.values, matrix.timestamps)
        for user, item, value, timestamp in zip(*(column.tolist() for column in columns), strict=True):
            yield part, Event(prepared.users[user], prepared.items[item], value, timestamp)


def in_part(prepared: Prepared, *parts: str) -> list[Event]:
    return [event for part, event in parts_of(prepared) if part in parts]


@pytest.mark.parametrize("settings", EACH + OTHERS, ids=name_of)
def test_every_interaction_is_in_the_part_that_the_plain_definition_says(
    shop: Shop, events: list[Event], settings: SplitSettings
) -> None:
    found = list(parts_of(shop(settings)))
    assert {event: part for part, event in found} == brute_force.split(events, settings)
    assert len(found) == len(brute_force.newest_of_pairs(events))


@pytest.mark.parametrize("settings", EACH + OTHERS, ids=name_of)
def test_inside_a_part_users_are_in_id_order_and_their_rows_in_the_seeded_order(
    shop: Shop, events: list[Event], settings: SplitSettings
) -> None:
    prepared = shop(settings)
    histories = brute_force.histories(events, seed=settings.seed)
    assert prepared.users == list(histories)
    assert prepared.items == brute_force.in_order({item_id(number) for number in range(30)})
    parts = brute_force.split(events, settings)
    for part in layout.PARTS:
        expected = [event for history in histories.values() for event in history if parts[event] == part]
        assert in_part(prepared, part) == expected


@pytest.mark.parametrize("settings", EACH + OTHERS, ids=name_of)
def test_the_hash_is_that_of_the_published_definition(shop: Shop, events: list[Event], settings: SplitSettings) -> None:
    prepared = shop(settings)
    assert prepared.split_hash == brute_force.split_hash(events, settings)
    assert prepared.manifest["split"]["strategy"] == settings.strategy


@pytest.mark.parametrize("settings", EACH + OTHERS, ids=name_of)
def test_tested_are_the_users_with_something_known_and_a_liked_candidate(
    shop: Shop, events: list[Event], settings: SplitSettings
) -> None:
    prepared = shop(settings)
    expected = brute_force.tested_users(events, settings, liked=4.0)
    assert [prepared.users[row] for row in prepared.test_users] == expected
    assert prepared.manifest["counts"]["testUsers"] == len(expected) > 0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_another_seed_is_another_split(shop: Shop, strategy: str) -> None:
    one, other = (shop(SplitSettings(strategy=strategy, seed=seed)) for seed in (42, 43))
    assert one.split_hash != other.split_hash


def test_the_settings_alone_make_another_hash(shop: Shop) -> None:
    one, other = (shop(SplitSettings(held_out_fraction=fraction)) for fraction in (0.2, 0.21))
    assert list(parts_of(one)) == list(parts_of(other))
    assert one.split_hash != other.split_hash


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_order_of_the_rows_in_the_file_changes_no_byte(
    shop: Shop, events: list[Event], tmp_path: Path, strategy: str
) -> None:
    settings = SplitSettings(strategy=strategy)
    expected = shop(settings).manifest
    order = np.random.default_rng(3).permutation(len(events))
    again = prepare_events(tmp_path, [events[place] for place in order], split=settings).manifest
    assert again["split"]["hash"] == expected["split"]["hash"]
    assert again["files"] == expected["files"]


def test_equal_timestamps_are_shuffled_by_the_seed_and_not_left_as_in_the_file(tmp_path: Path) -> None:
    events = [Event(user_id(user), item_id(item), 4.0, 1000) for user in range(6) for item in range(30)]
    orders = {}
    for seed in (1, 2):
        prepared = prepare_events(tmp_path / str(seed), events, split=SplitSettings(seed=seed))
        orders[seed] = in_part(prepared, "test")
        for user in range(6):
            mine = [event for event in events if event.user == user_id(user)]
            mine.sort(key=lambda event: brute_force.row_key(event, seed=seed))
            assert [event for event in orders[seed] if event.user == user_id(user)] == mine[-6:]
    assert orders[1] != orders[2]


def test_under_global_time_no_train_row_is_newer_than_the_first_of_validation_nor_a_second_torn(shop: Shop) -> None:
    prepared = shop(SplitSettings(strategy=GLOBAL_TIME))
    train, validation, test = (
        [event.timestamp for event in in_part(prepared, part)] for part in ("train", "validation", "test")
    )
    assert max(train) < min(validation) <= max(validation) < min(test)
    told = prepared.manifest["split"]["parameters"]
    assert max(train) < told["validation_from"] <= min(validation)
    assert max(validation) < told["test_from"] <= min(test)


@pytest.mark.parametrize("seed", range(3))
def test_under_global_time_the_newer_parts_are_at_most_as_large_as_told_and_a_second_short_of_more(
    tmp_path: Path, seed: int
) -> None:
    settings = SplitSettings(strategy=GLOBAL_TIME, test_fraction=0.25, validation_fraction=0.25)
    events = random_events(seed + 20, n_seconds=8)
    prepared = prepare_events(tmp_path, events, split=settings)
    assert {event: part for part, event in parts_of(prepared)} == brute_force.split(events, settings)
    n_test, n = prepared.test.n_interactions, prepared.manifest["counts"]["interactions"]
    last_second = max(event.timestamp for event in in_part(prepared, "train", "validation"))
    assert n_test <= n - n * 3 // 4
    assert n_test + sum(event.timestamp == last_second for event in in_part(prepared, "validation", "train")) > n / 4


def test_of_new_users_nothing_is_trained_on_and_their_older_part_is_folded_in(shop: Shop) -> None:
    prepared = shop(SplitSettings(strategy=NEW_USERS))
    groups = {part: {event.user for event in in_part(prepared, part)} for part in layout.PARTS}
    assert groups["test"] == groups["test_fold_in"]
    assert groups["validation"] == groups["validation_fold_in"]
    assert not groups["train"] & groups["test"]
    assert not groups["train"] & groups["validation"]
    assert not groups["validation"] & groups["test"]
    for part in ("test", "validation"):
        for user in groups[part]:
            held_out = [event.timestamp for event in in_part(prepared, part) if event.user == user]
            folded_in = [event.timestamp for event in in_part(prepared, f"{part}_fold_in") if event.user == user]
            assert max(folded_in) <= min(held_out)


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != NEW_USERS])
def test_nothing_is_folded_in_but_for_new_users(shop: Shop, strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    assert not prepared.test_fold_in.n_interactions
    assert not prepared.validation_fold_in.n_interactions


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != GLOBAL_TIME])
def test_users_below_the_least_activity_stay_in_train(shop: Shop, events: list[Event], strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    quiet = {user for user, history in brute_force.histories(events, seed=42).items() if len(history) < 5}
    assert quiet
    assert quiet <= {event.user for event in in_part(prepared, "train")}
    assert not quiet & {event.user for part, event in parts_of(prepared) if part != "train"}


@pytest.mark.parametrize(
    ("n", "expected"),
    [(4, (4, 0, 0)), (5, (3, 1, 1)), (9, (7, 1, 1)), (10, (7, 1, 2)), (29, (22, 2, 5)), (30, (21, 3, 6))],
)
def test_shares_are_rounded_down_but_never_to_nothing(shares: Prepared, n: int, expected: tuple[int, int, int]) -> None:
    row = shares.user_rows[f"of {n}"]
    parts = (shares.train, shares.validation, shares.test)
    assert tuple(len(part.items_of(row)) for part in parts) == expected


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Users of just so many interactions."""
    sizes = (4, 5, 9, 10, 29, 30)
    events = [Event(f"of {n}", item_id(item), 4.0, 1000 + item) for n in sizes for item in range(n)]
    return prepare_events(tmp_path_factory.mktemp("shares"), events)


def test_sampled_test_users_are_the_first_in_the_seeds_shuffle(tmp_path: Path, events: list[Event]) -> None:
    for seed in (1, 2):
        settings = SplitSettings(seed=seed)
        prepared = prepare_events(tmp_path / str(seed), events, split=settings, max_test_users=4)
        everybody = brute_force.tested_users(events, settings, liked=4.0)
        chosen = sorted(everybody, key=lambda user: brute_force.md5(seed, user))[:4]
        lines = (prepared.folder / layout.REQUEST_USERS).read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["userId"] for line in lines] == [user for user in everybody if user in chosen]


def test_a_users_order_and_parts_do_not_depend_on_the_other_users(tmp_path: Path, events: list[Event]) -> None:
    some = [event for event in events if event.user in {user_id(number) for number in range(20)}]
    alone = prepare_events(tmp_path / "some", some)
    together = prepare_events(tmp_path / "all", events)
    expected = [(part, event) for part, event in parts_of(together) if event.user in set(alone.users)]
    assert list(parts_of(alone)) == expected


@pytest.mark.parametrize(("repeats", "place"), [("newest", 0), ("strongest", 2)])
def test_of_a_pair_the_newest_or_the_strongest_is_kept_as_the_mapping_says(
    tmp_path: Path, repeats: str, place: int
) -> None:
    pair = [Event("1", "1,5", 2.5, 3000), Event("1", "1,5", 5.0, 1000), Event("1", "1,5", 5.0, 2000)]
    mapping = write_raw(tmp_path / "raw", [*(event for event in random_events(4) if event.user != "1"), *pair])
    told = mapping.read_text(encoding="utf-8").replace("liked_threshold", f'repeats = "{repeats}"\nliked_threshold')
    mapping.write_text(told, encoding="utf-8")
    prepare_folder(tmp_path / "raw", tmp_path / "prepared", shop_settings(mapping))
    rows = parts_of(Prepared.open(tmp_path / "prepared"))
    assert [event for _, event in rows if event.user == "1"] == [pair[place]]


@pytest.mark.parametrize(("target", "expected"), [(0, (10, 0)), (1, (10, 0)), (2, (20, 2)), (4, (20, 2)), (5, (30, 5))])
def test_crossing_gives_the_key_whose_rows_hold_the_target_and_the_count_before_it(
    target: int, expected: tuple[int, int]
) -> None:
    assert crossing([(10, 2), (20, 3), (30, 1)], target=target) == expected
