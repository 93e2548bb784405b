"""The Autopilot table: one wide file a part, small on disk, sampled alike every time, with specifications beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout
from bakeoff.data.outputs.autopilot import PARTS, STATISTICS, sample_below
from bakeoff.data.prepared import Prepared
from bakeoff.data.settings import STRATEGIES, SplitSettings
from tests.support.events import Event, item_id, prepare_events, user_id
from tests.unit.data import brute_force

Shop = Callable[[SplitSettings], Prepared]
TASTES = ["user_bias", "item_bias", "expected_rating", "affinity_genres"]
USER_COLUMNS = ["user_age", "user_city"]
ITEM_COLUMNS = [
    "item_name",
    "item_blurb",
    "item_price",
    "item_weight",
    "item_colour",
    "item_tags",
    "item_added",
    "item_sold later",
]


@pytest.fixture(scope="session")
def table(shop: Shop) -> pq.ParquetFile:
    """The train rows of the first split."""
    return pq.ParquetFile(shop(SplitSettings()).folder / layout.AUTOPILOT_TABLE.format("train"))


def specification(prepared: Prepared, name: str) -> dict[str, Any]:
    path = prepared.folder / layout.AUTOPILOT_FEATURES.format(name)
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_row_of_the_three_parts_is_there_once(shop: Shop, events: list[Event], strategy: str) -> None:
    settings = SplitSettings(strategy=strategy)
    parts = brute_force.split(events, settings)
    for part in PARTS:
        rows = pq.read_table(shop(settings).folder / layout.AUTOPILOT_TABLE.format(part)).to_pylist()
        found = [(row["user_id"], row["item_id"], row["rating"]) for row in rows]
        assert sorted(found) == sorted(event[:3] for event in parts if parts[event] == part)


def test_columns_are_keys_target_statistics_users_and_items(table: pq.ParquetFile) -> None:
    expected = ["user_id", "item_id", "rating", *STATISTICS, *TASTES, *USER_COLUMNS, *ITEM_COLUMNS]
    assert table.schema_arrow.names == expected
    schema = table.schema_arrow
    texts = {"user_id", "item_id", "user_city", "item_name", "item_blurb", "item_colour", "item_tags", "item_added"}
    assert {name for name in expected if pa.types.is_dictionary(schema.field(name).type)} == texts
    assert {str(schema.field(name).type) for name in ("item_price", "item_weight", "user_age")} == {"double"}


def test_texts_are_written_as_codes_with_their_dictionary(table: pq.ParquetFile) -> None:
    group = table.metadata.row_group(0)
    for number in range(group.num_columns):
        column = group.column(number)
        assert column.compression == "ZSTD"
        if column.physical_type == "BYTE_ARRAY":
            assert "RLE_DICTIONARY" in column.encodings


def test_rows_carry_what_is_known_of_their_user_and_item(table: pq.ParquetFile) -> None:
    users = {user_id(number): number for number in range(40)}
    items = {item_id(number): number for number in range(30)}
    for row in table.read().to_pylist():
        user, item = users[row["user_id"]], items[row["item_id"]]
        # The last customers have no row in their file.
        known = (20.0 + user, f"City {user % 3}") if user < 35 else (None, None)
        assert (row["user_age"], row["user_city"]) == known
        assert row["item_price"] == {1: item * 1000.0, 3: item + 0.5}.get(item % 4)
        assert (row["item_weight"], row["item_name"]) == (item / 4, f"Article {item}")
        assert row["item_tags"] == (";".join(("kitchen", "garden", "bath")[: item % 4]) or None)


def test_rows_are_in_the_order_of_items_then_users(shop: Shop, table: pq.ParquetFile) -> None:
    prepared = shop(SplitSettings())
    found = [
        (prepared.item_columns[row["item_id"]], prepared.user_rows[row["user_id"]]) for row in table.read().to_pylist()
    ]
    assert found == sorted(found)


def test_rows_are_written_in_groups_of_bounded_size(
    tmp_path: Path, events: list[Event], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.data.outputs.folder.ROWS_AT_ONCE", 16)
    monkeypatch.setattr("bakeoff.data.outputs.autopilot.ROWS_PER_GROUP", 50)
    prepared = prepare_events(tmp_path, events)
    path = layout.AUTOPILOT_TABLE.format("train")
    written = pq.ParquetFile(prepared.folder / path)
    sizes = [written.metadata.row_group(number).num_rows for number in range(written.num_row_groups)]
    assert len(sizes) >= 4
    assert all(50 <= size < 50 + 16 + 40 for size in sizes[:-1])
    expected = pq.read_table(shop(SplitSettings()).folder / path)
    assert written.read().to_pylist() == expected.to_pylist()


def test_nothing_else_depends_on_how_many_rows_are_read_at_once(
    tmp_path: Path, events: list[Event], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.data.outputs.folder.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("bakeoff.data.reading.ROWS_AT_ONCE", 2)
    assert prepare_events(tmp_path, events).manifest["files"] == shop(SplitSettings()).manifest["files"]


def test_of_many_rows_a_seeded_sample_is_taken_the_same_every_time(tmp_path: Path, events: list[Event]) -> None:
    kept = brute_force.newest_of_pairs(events)
    below = sample_below(len(kept), most=100)
    assert below is not None
    expected = {event[:2] for event in kept if brute_force.row_key(event, seed=42) < below}
    assert 70 < len(expected) < 130
    again = [
        prepare_events(tmp_path / name, order, max_autopilot_rows=100)
        for name, order in (("one", events), ("other", events[::-1]))
    ]
    found = set()
    for part in PARTS:
        one, other = (pq.read_table(made.folder / layout.AUTOPILOT_TABLE.format(part)).to_pylist() for made in again)
        assert one == other
        found |= {(row["user_id"], row["item_id"]) for row in one}
    assert found == expected


@pytest.mark.parametrize(
    ("n_rows", "most", "below"),
    [(100, 100, None), (99, 100, None), (200, 100, "80000000"), (400, 100, "40000000"), (10**9, 1, "00000004")],
)
def test_key_below_which_rows_are_sampled_is_their_share_of_all_keys(n_rows: int, most: int, below: str | None) -> None:
    assert sample_below(n_rows, most=most) == below


def test_specifications_are_in_sagemakers_form_and_name_columns_of_the_table(shop: Shop, table: pq.ParquetFile) -> None:
    for name in ("all", "selected", "leaking"):
        told = specification(shop(SplitSettings()), name)
        assert set(told) == {"FeatureAttributeNames", "FeatureDataTypes"}
        assert told["FeatureAttributeNames"] == list(told["FeatureDataTypes"])
        assert set(told["FeatureAttributeNames"]) <= set(table.schema_arrow.names) - {"rating", "user_id", "item_id"}
        assert set(told["FeatureDataTypes"].values()) <= {"numeric", "categorical", "text", "datetime"}


def test_what_leaks_is_in_the_leaking_specification_only(shop: Shop) -> None:
    prepared = shop(SplitSettings())
    names = {name: specification(prepared, name)["FeatureAttributeNames"] for name in ("all", "selected", "leaking")}
    assert names["all"] == [*STATISTICS, *TASTES, *USER_COLUMNS, *ITEM_COLUMNS[:-1]]
    assert names["leaking"] == [*names["all"], "item_sold later"]
    assert names["selected"] == [*STATISTICS, *TASTES, *USER_COLUMNS, "item_weight", "item_colour"]


def test_reasons_of_the_choice_are_written_beside(shop: Shop) -> None:
    columns = json.loads((shop(SplitSettings()).folder / layout.AUTOPILOT_COLUMNS).read_text(encoding="utf-8"))
    assert list(columns) == [*USER_COLUMNS, *ITEM_COLUMNS]
    assert columns["item_sold later"]["why"] == "leaking: collected after the interactions"
    assert columns["item_price"]["selected"] is False
    assert columns["user_city"] == {
        "column": "city",
        "type": "category",
        "dataType": "categorical",
        "missingShare": columns["user_city"]["missingShare"],
        "distinct": 3,
        "leaking": False,
        "selected": True,
        "why": columns["user_city"]["why"],
    }
