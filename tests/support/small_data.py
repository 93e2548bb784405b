"""A small, seeded data set shaped like MovieLens, written in either raw format that the preparation reads.

60 users, 120 films in four genres, about 2,400 ratings. Each user prefers one genre, popular films are rated more
often, some timestamps are shared, three films have no ratings and four users have fewer than five: enough structure
that recommenders differ and every rule of the split is met.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

USERS = 60
FILMS = 120
QUIET_USERS = 4
UNRATED_FILMS = 3
GENRES = ("Comedy", "Drama", "Horror", "Western")
FIRST_TIMESTAMP = 1_000_000_000
DAY = 86_400


@dataclass(frozen=True)
class Rating:
    user: str
    item: str
    value: float
    timestamp: int


@dataclass(frozen=True)
class Film:
    item: str
    title: str
    year: int
    genre: str
    director: str
    writer: str
    actors: tuple[str, str]


@dataclass(frozen=True)
class SmallData:
    ratings: tuple[Rating, ...]
    films: tuple[Film, ...]


def small_data(seed: int = 7) -> SmallData:
    """The data set; the same for the same seed."""
    generator = np.random.default_rng(seed)
    films = tuple(_film(number) for number in range(1, FILMS + 1))
    ratings = [rating for user in range(1, USERS + 1) for rating in _ratings(user, films, generator)]
    return SmallData(tuple(ratings), films)


def write_atomic(folder: Path, data: SmallData, *, name: str = "small") -> Path:
    """As RecBole's atomic files; persons become ids of the graph, their facts stated from either side."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / f"{name}.inter",
        ["user_id:token", "item_id:token", "rating:float", "timestamp:float"],
        [[r.user, r.item, f"{r.value:g}", r.timestamp] for r in data.ratings],
        separator="\t",
    )
    _write(
        folder / f"{name}.item",
        ["item_id:token", "movie_title:token_seq", "release_year:token", "class:token_seq"],
        [[f.item, f.title, f.year, f.genre] for f in data.films],
        separator="\t",
    )
    _write(
        folder / f"{name}.link",
        ["item_id:token", "entity_id:token"],
        [[f.item, _film_entity(f)] for f in data.films],
        separator="\t",
    )
    _write(
        folder / f"{name}.kg",
        ["head_id:token", "relation_id:token", "tail_id:token"],
        [fact for f in data.films for fact in _facts(f)],
        separator="\t",
    )
    users = dict.fromkeys(r.user for r in data.ratings)
    _write(
        folder / f"{name}.user",
        ["user_id:token", "age:token", "gender:token", "occupation:token", "zip_code:token"],
        [
            [user, 20 + int(user) % 50, "FM"[int(user) % 2], ("artist", "writer")[int(user) % 2], "55455"]
            for user in users
        ],
        separator="\t",
    )
    return folder


def write_csv(folder: Path, data: SmallData) -> Path:
    """As the four CSV files, MovieLens' three and the IMDb table."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "ratings.csv",
        ["userId", "movieId", "rating", "timestamp"],
        [[r.user, r.item, r.value, r.timestamp] for r in data.ratings],
    )
    _write(
        folder / "movies.csv",
        ["movieId", "title", "genres"],
        [[f.item, f"{f.title} ({f.year})", f.genre] for f in data.films],
    )
    _write(
        folder / "links.csv",
        ["movieId", "imdbId", "tmdbId"],
        [[f.item, f"{1000 + int(f.item):07d}", f.item] for f in data.films],
    )
    _write(
        folder / "IMDb movies.csv",
        ["imdb_title_id", "title", "year", "director", "writer", "actors", "description"],
        [
            [
                f"tt{1000 + int(f.item):07d}",
                f.title,
                f.year,
                f.director,
                f"{f.writer} (story), {f.writer} (screenplay)",
                ", ".join(f.actors),
                f"A {f.genre.lower()} about {f.title.lower()}, directed by {f.director}.",
            ]
            for f in data.films
        ],
    )
    return folder


def _film(number: int) -> Film:
    genre = GENRES[number % len(GENRES)]
    return Film(
        item=str(number),
        title=f"The {genre} of Number {number}",
        year=1950 + number % 50,
        genre=genre,
        director=f"{genre} Director {number % 3}",
        writer=f"{genre} Writer {number % 5}",
        actors=(f"{genre} Actor {number % 7}", f"Actor {number % 11}"),
    )


def _ratings(user: int, films: tuple[Film, ...], generator: np.random.Generator) -> list[Rating]:
    favourite = GENRES[user % len(GENRES)]
    rated = films[:-UNRATED_FILMS]
    preference = np.array([3.0 if film.genre == favourite else 1.0 for film in rated])
    popularity = 1 / np.sqrt(np.arange(1, len(rated) + 1))
    weight = preference * popularity
    n = int(generator.integers(2, 5)) if user <= QUIET_USERS else int(generator.integers(25, 60))
    chosen = generator.choice(len(rated), size=n, replace=False, p=weight / weight.sum())
    # Sessions: a few ratings share one timestamp, as they do in MovieLens.
    times = FIRST_TIMESTAMP + DAY * np.sort(generator.integers(0, n // 2 + 1, size=n))
    return [
        Rating(str(user), rated[film].item, _value(rated[film].genre == favourite, generator), int(time))
        for film, time in zip(chosen, times, strict=True)
    ]


def _value(favourite: bool, generator: np.random.Generator) -> float:
    return float(np.clip(round(2 * generator.normal(4.3 if favourite else 3.3, 0.8)) / 2, 0.5, 5.0))


def _facts(film: Film) -> list[list[str]]:
    entity = _film_entity(film)
    return [
        [entity, "film.film.directed_by", _person_entity(film.director)],
        [_person_entity(film.director), "film.director.film", entity],
        [_person_entity(film.writer), "film.writer.film", entity],
        *([entity, "film.film.actor", _person_entity(actor)] for actor in film.actors),
    ]


def _film_entity(film: Film) -> str:
    return f"m.film{film.item}"


def _person_entity(name: str) -> str:
    return f"m.{name.lower().replace(' ', '_')}"


def _write(path: Path, header: list[str], rows: Sequence[Sequence[object]], *, separator: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as content:
        lines = csv.writer(content, delimiter=separator, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)
