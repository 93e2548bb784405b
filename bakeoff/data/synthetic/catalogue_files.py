"""Writes movies.csv, links.csv and "IMDb movies.csv", some thousand films at a time."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from bakeoff.data.rejects import DUPLICATE_ITEM, MISSING_ITEM
from bakeoff.data.synthetic.films import Themes, facts, genre_lists, imdb_genres, make_themes, people
from bakeoff.data.synthetic.streams import Ints, Purpose, stream
from bakeoff.data.synthetic.texts import movielens_title, plots, titles
from bakeoff.data.synthetic.vocabulary import Vocabulary, make_vocabulary
from bakeoff.data.synthetic.world import World
from bakeoff.data.synthetic.writing import Hashed, NewFolder

MOVIES = "movies.csv"
LINKS = "links.csv"
IMDB = "IMDb movies.csv"
_IMDB_COLUMNS = (
    "imdb_title_id title original_title year date_published genre duration country language director writer "
    "production_company actors description avg_vote votes budget usa_gross_income worlwide_gross_income metascore "
    "reviews_from_users reviews_from_critics"
)
IMDB_COLUMNS = tuple(_IMDB_COLUMNS.split(" "))
NO_GENRE = "(no genres listed)"
WITHOUT_GENRE = 0.07
OTHER_ORIGINAL_TITLE = 0.2
WITHOUT_TMDB = 0.003
HIGHEST_IMDB_NUMBER = 9_900_000
FILMS_PER_CHUNK = 10_000


def write_catalogue(new: NewFolder, world: World, bad: dict[str, int], *, seed: int) -> dict[str, int]:
    """Write the three files; the rows of each.

    Args:
        new: the folder.
        world: the films.
        bad: bad rows of movies.csv by kind.
        seed: the data set's.
    """
    generator = stream(seed, Purpose.CATALOGUE_FILES)
    numbers = generator.choice(HIGHEST_IMDB_NUMBER, len(world.theme), replace=False) + 1
    # The IMDb table is in the order of its ids.
    numbers[: world.metadata_rows] = np.sort(numbers[: world.metadata_rows])
    listed: list[tuple[str, list[str], str]] = []
    with new.file(IMDB) as file:
        _write(file, [IMDB_COLUMNS])
        vocabulary, themes = make_vocabulary(world.n_themes, seed), make_themes(world, seed)
        for chunk, start in enumerate(range(0, len(world.theme), FILMS_PER_CHUNK)):
            films = np.arange(start, min(start + FILMS_PER_CHUNK, len(world.theme)))
            fields, genres = _fields(world, vocabulary, themes, films, stream(seed, Purpose.FILMS, chunk + 1))
            fields["imdb_title_id"] = [f"tt{number:07d}" for number in numbers[films].tolist()]
            listed.extend(zip(fields["title"], genres, fields["year"], strict=True))
            rows = zip(*(fields[column] for column in IMDB_COLUMNS), strict=True)
            _write(file, (row for row, film in zip(rows, films, strict=True) if film < world.metadata_rows))
    movies = list(_movies(world, listed, bad, generator))
    with new.file(MOVIES) as file:
        _write(file, [["movieId", "title", "genres"], *movies])
    with new.file(LINKS) as file:
        _write(file, [["movieId", "imdbId", "tmdbId"], *_links(world, numbers, generator)])
    return {MOVIES: len(movies), LINKS: world.n_items, IMDB: world.metadata_rows}


def _fields(
    world: World, vocabulary: Vocabulary, themes: Themes, films: Ints, generator: np.random.Generator
) -> tuple[dict[str, list[str]], list[list[str]]]:
    """The columns of the IMDb table but the id, and the genres as MovieLens has them."""
    title = titles(world, vocabulary, films, generator)
    other = titles(world, vocabulary, films, generator)
    genres = genre_lists(themes, world.theme[films], generator)
    differs = (generator.random(len(films)) < OTHER_ORIGINAL_TITLE).tolist()
    fields = {
        "title": title,
        "original_title": [o if d else t for t, o, d in zip(title, other, differs, strict=True)],
        "genre": imdb_genres(genres),
        "description": plots(world, vocabulary, films, generator),
    }
    fields |= people(world, vocabulary, films, generator) | facts(world, themes, films, generator)
    return fields, genres


def _movies(
    world: World, listed: Sequence[tuple[str, list[str], str]], bad: dict[str, int], generator: np.random.Generator
) -> Iterator[tuple[str, str, str]]:
    """The rows of movies.csv by id; a duplicate stands behind its film, a row without an id anywhere."""
    chosen = generator.permutation(world.n_items)[: sum(bad.values())].tolist()
    duplicates = set(chosen[: bad[DUPLICATE_ITEM]])
    nameless = set(chosen[bad[DUPLICATE_ITEM] :][: bad[MISSING_ITEM]])
    without_genre = (generator.random(world.n_items) < WITHOUT_GENRE).tolist()
    for item, (film, number) in enumerate(zip(world.catalogue.tolist(), world.item_ids.tolist(), strict=True)):
        title, genres, year = listed[film]
        row = (str(number), movielens_title(title, year), NO_GENRE if without_genre[item] else "|".join(genres))
        yield row
        if item in duplicates:
            yield (row[0], movielens_title(f"{title} II", year), row[2])
        if item in nameless:
            yield ("", *row[1:])


def _links(world: World, numbers: Ints, generator: np.random.Generator) -> Iterator[tuple[str, str, str]]:
    tmdb = generator.choice(10 * world.n_items, world.n_items, replace=False) + 1
    missing = (generator.random(world.n_items) < WITHOUT_TMDB).tolist()
    imdb = numbers[world.catalogue].tolist()
    columns = zip(world.item_ids.tolist(), imdb, tmdb.tolist(), missing, strict=True)
    return ((str(item), f"{number:07d}", "" if lacks else str(other)) for item, number, other, lacks in columns)


def _write(file: Hashed, rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write(text.getvalue().encode())
