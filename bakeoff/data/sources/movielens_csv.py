"""MovieLens as GroupLens publishes it since 2015 (ratings, movies, links) with the Kaggle "IMDb movies.csv" beside it.

links.csv carries the IMDb number of each film, the IMDb table ``tt`` and the same number; both sides are compared as
numbers, because copies differ in leading zeros. A film without a match keeps what movies.csv says of it.
"""

from pathlib import Path

import pandas as pd

from bakeoff.data.documents import Document
from bakeoff.data.sources import Raw
from bakeoff.data.sources.catalogue import names, texts, unique, usable_items, years
from bakeoff.data.tables import ROW, Table, read_tables

RATINGS = Table(file="ratings.csv", columns=("userId", "movieId", "rating", "timestamp"), ids=("userId", "movieId"))
MOVIES = Table(file="movies.csv", columns=("movieId", "title", "genres"), ids=("movieId",))
LINKS = Table(file="links.csv", columns=("movieId", "imdbId"), ids=("movieId", "imdbId"))
IMDB = Table(
    file="IMDb movies.csv",
    columns=("imdb_title_id", "year", "director", "writer", "actors", "description"),
    ids=("imdb_title_id",),
)
IMDB_COLUMNS = list(IMDB.columns[1:])
NO_GENRE = "(no genres listed)"
YEAR_IN_TITLE = r"^(?P<title>.*?)\s*\((?P<year>\d{4})(?:[–-]\d{0,4})?\)\s*$"


class MovieLensCsv:
    """Reads the four CSV files, recognised by ``ratings.csv``."""

    needs = f"the MovieLens files {RATINGS.file}, {MOVIES.file} and {LINKS.file} with {IMDB.file}"

    def recognises(self, folder: Path) -> bool:
        return (folder / RATINGS.file).is_file()

    def read(self, folder: Path) -> Raw:
        ratings, movies, links, imdb = read_tables(folder, [RATINGS, MOVIES, LINKS, IMDB])
        usable, rejected = usable_items(movies, file=MOVIES.file, column="movieId", row=ROW)
        return Raw(
            interactions=ratings.rename(columns={"userId": "user", "movieId": "item", "rating": "value"}),
            file=RATINGS.file,
            value_range=(0.5, 5.0),
            documents=_documents(usable, metadata=_metadata(usable["movieId"].astype(str), links, imdb)),
            rejects=rejected,
            rows_read={RATINGS.file: len(ratings), MOVIES.file: len(movies)},
        )


def _metadata(items: pd.Series, links: pd.DataFrame, imdb: pd.DataFrame) -> pd.DataFrame:
    """The IMDb columns, one row per item in the order of `items`; missing where nothing matches."""
    numbers = _imdb_numbers(links["imdbId"])
    by_item = pd.Series(numbers.to_numpy(), index=links["movieId"].astype(str)).dropna()
    by_item = by_item[~by_item.index.duplicated()]
    table = imdb.assign(number=_imdb_numbers(imdb["imdb_title_id"])).dropna(subset="number")
    table = table.drop_duplicates("number").set_index("number")[IMDB_COLUMNS]
    return table.reindex(by_item.reindex(items).to_numpy()).reset_index(drop=True)


def _imdb_numbers(column: pd.Series) -> pd.Series:
    digits = column.astype(object).astype(str).str.removeprefix("tt")
    return pd.to_numeric(digits, errors="coerce")


def _documents(movies: pd.DataFrame, *, metadata: pd.DataFrame) -> list[Document]:
    titles = pd.Series(texts(movies["title"]), dtype=object)
    parts = titles.str.extract(YEAR_IN_TITLE)
    columns = zip(
        movies["movieId"].astype(str),
        texts(parts["title"].fillna(titles)),
        years(parts["year"].fillna(metadata["year"])),
        texts(movies["genres"]),
        names(metadata["director"], separator=","),
        names(metadata["writer"], separator=","),
        names(metadata["actors"], separator=","),
        texts(metadata["description"]),
        strict=True,
    )
    return [
        Document(
            item_id=item,
            title=title,
            year=year,
            genres=unique(genre for genre in genres.split("|") if genre != NO_GENRE),
            directors=directors,
            writers=writers,
            actors=actors,
            plot=plot,
        )
        for item, title, year, genres, directors, writers, actors, plot in columns
    ]
