"""The preparation as one would write it in pandas: vectorised, all in memory; what `make bench-data` compares with.

It reads the four files of MovieLens and IMDb and writes what `bakeoff.data.run` writes under the default settings,
without the few kilobytes that describe it (schemas, feature specifications, most of the manifest). It takes ids for
numbers, which is quicker in pandas and right for these files. Cells are read by the functions of `bakeoff.data.fields`.

python -m bench.data_in_pandas RAW_FOLDER PREPARED_FOLDER
"""

import hashlib
import io
import json
import sys
from collections.abc import Iterable
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bakeoff.contracts.naming import event_type
from bakeoff.contracts.personalize import ITEM_NAME, LONGEST_CATEGORY, LONGEST_NAME, LONGEST_TEXT, field_name
from bakeoff.data import layout, rejects
from bakeoff.data.definition.interactions import FOLDS, LATEST_TIMESTAMP
from bakeoff.data.definition.split import TEST, TRAIN, VALIDATION
from bakeoff.data.definition.statistics import SCALE
from bakeoff.data.documents import Document
from bakeoff.data.fields import names, persons, text, title_and_year, year
from bakeoff.data.mapping import Column, DataMapping
from bakeoff.data.mappings import choose_mapping
from bench.data_settings import SETTINGS

RATINGS, MOVIES, LINKS, IMDB = "ratings.csv", "movies.csv", "links.csv", "IMDb movies.csv"
NUMBERS = ("number", "money")


def main(raw: Path, prepared: Path) -> None:
    mapping = choose_mapping([RATINGS], folder=str(raw))
    items, rejected_items = read_items(raw, mapping)
    kept, rejected = read_ratings(raw, items)
    for folder in (layout.USERS, layout.DOCUMENTS, layout.PERSONALIZE_INTERACTIONS, layout.REQUEST_USERS):
        (prepared / folder).parent.mkdir(parents=True, exist_ok=True)
    write_rejects(prepared, [*rejected_items, *rejected])
    user_ids = np.sort(kept["user"].unique())
    rows = split(kept, user_ids, items)
    del kept
    tested = test_users(rows, user_ids)
    write_matrices(prepared, rows, len(user_ids))
    split_hash = write_split(prepared, rows, user_ids, items)
    write_interactions(prepared, rows, split_hash)
    write_histories(prepared, rows, user_ids, tested)
    write_items(prepared, items, mapping)
    features = clean(items, mapping.items.columns)
    write_item_requests(prepared, items)
    write_personalize_items(prepared, items, features, mapping)
    write_autopilot(prepared, rows, user_ids, items["movieId"], features)


