"""What Amazon Personalize imports: headers that fit their schemas, rows to be trained on, files of bounded size."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import avro.schema
import pyarrow as pa
import pytest

from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.mapping import Column
from bakeoff.data.outputs.features import Feature
from bakeoff.data.outputs.personalize import write_items, write_users
from bakeoff.data.prepared import Prepared
from bakeoff.data.settings import STRATEGIES, SplitSettings
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import DataError
from local_cloud.personalize.schema_rules import parse_schema
from tests.support.events import Event, prepare_events
from tests.unit.data import brute_force

Shop = Callable[[SplitSettings], Prepared]
TRAINED = ("train", "validation", "validation_fold_in")


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    return header, rows


def schema_of(folder: Path, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((folder / layout.PERSONALIZE_SCHEMA.format(kind)).read_text(encoding="utf-8"))
    return schema


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_interactions_are_those_that_may_be_trained_on_under_the_splits_event_type(
    shop: Shop, events: list[Event], strategy: str
) -> None:
    settings = SplitSettings(strategy=strategy)
    prepared = shop(settings)
    parts = brute_force.split(events, settings)
    header, rows = read_csv(prepared.folder / layout.PERSONALIZE_INTERACTIONS.format(0))
    assert header == ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"]
    assert {row[3] for row in rows} == {prepared.split_hash[:16]}
    expected = [
        [event.user, event.item, str(event.timestamp), prepared.split_hash[:16], str(event.value)]
        for history in brute_force.histories(events, seed=42).values()
        for event in history
        if parts[event] in TRAINED
    ]
    assert rows == expected


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("interactions", layout.PERSONALIZE_INTERACTIONS.format(0)),
        ("items", layout.PERSONALIZE_METADATA.format("items")),
        ("users", layout.PERSONALIZE_METADATA.format("users")),
    ],
)
def test_header_and_cells_fit_the_schema_that_lies_beside(shop: Shop, kind: str, path: str) -> None:
    folder = shop(SplitSettings()).folder
    schema = schema_of(folder, kind)
    header, rows = read_csv(folder / path)
    parsed: Any = avro.schema.parse(json.dumps(schema))
    parse_schema(json.dumps(schema))
    assert [field.name for field in parsed.fields] == header
    read = {"string": str, "long": int, "float": float}
    for row in rows:
        for field, cell in zip(schema["fields"], row, strict=True):
            nullable = isinstance(field["type"], list)
            assert nullable or cell
            if cell:
                read[field["type"][-1] if nullable else field["type"]](cell)


def test_metadata_of_items_leaves_out_dates_what_leaks_and_all_texts_but_the_plot(shop: Shop) -> None:
    prepared = shop(SplitSettings())
    header, rows = read_csv(prepared.folder / layout.PERSONALIZE_METADATA.format("items"))
    assert header == ["ITEM_ID", "BLURB", "PRICE", "WEIGHT", "COLOUR", "TAGS", "ITEM_NAME"]
    assert [row[0] for row in rows] == prepared.items
    found = {row[0]: row[1:] for row in rows}
    assert found["3"][:-1] == ['Called "3", it is blue.', "3.5", "0.75", "green", "kitchen|garden|bath"]
    assert found["a|2"][:-1] == ['Called "2", it is blue.', "", "0.5", "red", "kitchen|garden"]
    titles = {document.item_id: document.title for document in prepared.documents()}
    assert {item: cells[-1] for item, cells in found.items()} == titles
    kinds = {field["name"]: set(field) - {"name", "type"} for field in schema_of(prepared.folder, "items")["fields"]}
    assert kinds["BLURB"] == {"textual"}
    assert kinds["COLOUR"] == kinds["TAGS"] == {"categorical"}
    assert kinds["ITEM_NAME"] == {"itemName"}


def test_every_item_can_be_asked_for_what_is_alike(shop: Shop) -> None:
    prepared = shop(SplitSettings())
    lines = (prepared.folder / layout.REQUEST_ITEMS).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"itemId": item} for item in prepared.items]


def document(item_id: str, title: str = "", *, genres: tuple[str, ...] = (), year: int | None = None) -> Document:
    return Document(
        item_id=item_id, title=title, year=year, genres=genres, directors=(), writers=(), actors=(), plot=""
    )


def test_items_that_nobody_describes_have_their_genres_and_year_for_a_description(tmp_path: Path) -> None:
    known = [document("1", "Alpha", genres=("Drama", "War"), year=1979), document("2")]
    write_items(FolderWriter(tmp_path), known, [])
    header, rows = read_csv(tmp_path / layout.PERSONALIZE_METADATA.format("items"))
    assert header == ["ITEM_ID", "ITEM_NAME", "ITEM_DESCRIPTION"]
    assert rows == [["1", "Alpha", "Drama, War, 1979."], ["2", "2", ""]]
    fields = parse_schema(json.dumps(schema_of(tmp_path, "items"))).fields
    assert [(one.item_name, one.textual) for one in fields] == [(False, False), (True, False), (False, True)]


def test_metadata_of_users_has_every_user_known_or_not(shop: Shop) -> None:
    prepared = shop(SplitSettings())
    header, rows = read_csv(prepared.folder / layout.PERSONALIZE_METADATA.format("users"))
    assert header == ["USER_ID", "AGE", "CITY"]
    assert [row[0] for row in rows] == prepared.users
    assert dict(zip(prepared.users, rows, strict=True))["36"] == ["36", "", ""]


def test_no_metadata_is_no_file(prepared: Prepared) -> None:
    assert not (prepared.folder / layout.PERSONALIZE_METADATA.format("users")).exists()
    assert not (prepared.folder / layout.PERSONALIZE_SCHEMA.format("users")).exists()


def test_rows_are_cut_into_files_that_each_begin_with_the_header(
    tmp_path: Path, events: list[Event], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "PERSONALIZE_ROWS_PER_PART", 100)
    monkeypatch.setattr("bakeoff.data.outputs.folder.ROWS_AT_ONCE", 64)
    prepared = prepare_events(tmp_path, events)
    whole_header, whole = read_csv(shop(SplitSettings()).folder / layout.PERSONALIZE_INTERACTIONS.format(0))
    paths = sorted((prepared.folder / "personalize" / "interactions").iterdir())
    assert [path.name for path in paths] == [f"part-{number:05d}.csv" for number in range(len(whole) // 100 + 1)]
    parts = [read_csv(path) for path in paths]
    assert all(header == whole_header for header, _ in parts)
    assert [len(rows) for _, rows in parts[:-1]] == [100] * (len(parts) - 1)
    assert [row for _, rows in parts for row in rows] == whole


def feature(name: str, kind: Any, cells: list[Any], *, separator: str = ",") -> Feature:
    values = pa.array(cells, pa.float64() if kind in ("number", "money") else pa.string())
    return Feature(column=Column(column=name, type=kind, separator=separator), values=values, selected=True, why="")


def test_columns_whose_names_become_one_are_refused_with_both_names_shown(tmp_path: Path) -> None:
    columns = [feature("net price", "number", [1.0]), feature("net_price", "number", [2.0])]
    with pytest.raises(DataError, match=r"would refuse the Items file: .*NET_PRICE is there twice.*in the mapping"):
        write_items(FolderWriter(tmp_path), [document("1")], columns)


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("Items", "item_id", "ITEM_ID is there twice"),
        ("Users", "user-id", "USER_ID is there twice"),
        ("Items", "item name", "ITEM_NAME is there twice"),
        ("Items", "Größe?", None),
        ("Items", "??", "is no name for a field"),
    ],
)
def test_names_that_personalize_reserves_or_cannot_read_are_refused(
    tmp_path: Path, kind: str, name: str, told: str | None
) -> None:
    columns = [feature(name, "number", [1.0])]

    def write() -> None:
        if kind == "Users":
            write_users(FolderWriter(tmp_path), ["1"], columns)
        else:
            write_items(FolderWriter(tmp_path), [document("1")], columns)

    if told is None:
        write()
        assert read_csv(tmp_path / layout.PERSONALIZE_METADATA.format("items"))[0][:2] == ["ITEM_ID", "GR_E"]
    else:
        with pytest.raises(DataError, match=told):
            write()


def test_more_columns_than_personalize_takes_are_refused(tmp_path: Path) -> None:
    columns = [feature(f"c{number}", "number", [1.0]) for number in range(26)]
    with pytest.raises(DataError, match="there are 26 columns of metadata; 1 to 25 may be"):
        write_users(FolderWriter(tmp_path), ["1"], columns)


def test_cells_are_cut_to_what_personalize_takes_and_cleaned_of_its_separator(tmp_path: Path) -> None:
    columns = [
        feature("category", "category", ["a|b\nc", "x" * 1001, None]),
        feature("list", "list", [" a ; b;;c ", ";".join(["y" * 99] * 11), None], separator=";"),
        feature("plot", "text", ["two\r\nlines", "z" * 20_001, None]),
        feature("notes", "text", ["left out"] * 3),
    ]
    write_items(FolderWriter(tmp_path), [document(number, "T") for number in "123"], columns, text_column="plot")
    header, rows = read_csv(tmp_path / layout.PERSONALIZE_METADATA.format("items"))
    assert header == ["ITEM_ID", "CATEGORY", "LIST", "PLOT", "ITEM_NAME"]
    assert rows[0] == ["1", "a b c", "a|b|c", "two lines", "T"]
    assert [len(cell) for cell in rows[1][1:-1]] == [1000, 999, 20_000]
    assert rows[2] == ["3", "", "", "", "T"]
