"""The split: parts, the order of equal timestamps, the hash, and the holdout drawn from it."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.data.cleaning import Usable
from bakeoff.data.holdout import hold_out
from bakeoff.data.settings import SplitSettings
from bakeoff.data.split import TEST, TRAIN, VALIDATION, Split, seeded_key, split

DEFAULTS = SplitSettings()


def usable(per_user: list[list[int]], *, shift: int = 0) -> Usable:
    """One user per list of timestamps; the item of a user's j-th interaction is j."""
    rows = [(user, item, time) for user, times in enumerate(per_user) for item, time in enumerate(times)]
    columns = np.array(rows, np.int64).reshape(-1, 3)
    n_items = max([len(times) for times in per_user], default=0)
    return Usable(
        users=[f"u{user}" for user in range(len(per_user))],
        items=[f"i{item}" for item in range(n_items)],
        user=columns[:, 0],
        item=columns[:, 1],
        value=np.full(len(rows), 4.0),
        timestamp=columns[:, 2] + shift,
    )


def shuffled(rows: Usable, seed: int) -> Usable:
    order = np.random.default_rng(seed).permutation(len(rows.user))
    changes = {name: getattr(rows, name)[order] for name in ("user", "item", "value", "timestamp")}
    return replace(rows, **changes)


def sizes(frozen: Split, user: int) -> list[int]:
    part = frozen.part[frozen.interactions.span(user)]
    return [int((part == which).sum()) for which in (TRAIN, VALIDATION, TEST)]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, [1, 0, 0]),
        (4, [4, 0, 0]),
        (5, [3, 1, 1]),
        (9, [7, 1, 1]),
        (10, [7, 1, 2]),
        (30, [21, 3, 6]),
        (99, [71, 9, 19]),
    ],
)
def test_sizes_of_the_parts_by_activity(n: int, expected: list[int]) -> None:
    assert sizes(split(usable([list(range(n))]), DEFAULTS), 0) == expected


@given(st.lists(st.lists(st.integers(1, 6), max_size=40), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_interaction_is_older_than_one_of_an_earlier_part(per_user: list[list[int]]) -> None:
    frozen = split(usable(per_user), DEFAULTS)
    for user in range(len(per_user)):
        span = frozen.interactions.span(user)
        assert (np.diff(frozen.part[span]) >= 0).all()
        assert (np.diff(frozen.interactions.timestamps[span]) >= 0).all()
        assert sorted(frozen.interactions.indices[span].tolist()) == list(range(len(per_user[user])))


@given(st.lists(st.lists(st.integers(1, 3), max_size=20), min_size=1, max_size=5), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_order_of_the_rows_in_the_file_changes_nothing(per_user: list[list[int]], seed: int) -> None:
    rows = usable(per_user)
    one, two = split(rows, DEFAULTS), split(shuffled(rows, seed), DEFAULTS)
    assert one.hash == two.hash
    assert one.interactions.indices.tolist() == two.interactions.indices.tolist()


def test_equal_timestamps_do_not_keep_the_order_of_the_file_but_that_of_the_seed() -> None:
    rows = usable([[7] * 50])
    orders = {seed: split(rows, SplitSettings(seed=seed)).interactions.indices.tolist() for seed in (1, 2)}
    assert orders[1] != sorted(orders[1])
    assert orders[1] != orders[2]
    expected = sorted(range(50), key=lambda item: seeded_key(1, "u0", f"i{item}"))
    assert orders[1] == expected


def test_merged_parts_give_the_order_of_the_whole_back() -> None:
    generator = np.random.default_rng(0)
    frozen = split(usable([generator.integers(1, 9, size=30).tolist() for _ in range(5)]), DEFAULTS)
    train, validation, test = (frozen.select(part) for part in (TRAIN, VALIDATION, TEST))
    assert train.merge(validation).merge(test).indices.tolist() == frozen.interactions.indices.tolist()


def test_hash_is_the_published_definition() -> None:
    import hashlib

    rows = usable([[3, 1, 2, 5, 4]])
    head = (
        '{"min_activity": 5, "seed": 42, "strategy": "per_user_last_fraction", "test_fraction": 0.2, '
        '"validation_fraction": 0.1}\n'
    )
    lines = (
        "u0\ti0\t4.0\t3\ttrain\nu0\ti1\t4.0\t1\ttrain\nu0\ti2\t4.0\t2\ttrain\nu0\ti3\t4.0\t5\ttest\n"
        "u0\ti4\t4.0\t4\tvalidation\n"
    )
    assert split(rows, DEFAULTS).hash == hashlib.sha256((head + lines).encode()).hexdigest()


def test_hash_changes_with_rows_and_with_settings() -> None:
    rows = usable([list(range(20))])
    other_value = replace(rows, value=np.where(np.arange(20) == 3, 4.5, 4.0))
    hashes = [
        split(rows, DEFAULTS).hash,
        split(rows, SplitSettings(seed=43)).hash,
        split(rows, SplitSettings(test_fraction=0.21)).hash,
        split(usable([list(range(20))], shift=1), DEFAULTS).hash,
        split(other_value, DEFAULTS).hash,
    ]
    assert len(set(hashes)) == len(hashes)


def test_holdout_keeps_liked_candidates_and_their_users_only() -> None:
    frozen = split(usable([list(range(10)), list(range(10)), list(range(4))]), DEFAULTS)
    known = frozen.interactions.where(frozen.part != TEST)
    held_out = frozen.select(TEST)
    # Both split users are tested on items 8 and 9, which nobody knows: no candidates, nobody to test.
    assert hold_out(known=known, held_out=held_out, liked_threshold=4.0).users.tolist() == []
    knows_8 = known.merge(held_out.where((held_out.rows == 1) & (held_out.indices == 8)))
    holdout = hold_out(known=knows_8, held_out=held_out.where(held_out.rows == 0), liked_threshold=4.0)
    assert holdout.users.tolist() == [0]
    assert holdout.relevant.items_of(0).tolist() == [8]
    assert holdout.candidates.tolist() == [True] * 9 + [False]
    assert hold_out(known=knows_8, held_out=held_out, liked_threshold=4.5).users.tolist() == []


def test_users_are_treated_alike_whatever_the_others_do() -> None:
    alone = split(usable([[7] * 12]), DEFAULTS)
    together = split(usable([[7] * 12, [1, 2, 3]]), DEFAULTS)
    assert together.interactions.items_of(0).tolist() == alone.interactions.items_of(0).tolist()
    by_user: dict[int, list[int]] = defaultdict(list)
    for user, part in zip(together.interactions.rows.tolist(), together.part.tolist(), strict=True):
        by_user[user].append(part)
    assert by_user[0] == alone.part.tolist()
    assert by_user[1] == [TRAIN] * 3
