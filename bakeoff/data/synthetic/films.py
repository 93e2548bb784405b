"""What is told of films: genres, persons, facts; all lean on the film's theme, director and popularity.

Columns and their quirks are those of Kaggle's "IMDb movies extensive dataset", one misspelt name included.
"""

from dataclasses import dataclass

import numpy as np

from bakeoff.data.synthetic.streams import Bools, Floats, Ints, Purpose, cumulative, draw, stream
from bakeoff.data.synthetic.vocabulary import Texts, Vocabulary
from bakeoff.data.synthetic.world import World

# MovieLens' genres, most frequent first; the IMDb table names one of them otherwise.
_GENRES = (
    "Drama Comedy Thriller Romance Action Horror Documentary Crime Adventure Sci-Fi Mystery Children Animation "
    "Fantasy War Western Musical Film-Noir"
)
GENRES = tuple(_GENRES.split(" "))
IMDB_GENRE = {"Children": "Family"}
MOST_IMDB_GENRES = 3
GENRES_PER_THEME = 3
# How probable each genre of its theme is for a film, and any other one.
GENRE_SHARES = (0.85, 0.5, 0.3)
OTHER_GENRE = 0.02
ACTORS_PER_THEME = 1_200
ACTORS_OF_ANY_THEME = 0.25
# Persons are numbers: first come all directors, actors from here on.
FIRST_ACTOR = 100_000
COUNTRIES = ("USA", "UK", "India", "France", "Italy", "Japan", "Germany", "Canada", "Spain", "Turkey", "Mexico")
LANGUAGES = ("English", "Hindi", "French", "Italian", "Japanese", "German", "Spanish", "Turkish", "Malayalam")
FOREIGN_CURRENCIES = ("INR", "EUR", "GBP", "FRF")


@dataclass(frozen=True, kw_only=True, eq=False)
class Themes:
    """What the films of one theme share.

    Args:
        genres: numbers of `GENRES`, the theme's first genre first, shape (n_themes, GENRES_PER_THEME).
        countries: number of the country that most of its films come from, shape (n_themes,).
    """

    genres: Ints
    countries: Ints


def make_themes(world: World, seed: int) -> Themes:
    """The themes of a world."""
    generator = stream(seed, Purpose.FILMS)
    noise = generator.standard_exponential((world.n_themes, len(GENRES)))
    # The smallest of exponentials over weights: a weighted draw without repetition, behind the theme's own genre.
    noise *= np.arange(len(GENRES)) + 2.0
    noise[np.arange(world.n_themes), world.genre] = -1.0
    drawn = np.argsort(noise, axis=1)
    countries = draw(generator, cumulative(1 / (np.arange(len(COUNTRIES)) + 0.7)), world.n_themes)
    return Themes(genres=drawn[:, :GENRES_PER_THEME], countries=countries)


def genre_lists(themes: Themes, theme: Ints, generator: np.random.Generator) -> list[list[str]]:
    """Each film's genres in alphabetical order; never none."""
    order = sorted(range(len(GENRES)), key=GENRES.__getitem__)
    has: Bools = generator.random((len(theme), len(GENRES))) < OTHER_GENRE
    films = np.arange(len(theme))
    for place, share in enumerate(GENRE_SHARES):
        has[films, themes.genres[theme, place]] |= generator.random(len(theme)) < share
    without = ~has.any(axis=1)
    has[films[without], themes.genres[theme[without], 0]] = True
    return [[GENRES[number] for number in order if row[number]] for row in has.tolist()]


def imdb_genres(genres: list[list[str]]) -> list[str]:
    """The field ``genre``: at most three, by the IMDb's names."""
    return [", ".join(IMDB_GENRE.get(name, name) for name in listed[:MOST_IMDB_GENRES]) for listed in genres]


