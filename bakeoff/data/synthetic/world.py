"""The films of a synthetic data set: themes, factors, directors, releases, popularity. It does not depend on the users.

A film's factors are its theme's centre, its director's offset and something of its own. The same factors drive who
rates the film, how, its genres and the words of its plot: models of every kind have something to learn.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.shapes import Shape
from bakeoff.data.synthetic.streams import Floats, Ints, Purpose, cumulative, draw, stream

FACTORS = 16
# Length of a theme's centre and of a user's taste. Factors are whole numbers (see streams.py), so they are scaled up.
LENGTH = 40.0
# A theme's centre is as near to its genre's direction as these lengths say, before it is brought to `LENGTH`.
GENRE_LENGTH = 30.0
THEME_LENGTH = 30.0
DIRECTOR_LENGTH = 22.0
OWN_LENGTH = 12.0
FILMS_PER_THEME = 60
MOST_THEMES = 64
FILMS_PER_DIRECTOR = 4
WITHOUT_METADATA = 0.06
N_GENRES = 18

FIRST_YEAR = 1915
YEARS_TO_THE_MEAN_FILM = 25.0
DAY = 86_400
# The span of the ratings, as in MovieLens: 1996-01-01 to 2018-10-01.
FIRST_SECOND = 820_454_400
LAST_SECOND = 1_538_352_000

# Share of a film with popularity rank r: 1 / (r + offset)^2, the offset a share of the films. At 58,000 films it gives
# MovieLens' head (about 0.3 % of all ratings for the first film) and its tail (half of the films below 20 ratings).
RANK_OFFSET = 0.009
RANK_EXPONENT = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Films, those of the IMDb table first (`metadata_rows`), then those that the table lacks.

    Args:
        theme: shape (n_films,).
        genre: number of the genre that most films of a theme have, shape (n_themes,).
        centres: whole numbers, shape (n_themes, FACTORS).
        vectors: whole numbers, shape (n_films, FACTORS).
        director: shape (n_films,).
        release: seconds since the epoch, shape (n_films,).
        popularity: share of all ratings before time moves it, shape (n_films,).
        bias: what a film's ratings lie above the mean, in stars, shape (n_films,).
        catalogue: the film of each item, in the order of the item ids, shape (n_items,).
        item_ids: ascending, with gaps, shape (n_items,).
        metadata_rows: how many films the IMDb table has.
    """

    theme: Ints
    genre: Ints
    centres: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]
    director: Ints
    release: Ints
    popularity: Floats
    bias: Floats
    catalogue: Ints
    item_ids: Ints
    metadata_rows: int

    @property
    def n_themes(self) -> int:
        return len(self.centres)

    @property
    def n_items(self) -> int:
        return len(self.catalogue)


def make_world(shape: Shape, seed: int) -> World:
    """The films of a shape; the same for the same seed, items and metadata rows, however many users and ratings."""
    generator = stream(seed, Purpose.WORLD)
    missing = round(shape.items * WITHOUT_METADATA)
    n_films = shape.metadata_rows + missing
    n_themes = max(8, min(MOST_THEMES, shape.items // FILMS_PER_THEME))
    theme_sizes = cumulative(1 / (np.arange(n_themes) + 8.0))
    theme = draw(generator, theme_sizes, n_films)
    genre = draw(generator, cumulative(1 / (np.arange(N_GENRES) + 2.0)), n_themes)
    centres = _centres(generator, genre)
    director, offsets = _directors(generator, theme, n_themes)
    own = np.rint(generator.standard_normal((n_films, FACTORS)) * (OWN_LENGTH / np.sqrt(FACTORS)))
    popularity = 1 / (generator.permutation(n_films) + n_films * RANK_OFFSET) ** RANK_EXPONENT
    popularity /= np.cumsum(popularity)[-1]
    # Films that many see are liked a little better, as in MovieLens.
    fame = np.log(popularity * n_films)
    catalogue = _catalogue(generator, shape, n_films)
    release = _release(generator, n_films)
    # MovieLens numbers its films roughly in the order in which they came in.
    entry = np.maximum(release, FIRST_SECOND)[catalogue] + generator.integers(0, 400 * DAY, len(catalogue))
    return World(
        theme=theme,
        genre=genre,
        centres=centres,
        vectors=(centres[theme] + offsets[director] + own).astype(np.float32),
        director=director,
        release=release,
        popularity=popularity,
        bias=0.08 * fame + 0.38 * generator.standard_normal(n_films),
        catalogue=catalogue[np.argsort(entry, kind="stable")],
        item_ids=np.sort(generator.choice(_highest_id(shape.items), shape.items, replace=False)) + 1,
        metadata_rows=shape.metadata_rows,
    )


def unknown_ids(world: World) -> Ints:
    """Ids that no item has, in the range of those that items have."""
    return np.setdiff1d(np.arange(1, _highest_id(world.n_items) + 1), world.item_ids)


def _highest_id(n_items: int) -> int:
    return n_items * 10 // 3


def of_length(vectors: Floats, length: float) -> npt.NDArray[np.float32]:
    """Each row brought to `length` and then to whole numbers."""
    squares = np.cumsum(vectors * vectors, axis=1)[:, -1:]
    whole: npt.NDArray[np.float32] = np.rint(vectors * (length / np.sqrt(squares))).astype(np.float32)
    return whole


def _directions(generator: np.random.Generator, n: int, length: float) -> npt.NDArray[np.float32]:
    return of_length(generator.standard_normal((n, FACTORS)), length)


def _centres(generator: np.random.Generator, genre: Ints) -> npt.NDArray[np.float32]:
    """The themes' centres; themes of one genre are nearer to each other than to others."""
    genres = _directions(generator, N_GENRES, GENRE_LENGTH)
    own = _directions(generator, len(genre), THEME_LENGTH)
    return of_length((genres[genre] + own).astype(np.float64), LENGTH)


def _directors(generator: np.random.Generator, theme: Ints, n_themes: int) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Each film's director, who stays with one theme, and every director's offset; a few direct many films."""
    per_theme = max(4, len(theme) // (n_themes * FILMS_PER_DIRECTOR))
    within = draw(generator, cumulative(1 / (np.arange(per_theme) + 5.0)), len(theme))
    return theme * per_theme + within, _directions(generator, n_themes * per_theme, DIRECTOR_LENGTH)


def _catalogue(generator: np.random.Generator, shape: Shape, n_films: int) -> Ints:
    known = generator.choice(shape.metadata_rows, shape.items - (n_films - shape.metadata_rows), replace=False)
    return np.concatenate([known, np.arange(shape.metadata_rows, n_films)]).astype(np.int64)


def _release(generator: np.random.Generator, n_films: int) -> Ints:
    """The younger a year, the more films it has; older ones than `FIRST_YEAR` are spread over all years."""
    first = FIRST_SECOND - int((1996 - FIRST_YEAR) * 365.25) * DAY
    age = (generator.standard_exponential(n_films) * (YEARS_TO_THE_MEAN_FILM * 365.25 * DAY)).astype(np.int64)
    return LAST_SECOND - age % (LAST_SECOND - first)
