"""The whole preparation: the prepared folder's files against the raw ratings, and what stops it."""

import csv
import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.errors import DataError
from tests.support.small_data import FILMS, UNRATED_FILMS, USERS, SmallData, write_atomic, write_csv

SETTINGS = PreparationSettings(dataset="small")


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rows_of(prepared: Prepared, part: str) -> set[tuple[str, str, float, int]]:
    matrix = getattr(prepared, part)
    return {
        (prepared.users[u], prepared.items[i], v, t)
        for u, i, v, t in zip(
            matrix.rows.tolist(),
            matrix.indices.tolist(),
            matrix.values.tolist(),
            matrix.timestamps.tolist(),
            strict=True,
        )
    }


def test_parts_hold_every_rating_once(prepared: Prepared, data: SmallData) -> None:
    parts = [rows_of(prepared, part) for part in layout.PARTS]
    assert set.union(*parts) == {(r.user, r.item, r.value, r.timestamp) for r in data.ratings}
    assert sum(len(part) for part in parts) == len(data.ratings)


def test_manifest_counts_and_lists_every_file(prepared: Prepared, data: SmallData) -> None:
    manifest = prepared.manifest
    counts = manifest["counts"]
    assert (counts["users"], counts["items"], counts["interactions"]) == (USERS, FILMS, len(data.ratings))
    assert counts["train"] + counts["validation"] + counts["test"] == len(data.ratings)
    assert counts["candidates"] <= FILMS - UNRATED_FILMS
    assert manifest["testUsers"] == counts["testUsers"] == len(prepared.test_users)
    told = ("format", "dataset", "mapping", "likedThreshold", "maxHistory")
    assert [manifest[name] for name in told] == [layout.FORMAT, "small", "movielens-imdb", 4.0, 200]
    assert manifest["engine"] == {"engine": "duckdb", "version": version("duckdb")}
    assert manifest["split"]["strategy"] == "per_user_last_fraction"
    assert manifest["split"]["parameters"] == {
        "test_fraction": 0.2,
        "validation_fraction": 0.1,
        "min_activity": 5,
        "seed": 42,
        "held_out_fraction": 0.2,
    }
    there = {str(path.relative_to(prepared.folder)) for path in prepared.folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) | {"manifest.json"} == there
    for path, entry in manifest["files"].items():
        content = (prepared.folder / path).read_bytes()
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_both_formats_of_the_same_ratings_give_the_same_split(
    tmp_path: Path, data: SmallData, prepared: Prepared
) -> None:
    manifest = prepare_folder(write_atomic(tmp_path / "raw", data), tmp_path / "prepared", SETTINGS)
    assert manifest["split"] == prepared.manifest["split"]
    assert manifest["counts"]["testUsers"] == prepared.manifest["counts"]["testUsers"]


def test_same_raw_data_gives_the_same_bytes(tmp_path: Path, data: SmallData, prepared: Prepared) -> None:
    prepare_folder(write_csv(tmp_path / "raw", data), tmp_path / "prepared", SETTINGS)
    again = (tmp_path / "prepared" / layout.MANIFEST).read_bytes()
    assert again == (prepared.folder / layout.MANIFEST).read_bytes()


def test_documents_stand_in_column_order(prepared: Prepared) -> None:
    assert [document.item_id for document in prepared.documents()] == prepared.items
    assert prepared.items == [str(number) for number in range(1, FILMS + 1)]


def test_personalize_gets_train_and_validation_with_the_split_as_event_type(prepared: Prepared) -> None:
    path = prepared.folder / layout.PERSONALIZE_INTERACTIONS.format(0)
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    assert header == ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"]
    assert {row[3] for row in rows} == {prepared.split_hash[:16]}
    got = {(user, item, float(value), int(timestamp)) for user, item, timestamp, _, value in rows}
    assert got == rows_of(prepared, "train") | rows_of(prepared, "validation")
    assert len(rows) == len(got)


def test_requests_carry_the_known_history_oldest_first_and_ask_beyond_the_seen(prepared: Prepared) -> None:
    requests = json_lines(prepared.folder / layout.REQUEST_HISTORIES)
    known = rows_of(prepared, "train") | rows_of(prepared, "validation")
    seen = defaultdict(set)
    for user, item, value, timestamp in known:
        seen[user].add((item, value, timestamp))
    tested = [prepared.users[row] for row in prepared.test_users]
    assert [request["userId"] for request in requests] == tested
    assert [request["userId"] for request in json_lines(prepared.folder / layout.REQUEST_USERS)] == tested
    for request in requests:
        events = [(event["itemId"], event["value"], event["timestamp"]) for event in request["history"]]
        assert set(events) == seen[request["userId"]]
        assert [time for *_, time in events] == sorted(time for *_, time in events)
        assert request["n"] == 100 + len(events)