def people(world: World, vocabulary: Vocabulary, films: Ints, generator: np.random.Generator) -> dict[str, list[str]]:
    """The fields director, writer, actors, production_company."""
    n = len(films)
    theme, director = world.theme[films], world.director[films]
    directors = vocabulary.persons(director)
    second = vocabulary.persons(generator.integers(0, FIRST_ACTOR, n))
    writers = np.where(generator.random(n) < 0.4, directors, vocabulary.persons(FIRST_ACTOR - 1 - director // 2))
    companies = vocabulary.surnames[director // 5 % len(vocabulary.surnames)] + " Pictures"
    return {
        "director": _missing(_listed(directors, second, generator.random(n) < 0.06), 0.001, generator),
        "writer": _missing(_listed(writers, second, generator.random(n) < 0.55), 0.02, generator),
        "actors": _missing(_actors(vocabulary, theme, world.n_themes, generator), 0.001, generator),
        "production_company": _missing(companies, 0.05, generator),
    }


def facts(world: World, themes: Themes, films: Ints, generator: np.random.Generator) -> dict[str, list[str]]:
    """The fields that are dates, numbers, amounts, countries and languages."""
    n = len(films)
    fame = np.log(world.popularity[films] * len(world.popularity))
    country = np.where(generator.random(n) < 0.75, themes.countries[world.theme[films]], 0)
    other = generator.integers(0, len(COUNTRIES), n)
    countries, languages = np.array(COUNTRIES, object), np.array(LANGUAGES, object)
    day = world.release[films].astype("datetime64[s]").astype("datetime64[D]").astype(str).astype(object)
    year = np.array([text[:4] for text in day], object)
    # What was written about a film grows with what it was seen; no film of the table has fewer than 100 votes.
    spread = np.abs(generator.standard_normal(n))
    votes = np.minimum(100 * np.exp(1.2 * np.maximum(fame + 2.5, 0) + 1.2 * spread), 2.3e6)
    gross = 300 * votes * np.exp(generator.standard_normal(n))
    vote = np.clip(5.9 + 1.6 * world.bias[films] + 0.7 * generator.standard_normal(n), 1, 9.9)
    known = 0.9 * np.tanh(np.maximum(fame + 2.5, 0) / 2.5)
    return {
        "year": year.tolist(),
        "date_published": np.where(generator.random(n) < 0.05, year, day).tolist(),
        "duration": np.clip(100 + 22 * generator.standard_normal(n), 41, 400).astype(np.int64).astype(str).tolist(),
        "country": _listed(countries[country], countries[other], generator.random(n) < 0.2).tolist(),
        "language": _missing(
            _listed(languages[country % len(LANGUAGES)], languages[other % len(LANGUAGES)], generator.random(n) < 0.15),
            0.01,
            generator,
        ),
        "avg_vote": [f"{value:.1f}" for value in vote],
        "votes": votes.astype(np.int64).astype(str).tolist(),
        "budget": _missing(_amounts(0.4 * gross, 0.25, generator), 0.85 - 0.7 * known, generator),
        "usa_gross_income": _missing(_amounts(0.5 * gross, 0.0, generator), 0.95 - 0.8 * known, generator),
        "worlwide_gross_income": _missing(_amounts(gross, 0.01, generator), 0.75 - 0.6 * known, generator),
        "metascore": _missing(_texts(10 * vote + 4 * generator.standard_normal(n), "", 1, 100), 1 - known, generator),
        "reviews_from_users": _missing(_texts(votes / 150, ".0", 1, 10_000), 0.09, generator),
        "reviews_from_critics": _missing(_texts(votes / 400, ".0", 1, 999), 0.14, generator),
    }


def _actors(vocabulary: Vocabulary, theme: Ints, n_themes: int, generator: np.random.Generator) -> Texts:
    counts = np.minimum(15, 3 + generator.integers(0, 18, len(theme)))
    number = np.arange(int(counts.sum()))
    of_theme = np.repeat(theme, counts)
    stray = generator.random(len(number)) < ACTORS_OF_ANY_THEME
    of_theme[stray] = generator.integers(0, n_themes, int(stray.sum()))
    within = draw(generator, cumulative(1 / (np.arange(ACTORS_PER_THEME) + 20.0)), len(number))
    names = vocabulary.persons(FIRST_ACTOR + of_theme * ACTORS_PER_THEME + within).tolist()
    ends = np.cumsum(counts).tolist()
    starts = [0, *ends[:-1]]
    casts = [", ".join(dict.fromkeys(names[start:end])) for start, end in zip(starts, ends, strict=True)]
    return np.array(casts, object)


def _listed(first: Texts, second: Texts, has_second: Bools) -> Texts:
    both: Texts = np.where(has_second & (first != second), first + ", " + second, first)
    return both


def _missing(column: Texts, share: float | Floats, generator: np.random.Generator) -> list[str]:
    listed: list[str] = np.where(generator.random(len(column)) < share, "", column).tolist()
    return listed


def _texts(numbers: Floats, ending: str, least: int, most: int) -> Texts:
    whole = np.clip(numbers, least, most).astype(np.int64).tolist()
    return np.array([f"{number}{ending}" for number in whole], object)


def _amounts(numbers: Floats, foreign: float, generator: np.random.Generator) -> Texts:
    currency: Texts = np.array(FOREIGN_CURRENCIES, object)
    currency = currency[generator.integers(0, len(FOREIGN_CURRENCIES), len(numbers))]
    currency[generator.random(len(numbers)) >= foreign] = "$"
    amounts: Texts = currency + " " + _texts(numbers, "", 1, 2_800_000_000)
    return amounts