def read_items(raw: Path, mapping: DataMapping) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The catalogue, ordered by id, and the rejected rows."""
    as_text: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_values": [""]}
    movies = pd.read_csv(raw / MOVIES, **as_text)
    movies["movieId"] = pd.to_numeric(movies["movieId"]).astype("Int64")
    missing = movies["movieId"].isna()
    repeated = movies["movieId"].duplicated() & ~missing
    rejected = [(MOVIES, rejects.MISSING_ITEM, "")] * int(missing.sum())
    rejected += [(MOVIES, rejects.DUPLICATE_ITEM, str(item)) for item in movies.loc[repeated, "movieId"]]
    movies = movies[~missing & ~repeated].astype({"movieId": "int64"}).sort_values("movieId")
    links = pd.read_csv(raw / LINKS, usecols=["movieId", "imdbId"], dtype={"imdbId": str})
    links["imdb"] = _digits(links.pop("imdbId"))
    imdb = pd.read_csv(raw / IMDB, usecols=lambda name: name not in movies.columns, **as_text)
    imdb["imdb"] = _digits(imdb.pop("imdb_title_id"))
    items = movies.merge(links.drop_duplicates("movieId"), on="movieId", how="left")
    items = items.merge(imdb.dropna(subset="imdb").drop_duplicates("imdb"), on="imdb", how="left")
    return items, rejected


def _digits(ids: "pd.Series[str]") -> "pd.Series[str]":
    return ids.str.replace("^[^1-9]+", "", regex=True).replace("", None)


def read_ratings(raw: Path, items: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The usable ratings, one for each user and item, and the rejected rows."""
    malformed: list[str] = []

    def note(row: Any) -> str:
        malformed.append(row.text)
        return "skip"

    frame = pd.read_csv(
        raw / RATINGS,
        engine="pyarrow",
        dtype_backend="pyarrow",
        on_bad_lines=note,
        keep_default_na=False,
        na_values=[""],
    )
    rejected = [(RATINGS, rejects.WRONG_NUMBER_OF_FIELDS, line) for line in malformed]
    value, timestamp = _numbers(frame["rating"].astype("category")), pd.to_numeric(frame["timestamp"], errors="coerce")
    value, timestamp = value.to_numpy("float64", na_value=np.nan), timestamp.to_numpy("float64", na_value=np.nan)
    rules = [
        (frame["userId"].isna(), rejects.MISSING_USER),
        (frame["movieId"].isna(), rejects.MISSING_ITEM),
        (np.isnan(value), rejects.UNREADABLE_VALUE),
        ((value < 0.5) | (value > 5), rejects.VALUE_OUT_OF_RANGE),
        (np.isnan(timestamp), rejects.UNREADABLE_TIMESTAMP),
        ((timestamp <= 0) | (timestamp >= LATEST_TIMESTAMP), rejects.TIMESTAMP_OUT_OF_RANGE),
    ]
    broken = np.zeros(len(frame), bool)
    for rule, reason in rules:
        here = np.asarray(rule, bool) & ~broken
        rejected += _records(frame[here], reason)
        broken |= here
    usable = frame.loc[~broken, ["userId", "movieId"]].astype("int64").set_axis(["user", "item"], axis=1)
    usable["value"], usable["timestamp"] = value[~broken].astype("float32"), timestamp[~broken].astype("int64")
    del frame, value, timestamp
    known = usable["item"].isin(items["movieId"])
    rejected += _records(usable.loc[~known, ["user", "item", "timestamp"]], rejects.UNKNOWN_ITEM)
    usable = usable[known]
    several = usable[usable.duplicated(["user", "item"], keep=False)]
    newest_last = several.sort_values(["timestamp", "value"])
    older = newest_last[newest_last.duplicated(["user", "item"], keep="last")]
    rejected += _records(older[["user", "item", "timestamp"]], rejects.OLDER_DUPLICATE)
    return usable.drop(older.index), rejected


def _numbers(texts: "pd.Series[Any]") -> "pd.Series[float]":
    """Few distinct texts as numbers."""
    distinct = pd.to_numeric(pd.Series(texts.cat.categories.astype(object)), errors="coerce")
    return pd.Series(distinct.reindex(texts.cat.codes).to_numpy())


def _records(frame: pd.DataFrame, reason: str) -> list[tuple[str, str, str]]:
    texts = frame.astype(object).where(frame.notna(), "").astype(str)
    return [(RATINGS, reason, ",".join(row)) for row in texts.itertuples(index=False, name=None)]


def write_rejects(prepared: Path, rejected: list[tuple[str, str, str]]) -> None:
    table = pd.DataFrame(rejected, columns=list(rejects.COLUMNS)).sort_values(list(rejects.COLUMNS))
    table = table.groupby(["file", "reason"]).head(rejects.MOST_RECORDS)
    table.to_csv(prepared / layout.REJECTS, index=False)


def split(kept: pd.DataFrame, user_ids: np.ndarray, items: pd.DataFrame) -> pd.DataFrame:
    """The rows by user, oldest first, each with its part and fold."""
    settings = SETTINGS.split
    # Of every row, not of tied ones alone: the fold is a part of it.
    pairs = zip(kept["user"].tolist(), kept["item"].tolist(), strict=True)
    keys = b"".join([md5(f"{settings.seed}\n{user}\n{item}".encode()).digest()[:4] for user, item in pairs])
    rows = kept.assign(
        user_row=np.searchsorted(user_ids, kept["user"]).astype("int32"),
        item_column=pd.Index(items["movieId"]).get_indexer(kept["item"]).astype("int32"),
        key=np.frombuffer(keys, ">u4").astype("uint32"),
    )
    rows = rows.sort_values(["user_row", "timestamp", "key", "item_column"], ignore_index=True)
    rows["fold"] = (rows.pop("key") % 16 % FOLDS).astype("int8")
    of_user = rows.groupby("user_row")["item_column"]
    n = of_user.transform("size")
    age = n - of_user.cumcount()
    n_test = np.maximum(np.floor(n * settings.test_fraction + 1e-9), 1)
    n_validation = np.maximum(np.floor(n * settings.validation_fraction + 1e-9), 1)
    part = np.select(
        [n < settings.min_activity, age <= n_test, age <= n_test + n_validation], [TRAIN, TEST, VALIDATION]
    )
    rows["part"] = part.astype("int8")
    return rows


