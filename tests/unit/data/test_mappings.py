"""Mappings of one's own, end to end: events in Parquet, gzipped CSV with ISO dates, and each fault's sentence."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bakeoff.data.mappings import choose_mapping, known_mappings, parse_mapping
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.errors import ConfigurationError, DataError

N_USERS, N_ITEMS = 30, 20
DAY = 86_400
EVENTS = """
title = "A shop's events"

[interactions]
source = { file = "events-*.parquet" }
user = "visitor"
item = "sku"
event = "kind"
weights = { view = 1, cart = 3, buy = 5 }
timestamp = "at"
liked_threshold = 3
repeats = "strongest"

[items]
source = { file = "articles.parquet" }
id = "sku"
fields = { title = { columns = ["name"] } }
columns = [{ column = "price", type = "number" }, { column = "listed", type = "date" }]
"""
ISO = """
title = "Books"

[interactions]
source = { file = "loans.csv.gz", separator = ";", encoding = "latin-1" }
user = "reader"
item = "book"
value = "stars"
timestamp = "on"
timestamp_format = "iso"
value_range = [1, 5]
liked_threshold = 4.0

[items]
source = { file = "books.csv.gz", separator = ";", encoding = "latin-1" }
id = "book"
fields = { title = { columns = ["name"] }, genres = { columns = ["shelf"], separator = "/" } }

[users]
source = { file = "readers.csv.gz", separator = ";", encoding = "latin-1" }
id = "reader"
columns = [{ column = "born", type = "number" }, { column = "town", type = "category" }]
"""


def prepared(folder: Path, mapping: str, **settings: Any) -> Prepared:
    path = folder.parent / "mine.toml"
    path.write_text(mapping, encoding="utf-8")
    lenient: dict[str, Any] = {"min_interactions": 1, "min_users": 1, **settings}
    prepare_folder(
        folder, folder.parent / "prepared", PreparationSettings(dataset="mine", mapping=str(path), **lenient)
    )
    return Prepared.open(folder.parent / "prepared")


def values_of(prepared: Prepared, user: str) -> dict[str, float]:
    """Value by item of all parts."""
    row = prepared.users.index(user)
    return {
        prepared.items[column]: value
        for part in (prepared.train, prepared.validation, prepared.test)
        for column, value in zip(part.items_of(row), part.values[part.span(row)].tolist(), strict=True)
    }


def day_of(user: int, item: int) -> int:
    """Another order of the items for each user, so that what is tested for one is trained on for another."""
    return (item * 7 + user * 3) % 60


def write_events(folder: Path, *, kinds: tuple[str, ...] = ("view", "cart", "buy")) -> Path:
    """Each visitor does something with half of the articles; visitor 1 views article 1 ten times after buying it."""
    folder.mkdir()
    rows = [
        (
            user,
            f"a{item}",
            kinds[(user + item) % len(kinds)],
            datetime.fromtimestamp(DAY * (100 + day_of(user, item)), UTC),
        )
        for user in range(N_USERS)
        for item in range(user % 2, N_ITEMS, 2)
    ]
    rows.append((1, "a1", kinds[-1], datetime.fromtimestamp(DAY * 90, UTC)))
    rows += [(1, "a1", kinds[0], datetime.fromtimestamp(DAY * (200 + again), UTC)) for again in range(10)]
    visitors, articles, kinds_seen, times = zip(*rows, strict=True)
    at = pa.array(times, pa.timestamp("us", tz="UTC"))
    pq.write_table(
        pa.table({"visitor": pa.array(visitors, pa.int64()), "sku": articles, "kind": kinds_seen, "at": at}),
        folder / "events-2024.parquet",
    )
    skus = [f"a{item}" for item in range(N_ITEMS)]
    catalogue = {
        "sku": skus,
        "name": [f"Article {item}" for item in range(N_ITEMS)],
        "price": [item / 2 if item else None for item in range(N_ITEMS)],
        "listed": [date(2020, 1, 1 + item) for item in range(N_ITEMS)],
    }
    pq.write_table(pa.table(catalogue), folder / "articles.parquet")
    return folder


def write_books(folder: Path, *, on: Callable[[int], str]) -> Path:
    """Each reader rates half of the books; `on` writes a day's number as a date."""
    folder.mkdir()
    loans = [
        f"r{user};{item};{1 + (user + item) % 5};{on(day_of(user, item))}"
        for user in range(N_USERS)
        for item in range(user % 2, N_ITEMS, 2)
    ]
    books = [f'{item};"Bücher; Band {item}";Krimi/Düsteres' for item in range(N_ITEMS)]
    readers = [f"r{user};{1960 + user};Köln" for user in range(0, N_USERS, 2)]
    for name, header, lines in (
        ("loans", "reader;book;stars;on", loans),
        ("books", "book;name;shelf", books),
        ("readers", "reader;born;town", readers),
    ):
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join([header, *lines, ""]).encode("latin-1")))
    return folder