def test_test_users_are_those_with_a_liked_test_candidate(prepared: Prepared) -> None:
    candidates = {item for _, item, *_ in rows_of(prepared, "train") | rows_of(prepared, "validation")}
    expected = {user for user, item, value, _ in rows_of(prepared, "test") if value >= 4.0 and item in candidates}
    assert {prepared.users[row] for row in prepared.test_users} == expected
    assert 25 <= len(expected) < USERS


def test_histories_are_cut_to_the_newest_and_the_served_ones_hold_test_events_too(
    tmp_path: Path, data: SmallData
) -> None:
    prepare_folder(write_csv(tmp_path / "raw", data), tmp_path / "prepared", replace(SETTINGS, max_history=7))
    prepared = Prepared.open(tmp_path / "prepared")
    for request in json_lines(prepared.folder / layout.REQUEST_HISTORIES):
        row = prepared.user_rows[request["userId"]]
        newest = [prepared.items[column] for column in prepared.seen(row)[-7:]]
        assert [event["itemId"] for event in request["history"]] == newest
        assert request["n"] == 100 + len(prepared.seen(row))
    everything = prepared.train_and_validation.merge(prepared.test)
    served = [row for path in prepared.manifest["parts"]["histories"] for row in json_lines(prepared.folder / path)]
    assert [row["userId"] for row in served] == prepared.users
    for number, one in enumerate(served):
        newest = [prepared.items[column] for column in everything.items_of(number)[-7:]]
        assert [event["itemId"] for event in one["history"]] == newest


def test_serving_rows_are_cut_into_parts(tmp_path: Path, data: SmallData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "SERVING_ITEMS_PER_PART", 50)
    manifest = prepare_folder(write_csv(tmp_path / "raw", data), tmp_path / "prepared", SETTINGS)
    assert manifest["parts"] == {
        "items": [f"serving/items/part-0000{number}.jsonl" for number in range(3)],
        "histories": ["serving/histories/part-00000.jsonl"],
    }
    rows = [json_lines(tmp_path / "prepared" / path) for path in manifest["parts"]["items"]]
    assert [len(part) for part in rows] == [50, 50, 20]
    assert rows[0][0] == {"itemId": "1", "title": "The Drama of Number 1", "year": 1951, "genres": ["Drama"]}


def test_too_many_rejects_stop_the_preparation_and_leave_no_manifest(tmp_path: Path, data: SmallData) -> None:
    wrong = replace(data, ratings=tuple(replace(rating, value=10.0) for rating in data.ratings))
    with pytest.raises(DataError, match=r"rating out of range.*maxRejectedShare"):
        prepare_folder(write_csv(tmp_path / "raw", wrong), tmp_path / "prepared", SETTINGS)
    assert not (tmp_path / "prepared" / layout.MANIFEST).exists()


def test_too_few_interactions_and_users_are_told_together(tmp_path: Path, data: SmallData) -> None:
    few = replace(data, ratings=data.ratings[:100])
    with pytest.raises(DataError) as raised:
        prepare_folder(write_csv(tmp_path / "raw", few), tmp_path / "prepared", SETTINGS)
    assert "train and validation interactions, at least 1000 are needed" in str(raised.value)
    assert "users with two or more of them, at least 25 are needed" in str(raised.value)


def test_data_without_a_liked_test_item_is_refused(tmp_path: Path, data: SmallData) -> None:
    with pytest.raises(DataError, match=r"0 users with a liked test item \(rated 5\.5 or more\)"):
        prepare_folder(write_csv(tmp_path / "raw", data), tmp_path / "prepared", replace(SETTINGS, liked_threshold=5.5))


def test_folder_that_holds_something_is_refused(tmp_path: Path, data: SmallData) -> None:
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "old.json").write_text("{}")
    with pytest.raises(DataError, match="is not empty"):
        prepare_folder(write_csv(tmp_path / "raw", data), tmp_path / "prepared", SETTINGS)