def test_users(rows: pd.DataFrame, user_ids: np.ndarray) -> np.ndarray:
    """Whether each user is tested."""
    known, held_out = rows[rows["part"] != TEST], rows[rows["part"] == TEST]
    liked = held_out[(held_out["value"] >= 4) & held_out["item"].isin(known["item"].unique())]
    activity = rows["user_row"].value_counts()
    able = activity.index[activity >= SETTINGS.split.min_activity].intersection(known["user_row"].unique())
    able = able.intersection(liked["user_row"].unique())
    keys = {row: md5(f"{SETTINGS.split.seed}\n{user_ids[row]}".encode()).hexdigest() for row in able}
    tested = np.zeros(len(user_ids), bool)
    tested[sorted(keys, key=lambda row: keys[row])[: SETTINGS.max_test_users]] = True
    return tested


def write_matrices(prepared: Path, rows: pd.DataFrame, n_users: int) -> None:
    for number, name in enumerate(layout.PARTS):
        of_part = rows[rows["part"] == number]
        counts = np.bincount(of_part["user_row"], minlength=n_users)
        np.save(prepared / layout.array(name, "indptr"), np.concatenate([[0], counts.cumsum()]))
        np.save(prepared / layout.array(name, "indices"), of_part["item_column"].to_numpy())
        np.save(prepared / layout.array(name, "values"), of_part["value"].to_numpy())
        np.save(prepared / layout.array(name, "timestamps"), of_part["timestamp"].to_numpy())


class Digest(io.RawIOBase):
    """A file that is only hashed."""

    def __init__(self, begin: bytes) -> None:
        self.digest = hashlib.sha256(begin)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.digest.update(content)
        return len(content)


def write_split(prepared: Path, rows: pd.DataFrame, user_ids: np.ndarray, items: pd.DataFrame) -> str:
    """Write the ids; the split's hash."""
    (prepared / layout.USERS).write_text(_json(user_ids.astype(str).tolist()) + "\n")
    (prepared / layout.ITEMS).write_text(_json(items["movieId"].astype(str).tolist()) + "\n")
    digest = Digest(json.dumps(vars(SETTINGS.split), sort_keys=True).encode() + b"\n")
    part = pd.Categorical.from_codes(rows["part"], categories=list(layout.PARTS))
    lines = rows[["user", "item", "value", "timestamp"]].assign(part=part)
    with io.BufferedWriter(digest, 1 << 20) as file:
        lines.to_csv(file, sep="\t", header=False, index=False)
    split_hash = digest.digest.hexdigest()
    (prepared / layout.MANIFEST).write_text(_json({"split": {"hash": split_hash}}))
    return split_hash