def test_events_in_parquet_get_their_weights_and_the_strongest_counts(tmp_path: Path) -> None:
    made = prepared(write_events(tmp_path / "raw"), EVENTS)
    of_one = values_of(made, "1")
    assert of_one["a1"] == 5.0, "bought, and viewed ten times since"
    assert set(of_one.values()) == {1.0, 3.0, 5.0}
    assert made.liked_threshold == 3.0
    assert made.manifest["mapping"] == "mine"
    assert made.manifest["counts"]["interactions"] == N_USERS * N_ITEMS // 2
    assert made.manifest["rejects"] == {"older duplicate of user and item": 11}
    assert int(made.train.timestamps.min()) == DAY * 100


def test_the_configured_threshold_goes_before_the_mappings(tmp_path: Path) -> None:
    assert prepared(write_events(tmp_path / "raw"), EVENTS, liked_threshold=5.0).liked_threshold == 5.0


def test_the_columns_of_parquet_keep_their_kinds(tmp_path: Path) -> None:
    made = prepared(write_events(tmp_path / "raw"), EVENTS)
    columns = json.loads((made.folder / "autopilot" / "columns.json").read_text())
    assert columns["item_price"]["dataType"] == "numeric"
    assert columns["item_listed"]["dataType"] == "datetime"
    table = pq.read_table(made.folder / "autopilot" / "train" / "part-00000.parquet").to_pydict()
    price = dict(zip(table["item_id"], table["item_price"], strict=True))
    assert (price["a4"], price["a0"]) == (2.0, None)
    assert dict(zip(table["item_id"], table["item_listed"], strict=True))["a4"] == "2020-01-05"


def test_events_without_a_weight_are_rejected_and_too_many_of_them_stop(tmp_path: Path) -> None:
    folder = write_events(tmp_path / "raw", kinds=("view", "cart", "share", "buy"))
    with pytest.raises(DataError, match=r"event type without a weight.*for example.*share"):
        prepared(folder, EVENTS)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S.%fZ"], ids=str)
def test_gzipped_latin_1_with_iso_dates_and_users(tmp_path: Path, form: str) -> None:
    def on(day: int) -> str:
        return datetime.fromtimestamp(DAY * (19_000 + day), UTC).strftime(form)

    made = prepared(write_books(tmp_path / "raw", on=on), ISO)
    assert made.manifest["rejects"] == {}
    assert made.manifest["counts"]["interactions"] == N_USERS * N_ITEMS // 2
    assert int(made.train.timestamps.min()) == DAY * 19_000
    [film] = [document for document in made.documents() if document.item_id == "3"]
    assert (film.title, film.genres) == ("Bücher; Band 3", ("Krimi", "Düsteres"))
    columns = json.loads((made.folder / "autopilot" / "columns.json").read_text())
    assert {name: columns[name]["missingShare"] for name in columns} == {"user_born": 0.5, "user_town": 0.5}
    table = pq.read_table(made.folder / "autopilot" / "train" / "part-00000.parquet").to_pydict()
    assert dict(zip(table["user_id"], table["user_town"], strict=True))["r2"] == "Köln"
    users = (made.folder / "personalize" / "users" / "part-00000.csv").read_text(encoding="utf-8").splitlines()
    assert users[:2] == ["USER_ID,BORN,TOWN", "r0,1960.0,Köln"]


@pytest.mark.parametrize("on", ["2024-02-30x", "31.05.2024", "2024-13-01", "2024-01-01T25:00:00Z", "1714867200"])
def test_what_is_no_iso_date_is_rejected(tmp_path: Path, on: str) -> None:
    folder = write_books(tmp_path / "raw", on=lambda day: on)
    with pytest.raises(DataError, match="unreadable timestamp"):
        prepared(folder, ISO)


def test_milliseconds_are_told_by_the_mapping(tmp_path: Path) -> None:
    folder = write_books(tmp_path / "raw", on=lambda day: str(DAY * (19_000 + day) * 1000 + 999))
    made = prepared(folder, ISO.replace('"iso"', '"milliseconds"'))
    assert int(made.train.timestamps.min()) == DAY * 19_000
    assert made.manifest["rejects"] == {}


