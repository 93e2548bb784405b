"""Synthetic data: the same for the same seed, bad where and as often as it says, and worth learning from."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bakeoff.data.synthetic.bad_rows import MOVIE_KINDS, RATING_KINDS
from bakeoff.data.synthetic.catalogue_files import IMDB_COLUMNS
from bakeoff.data.synthetic.run import synthesize
from bakeoff.data.synthetic.shapes import SHAPES, shape_named
from bakeoff.data.synthetic.users import MOST_ACTIVITY, chunks, make_activity
from bakeoff.errors import DataError

TINY = SHAPES["tiny"]
BAD_SHARE = 0.02
RATINGS = "ratings.csv"


def facts_of(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "SYNTHETIC.json").read_text())
    return facts


def usable_ratings(folder: Path) -> pd.DataFrame:
    """The ratings of a folder without bad rows, each user's by time."""
    frame = pd.read_csv(folder / RATINGS)
    return frame.sort_values(["userId", "timestamp"], kind="stable", ignore_index=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest shape with many bad rows."""
    folder = tmp_path_factory.mktemp("synthetic") / "tiny"
    synthesize(folder, TINY, name="tiny", bad_share=BAD_SHARE)
    return folder


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest shape without bad rows."""
    folder = tmp_path_factory.mktemp("synthetic") / "clean"
    synthesize(folder, TINY, name="tiny", bad_share=0)
    return folder


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    synthesize(tmp_path / "again", TINY, name="tiny", bad_share=BAD_SHARE)
    synthesize(tmp_path / "other", TINY, name="tiny", bad_share=BAD_SHARE, seed=1)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["IMDb movies.csv", "SYNTHETIC.json", "links.csv", "movies.csv", RATINGS]
    assert [(tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes() for name in names] == [True] * 5
    assert [(tmp_path / "other" / name).read_bytes() == (folder / name).read_bytes() for name in names] == [False] * 5


def test_more_users_and_ratings_leave_the_catalogue_as_it_is(folder: Path, tmp_path: Path) -> None:
    synthesize(tmp_path / "more", replace(TINY, users=500, ratings=30_000), name="more", bad_share=BAD_SHARE)
    for name in ("movies.csv", "links.csv", "IMDb movies.csv"):
        assert (tmp_path / "more" / name).read_bytes() == (folder / name).read_bytes()


def kind_of(fields: list[str], newest: dict[tuple[str, str], int], known: set[str]) -> str | None:
    """What is wrong with a row of ratings.csv, by rules written down here once more."""
    if len(fields) != 4:
        return "wrong number of fields"
    user, item, rating, timestamp = fields
    rules: list[tuple[str, Callable[[], bool]]] = [
        ("missing user id", lambda: user == ""),
        ("missing item id", lambda: item == ""),
        ("unreadable rating", lambda: not rating.removeprefix("-").replace(".", "", 1).isdigit()),
        ("rating out of range", lambda: not 0.5 <= float(rating) <= 5),
        ("unreadable timestamp", lambda: not timestamp.removeprefix("-").isdigit()),
        ("timestamp out of range", lambda: int(timestamp) <= 0),
        ("item not in the catalogue", lambda: item not in known),
        ("older duplicate of user and item", lambda: int(timestamp) < newest[user, item]),
    ]
    return next((kind for kind, broken in rules if broken()), None)


def test_every_kind_of_bad_rating_is_there_exactly_as_often_as_the_facts_say(folder: Path) -> None:
    with (folder / RATINGS).open(newline="") as lines:
        header, *rows = csv.reader(lines)
    with (folder / "movies.csv").open(newline="") as lines:
        known = {row[0] for row in csv.reader(lines)}
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        if len(row) == 4 and row[3].isdigit():
            newest[row[0], row[1]] = max(int(row[3]), newest.get((row[0], row[1]), 0))
    found = Counter(kind_of(row, newest, known) for row in rows)
    facts = facts_of(folder)
    assert header == ["userId", "movieId", "rating", "timestamp"]
    assert len(rows) == TINY.ratings == facts["rows"][RATINGS]
    assert found.pop(None) == facts["usableRatings"] == TINY.ratings * (1 - BAD_SHARE)
    assert dict(found) == facts["badRows"][RATINGS]
    assert set(found) == set(RATING_KINDS)
    assert len({len(row) for row in rows}) == 3, "too few fields as well as too many"


def test_every_kind_of_bad_film_is_there_exactly_as_often_as_the_facts_say(folder: Path) -> None:
    movies = pd.read_csv(folder / "movies.csv", dtype=str)
    ids = movies["movieId"].dropna()
    facts = facts_of(folder)
    assert facts["badRows"]["movies.csv"] == {
        "duplicate item id": ids.duplicated().sum(),
        "missing item id": movies["movieId"].isna().sum(),
    }
    assert set(facts["badRows"]["movies.csv"]) == set(MOVIE_KINDS)
    assert (ids.nunique(), len(movies)) == (TINY.items, facts["rows"]["movies.csv"])


def test_without_bad_rows_every_row_can_be_used(clean: Path) -> None:
    ratings = usable_ratings(clean)
    facts = facts_of(clean)
    assert sum(facts["badRows"][RATINGS].values()) + sum(facts["badRows"]["movies.csv"].values()) == 0
    assert ratings.dtypes.astype(str).tolist() == ["int64", "int64", "float64", "int64"]
    assert len(ratings) == TINY.ratings == len(ratings.drop_duplicates(["userId", "movieId"]))
    assert set(ratings["rating"]) == set(np.arange(1, 11) / 2)
    assert ratings["userId"].nunique() == TINY.users
    assert ratings["movieId"].nunique() == facts["itemsWithUsableRatings"]


def test_ratings_are_in_the_order_of_users_and_items(clean: Path) -> None:
    ratings = pd.read_csv(clean / RATINGS)
    assert ratings.equals(ratings.sort_values(["userId", "movieId"], kind="stable"))


def test_the_imdb_table_has_the_columns_and_quirks_of_kaggles(clean: Path) -> None:
    table = pd.read_csv(clean / "IMDb movies.csv", dtype=str)
    assert list(table.columns) == list(IMDB_COLUMNS)
    assert (len(table.columns), len(table)) == (22, TINY.metadata_rows)
    assert table["imdb_title_id"].str.fullmatch(r"tt\d{7}").all()
    assert table["imdb_title_id"].is_unique
    assert table["usa_gross_income"].dropna().str.fullmatch(r"\$ \d+").all()
    assert table["actors"].str.contains(", ").mean() > 0.9
    assert table["description"].str.contains('"').any()
    assert table["description"].str.contains("\n").any()
    assert 150 < table["description"].str.len().mean() < 260
    assert table["metascore"].isna().mean() > 0.5


def test_some_films_have_no_imdb_row_and_some_no_genre(clean: Path) -> None:
    links = pd.read_csv(clean / "links.csv", dtype=str)
    table = pd.read_csv(clean / "IMDb movies.csv", dtype=str)
    movies = pd.read_csv(clean / "movies.csv", dtype=str)
    assert (~("tt" + links["imdbId"]).isin(table["imdb_title_id"])).mean() == pytest.approx(0.06)
    assert links["movieId"].tolist() == movies["movieId"].tolist()
    assert 0.02 < (movies["genres"] == "(no genres listed)").mean() < 0.15
    assert movies["title"].str.contains(r"\(\d{4}\)$").all()


def test_sessions_are_dense_and_days_apart_and_share_timestamps(clean: Path) -> None:
    ratings = usable_ratings(clean)
    gaps = ratings.groupby("userId")["timestamp"].diff().dropna()
    between = gaps[gaps > 3_600]
    assert 0.1 < (gaps == 0).mean() < 0.25
    assert gaps[gaps <= 3_600].median() < 60
    assert between.median() > 86_400
    assert 2 < len(between) / TINY.users < 40


def test_no_film_is_rated_before_its_release(clean: Path) -> None:
    links = pd.read_csv(clean / "links.csv").set_index("movieId")["imdbId"]
    table = pd.read_csv(clean / "IMDb movies.csv", dtype=str)
    table = table[table["date_published"].str.len() == len("2001-01-01")]
    released = pd.to_datetime(table["date_published"]).astype("int64") // 10**9
    released.index = table["imdb_title_id"].str.removeprefix("tt").astype(int)
    first = pd.read_csv(clean / RATINGS).groupby("movieId")["timestamp"].min()
    release = released.reindex(links.loc[first.index]).to_numpy()
    assert (release > first.min()).sum() > 50
    assert not (first.to_numpy() < release).any()


def hits(scores: Any, seen: Any, held_out: Any) -> float:
    """Share of held-out items among the ten best unseen ones."""
    best = np.argsort(-np.where(seen > 0, -np.inf, scores), axis=1)[:, :10]
    return float(np.take_along_axis(held_out, best, axis=1).mean())


def matrices(folder: Path) -> tuple[Any, Any]:
    """Users x items, ones: the older four fifths of each user, and the newest fifth."""
    ratings = usable_ratings(folder)
    user = ratings["userId"].to_numpy() - 1
    item = pd.factorize(ratings["movieId"], sort=True)[0]
    place = ratings.groupby("userId").cumcount() / ratings.groupby("userId")["userId"].transform("size")
    older, newer = np.zeros((2, TINY.users, item.max() + 1))
    older[user[place < 0.8], item[place < 0.8]] = 1
    newer[user[place >= 0.8], item[place >= 0.8]] = 1
    return older, newer


def test_a_linear_model_of_items_beats_popularity(clean: Path) -> None:
    older, newer = matrices(clean)
    together = older.T @ older
    popularity = np.diag(together).copy()
    # EASE (Steck, 2019), in two lines.
    inverse = np.linalg.inv(together + 100 * np.eye(len(together)))
    weights = np.where(np.eye(len(inverse)) > 0, 0, inverse / -np.diag(inverse))
    by_popularity = hits(np.tile(popularity, (TINY.users, 1)), older, newer)
    assert hits(older @ weights, older, newer) > 1.3 * by_popularity
    assert by_popularity > 3 * newer.mean()


def lift(same: Any, seen: Any) -> float:
    """How many more users two films share where `same` is true, among films with 30 users or more."""
    shares = seen.mean(axis=0)
    known = np.outer(seen.sum(axis=0) >= 30, seen.sum(axis=0) >= 30) & ~np.eye(len(shares), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = (seen.T @ seen) / (np.outer(shares, shares) * len(seen))
    return float(together[same & known].mean() / together[~same & known].mean())


@pytest.mark.parametrize(("field", "least"), [("director", 1.15), ("production_company", 1.1), ("genre", 1.03)])
def test_films_that_are_described_alike_share_users(clean: Path, field: str, least: float) -> None:
    imdb_ids = "tt" + pd.read_csv(clean / "links.csv", dtype={"imdbId": str}).set_index("movieId")["imdbId"]
    rated = np.unique(usable_ratings(clean)["movieId"])
    table = pd.read_csv(clean / "IMDb movies.csv", index_col="imdb_title_id")
    text = table[field].reindex(imdb_ids.loc[rated]).fillna("").to_numpy()
    older, newer = matrices(clean)
    assert lift((text[:, None] == text) & (text != ""), older + newer) > least


def test_a_chunk_is_bounded_whatever_the_ratings() -> None:
    shape = SHAPES["movielens-1m"]
    activity = make_activity(shape, shape.ratings, seed=0)
    parts = list(chunks(activity, rows_per_chunk=50_000))
    assert (activity.sum(), len(activity)) == (shape.ratings, shape.users)
    assert activity.min() >= 15
    assert activity.max() <= MOST_ACTIVITY
    assert [end for _, end in parts[:-1]] == [first for first, _ in parts[1:]]
    assert (parts[0][0], parts[-1][1]) == (0, shape.users)
    assert max(activity[first:end].sum() for first, end in parts) <= 50_000 + MOST_ACTIVITY


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty"):
        synthesize(tmp_path, TINY, name="tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_interruption_leaves_an_empty_folder(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesize(tmp_path / "new", TINY, name="tiny", progress=interrupt)
    assert list((tmp_path / "new").iterdir()) == []


def test_progress_ends_with_all_rows(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    synthesize(tmp_path / "new", TINY, name="tiny", progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, TINY.ratings)
    assert told[-1] == (TINY.ratings, TINY.ratings)


@pytest.mark.parametrize(("wrong", "told"), [({"seed": -1}, "seed -1"), ({"bad_share": 0.5}, r"0\.5 is no share")])
def test_a_seed_or_share_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        synthesize(tmp_path / "new", TINY, name="tiny", **wrong)


def test_an_unknown_shape_is_told_with_those_there_are() -> None:
    with pytest.raises(DataError, match=r"'huge' is no shape .* tiny, movielens-1m, movielens-5m, movielens-27m"):
        shape_named("huge")