def write_interactions(prepared: Path, rows: pd.DataFrame, split_hash: str) -> None:
    trained = rows.loc[rows["part"] != TEST, ["user", "item", "timestamp", "value"]]
    trained.insert(3, "type", event_type(split_hash))
    trained.columns = pd.Index(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"])
    for number, of_file in enumerate(_files(trained, layout.PERSONALIZE_ROWS_PER_PART)):
        of_file.to_csv(prepared / layout.PERSONALIZE_INTERACTIONS.format(number), index=False)


def _files(table: pd.DataFrame, rows: int) -> Iterable[pd.DataFrame]:
    return (table.iloc[start : start + rows] for start in range(0, len(table), rows))


def write_histories(prepared: Path, rows: pd.DataFrame, user_ids: np.ndarray, tested: np.ndarray) -> None:
    value, item = rows["value"].astype("category"), rows["item"].astype("category")
    event = (
        item.cat.rename_categories(lambda one: f'{{"itemId":"{one}","value":').astype(object)
        + value.cat.rename_categories(lambda one: f'{one},"timestamp":').astype(object)
        + rows["timestamp"].astype(str)
        + "}"
    )
    served = _histories(event, rows["user_row"])
    lines = '{"userId":"' + pd.Series(user_ids.astype(str)) + '","history":[' + served + "]}\n"
    (prepared / layout.SERVING_HISTORIES).mkdir(parents=True)
    for number, of_file in enumerate(_files(lines.to_frame(), layout.SERVING_HISTORIES_PER_PART)):
        path = f"{layout.SERVING_HISTORIES}/{layout.SERVING_PART.format(number)}"
        (prepared / path).write_text("".join(of_file[0]))
    known = (rows["part"] != TEST) & tested[rows["user_row"]]
    asked = _histories(event[known], rows.loc[known, "user_row"])
    n = layout.LIST_LENGTH + rows.loc[known, "user_row"].value_counts(sort=False).sort_index()
    user = '{"userId":"' + pd.Series(user_ids.astype(str)).loc[asked.index] + '"'
    requests = user + ',"history":[' + asked + '],"n":' + n.astype(str) + "}\n"
    (prepared / layout.REQUEST_HISTORIES).write_text("".join(requests))
    (prepared / layout.REQUEST_USERS).write_text("".join(user + "}\n"))


def write_item_requests(prepared: Path, items: pd.DataFrame) -> None:
    asked = '{"itemId":"' + items["movieId"].astype(str) + '"}\n'
    (prepared / layout.REQUEST_ITEMS).write_text("".join(asked))


def _histories(event: "pd.Series[str]", user_row: "pd.Series[int]") -> "pd.Series[str]":
    newest = event.groupby(user_row).tail(SETTINGS.max_history)
    return newest.groupby(user_row.loc[newest.index]).agg(",".join)


def write_items(prepared: Path, items: pd.DataFrame, mapping: DataMapping) -> None:
    documents = pd.DataFrame(document.to_json() for document in _documents(items, mapping))
    documents["year"] = documents["year"].astype("Int64")
    lines: dict[str, Any] = {"orient": "records", "lines": True, "force_ascii": False}
    documents.to_json(prepared / layout.DOCUMENTS, **lines)
    (prepared / layout.SERVING_ITEMS).mkdir(parents=True)
    shown = documents[["itemId", "title", "year", "genres"]]
    for number, of_file in enumerate(_files(shown, layout.SERVING_ITEMS_PER_PART)):
        of_file.to_json(prepared / layout.SERVING_ITEMS / layout.SERVING_PART.format(number), **lines)


def _documents(items: pd.DataFrame, mapping: DataMapping) -> Iterable[Document]:
    fields = mapping.items.fields
    columns = ["movieId", "title", "year", "genres", "director", "writer", "actors", "description"]
    cells = items[columns].astype(object).where(items[columns].notna(), None)
    for item, titled, released, genres, directors, writers, actors, plot in cells.itertuples(index=False, name=None):
        title, in_title = title_and_year(text([titled]))
        yield Document(
            item_id=str(item),
            title=title,
            year=year([in_title, released]),
            genres=names([genres], fields["genres"]),
            directors=persons([directors], fields["directors"]),
            writers=persons([writers], fields["writers"]),
            actors=persons([actors], fields["actors"]),
            plot=text([plot]),
        )


def clean(items: pd.DataFrame, columns: Iterable[Column]) -> dict[Column, "pd.Series[Any]"]:
    """The columns that models may use, by what the mapping says of them."""
    found: dict[Column, pd.Series[Any]] = {}
    for column in columns:
        cells = items[column.column].str.strip().replace("", None)
        if column.type == "money":
            dollars = cells.str.startswith("$", na=False)
            cells = cells.where(~dollars, cells.str[1:].str.strip().str.replace(",", ""))
        found[column] = pd.to_numeric(cells, errors="coerce") if column.type in NUMBERS else cells
    return found


def write_personalize_items(
    prepared: Path, items: pd.DataFrame, features: dict[Column, "pd.Series[Any]"], mapping: DataMapping
) -> None:
    table = {"ITEM_ID": items["movieId"]}
    for column, values in features.items():
        used = column.type not in ("text", "date") or column.column in mapping.items.fields["plot"].columns
        if used and not column.leaking:
            table[field_name(column.column)] = values if column.type in NUMBERS else _imported(column, values)
    titles = [title_and_year(text([titled]))[0] for titled in items["title"].astype(object)]
    table[ITEM_NAME] = (
        pd.Series(titles).where(lambda title: title != "", items["movieId"].astype(str)).str[:LONGEST_NAME]
    )
    path = prepared / layout.PERSONALIZE_METADATA.format("items")
    path.parent.mkdir(parents=True)
    pd.DataFrame(table).to_csv(path, index=False)


def _imported(column: Column, values: "pd.Series[str]") -> "pd.Series[str]":
    values = values.str.replace(r"\s+", " ", regex=True)
    if column.type == "text":
        return values.str[:LONGEST_TEXT]
    if column.type == "category":
        return values.str.replace("|", " ").str[:LONGEST_CATEGORY]
    return values.map(lambda cell: _entries(cell, column.separator), na_action="ignore")


def _entries(cell: str, separator: str) -> str:
    entries = [entry for part in cell.split(separator) if (entry := part.strip())]
    while entries and len("|".join(entries)) > LONGEST_CATEGORY:
        entries.pop()
    return "|".join(entries)


def write_autopilot(
    prepared: Path,
    rows: pd.DataFrame,
    user_ids: np.ndarray,
    item_ids: "pd.Series[int]",
    features: dict[Column, "pd.Series[Any]"],
) -> None:
    """The three tables and the statistics; texts are categories, which Parquet writes as dictionaries."""
    table = pd.DataFrame({f"item_{column.column}": values for column, values in features.items()})
    texts = table.select_dtypes(object).columns
    table = table.astype(dict.fromkeys(texts, "category"))
    table.insert(0, "item_id", pd.Categorical(item_ids.astype(str)))
    users = pd.DataFrame({"user_id": pd.Categorical(user_ids.astype(str))})
    rows = rows.assign(scaled=(rows["value"].astype("float64") * SCALE).round().astype("int64"))
    train, known = rows[rows["part"] == TRAIN], rows[rows["part"] != TEST]
    for part, name in enumerate(("train", "validation", "test")):
        of_part = rows[rows["part"] == part]
        joined = of_part[["user_row", "item_column", "value"]].rename(columns={"value": "rating"})
        for kind, key in (("user", "user_row"), ("item", "item_column")):
            if part == TRAIN:
                whole, fold = train.groupby(key)["scaled"], train.groupby([key, "fold"])["scaled"]
                n = whole.transform("size") - fold.transform("size")
                total = whole.transform("sum") - fold.transform("sum")
            else:
                sums = _sums(train if part == VALIDATION else known, key).reindex(of_part[key], fill_value=0)
                n, total = sums["size"].set_axis(of_part.index), sums["sum"].set_axis(of_part.index)
            joined[f"{kind}_interactions"] = n.astype("int32")
            joined[f"{kind}_mean"] = (total / (n * SCALE)).astype("float32")
        joined = joined.join(users, on="user_row").join(table, on="item_column")
        path = prepared / layout.AUTOPILOT_TABLE.format(name)
        path.parent.mkdir(parents=True)
        joined.drop(columns=["user_row", "item_column"]).to_parquet(path, compression="zstd", index=False)
    path = prepared / layout.AUTOPILOT_STATISTICS.format("users")
    path.parent.mkdir(parents=True)
    for kind, key, ids in (("users", "user_row", user_ids), ("items", "item_column", item_ids.to_numpy())):
        facts = {"id": ids.astype(str)}
        for name, of in (("train", train), ("known", known)):
            sums = _sums(of, key).reindex(range(len(ids)), fill_value=0)
            facts |= {
                f"n_{name}": sums["size"],
                f"mean_{name}": (sums["sum"] / (sums["size"] * SCALE)).astype("float32"),
            }
        path = prepared / layout.AUTOPILOT_STATISTICS.format(kind)
        pd.DataFrame(facts).to_parquet(path, compression="zstd", index=False)


def _sums(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows.groupby(key)["scaled"].agg(["size", "sum"])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