def test_auto_finds_the_mapping_by_the_file_of_interactions() -> None:
    names = {mapping.name for mapping in known_mappings()}
    assert names >= {"movielens-atomic", "movielens-imdb"}
    assert choose_mapping(["ml.inter", "ml.item"], folder="x").name == "movielens-atomic"
    assert choose_mapping(["ratings.csv"], folder="x").name == "movielens-imdb"
    assert choose_mapping(["nothing"], name="movielens-imdb", folder="x").name == "movielens-imdb"
    with pytest.raises(DataError, match="x holds interactions in several formats"):
        choose_mapping(["ml.inter", "ratings.csv"], folder="x")
    with pytest.raises(DataError, match=r"x holds no interactions in a known format \(there is nothing\)"):
        choose_mapping([], folder="x")


def test_several_files_for_one_name_are_refused(tmp_path: Path) -> None:
    folder = write_events(tmp_path / "raw")
    (folder / "events-2025.parquet").write_bytes((folder / "events-2024.parquet").read_bytes())
    with pytest.raises(DataError, match=r"events-\*\.parquet is 2 files: events-2024\.parquet, events-2025\.parquet"):
        prepared(folder, EVENTS)


FAULTS = {
    "a missing key": ('user = "visitor"', "", "interactions.user is missing."),
    "an unknown key": ('user = "visitor"', 'user = "visitor"\nusr = "x"', "interactions.usr is unknown; known: source"),
    "another type": ("liked_threshold = 3", 'liked_threshold = "3"', "interactions.liked_threshold is '3'; it must be"),
    "no table": ('source = { file = "articles.parquet" }', 'source = "x"', "items.source is 'x'; it must be a table."),
    "no such word": (
        '"strongest"',
        '"oldest"',
        "interactions.repeats is 'oldest'; it must be one of newest, strongest",
    ),
    "neither value nor event": ('event = "kind"', "", "interactions needs either value"),
    "value and event": ('event = "kind"', 'event = "kind"\nvalue = "v"', "not both."),
    "no weights": ("weights = { view = 1, cart = 3, buy = 5 }", "", "interactions.weights is missing"),
    "a weight that is no number": ("view = 1", 'view = "1"', "interactions.weights.view is '1'; it must be a number."),
    "a range upside down": ('at"', 'at"\nvalue_range = [5, 1]', "interactions.value_range is 5.0 to 1.0"),
    "a range of three": (
        'at"',
        'at"\nvalue_range = [1, 2, 3]',
        "interactions.value_range has 3 entries; it must have 2",
    ),
    "an unknown field": ("title = { columns", "titel = { columns", "items.fields.titel is unknown; known: title, year"),
    "a reserved name": ('column = "price"', 'column = "TIMESTAMP"', "the column TIMESTAMP has a name that Amazon"),
    "a type of column": (
        '"number"',
        '"numeric"',
        "items.columns[0].type is 'numeric'; it must be one of number, money",
    ),
    "a stranger": ('id = "sku"', 'id = "sku"\nselected = ["size"]', "items.selected names size, which is none of"),
    "no list": ('columns = ["name"]', 'columns = "name"', "items.fields.title.columns is 'name'; it must be a list."),
    "no TOML": ("[items]", "[items", "not TOML: "),
}


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_mapping_has_its_sentence(old: str, new: str, sentence: str) -> None:
    assert old in EVENTS
    with pytest.raises(ConfigurationError, match=r"the mapping mine\.toml has 1 fault") as raised:
        parse_mapping(EVENTS.replace(old, new, 1), name="mine")
    assert sentence in raised.value.faults[0]


def test_all_faults_of_a_mapping_are_named_at_once() -> None:
    text = EVENTS.replace('title = "A shop\'s events"', "").replace('user = "visitor"', "").replace("3\n", "true\n", 1)
    with pytest.raises(ConfigurationError) as raised:
        parse_mapping(text, name="mine")
    assert len(raised.value.faults) == 3


def test_a_mapping_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(EVENTS, encoding="utf-8")
    assert choose_mapping([], name=str(path), folder="x").title == "A shop's events"
    with pytest.raises(ConfigurationError, match=r"gone\.toml has 1 fault.*\n.*it cannot be read"):
        choose_mapping([], name=str(tmp_path / "gone.toml"), folder="x")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="it cannot be read"):
        choose_mapping([], name=str(path), folder="x")
